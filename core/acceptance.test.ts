import { describe, expect, it } from 'vitest'
import { AT, report, result } from '#test/builders/report.ts'
import { ExceptionSchema, type Exception } from './exception.ts'
import type { InlineSkip } from './inline-skip.ts'
import type { ReportResult } from './report.ts'

const exception = (given: object = {}): Exception => ({
  ...ExceptionSchema.parse({ checks: ['s3-bucket-public'], reason: 'a website', approvedBy: 'Ada', ...given }),
  from: '.vedette.yaml',
})

/** Whether the exception accepts the result, and what the report has to tell. */
function accepts(given: object, result: ReportResult) {
  const { results, notices } = report({ results: [result], exceptions: [exception(given)] })
  return { accepted: results[0]?.countsAs === 'accepted', notices }
}

const bucket = result()
const planned = result({ resource: { arn: null, address: 'module.web["a"].aws_s3_bucket.this[0]' } })

describe('an exception', () => {
  it.each([
    ['an id', {}, bucket],
    ["Prowler's id", { checks: ['s3_bucket_public_access'] }, bucket],
    ["Checkov's id", { checks: ['CKV_AWS_20'] }, bucket],
    ['an ARN', { resources: ['arn:aws:s3:::logs'] }, bucket],
    ['an ARN with wildcards', { resources: ['arn:aws:s3:::l?g*'] }, bucket],
    ['an address', { resources: ['module.web["a"].aws_s3_bucket.this[0]'] }, planned],
    ['an address with wildcards', { resources: ['module.web*.aws_s3_bucket.*'] }, planned],
    ['any of several resources', { resources: ['arn:aws:s3:::x', 'arn:aws:s3:::logs'] }, bucket],
    ['a region', { regions: ['eu-central-1'] }, bucket],
    ['an account', { accounts: ['111122223333'] }, bucket],
    ['a tag', { tags: { public: 'yes*' } }, result({ resource: { tags: { public: 'yes, really' } } })],
    ['no check, for a resource', { checks: undefined, resources: ['arn:aws:s3:::logs'] }, bucket],
    ['a check, of what is unknown', {}, result({ verdict: 'unknown' })],
  ])('matches by %s', (_, given, of) => {
    expect(accepts(given, of)).toEqual({ accepted: true, notices: [] })
  })

  it.each([
    ['another check', { checks: ['s3-bucket-versioning'] }, bucket],
    ['part of an ARN', { resources: ['arn:aws:s3:::log'] }, bucket],
    ['an ARN in another case', { resources: ['arn:aws:s3:::LOGS'] }, bucket],
    ['an ARN where none is known', { resources: ['arn:*'] }, planned],
    ['an address that looks like a regular expression', { resources: ['module.web.a.*'] }, planned],
    ['another region', { regions: ['eu-west-1'] }, bucket],
    ['a region where none is known', { regions: ['eu-central-1'] }, result({ location: null })],
    ['an account where none is known', { accounts: ['111122223333'] }, result({ accountId: null })],
    ['a tag that is not there', { tags: { public: '*' } }, bucket],
    ['a tag where tags are not known', { tags: { public: '*' } }, result({ resource: { tags: null } })],
    ['a name every object has', { tags: { constructor: '*' } }, bucket],
    ['a check, of a listing that could not be made', {}, result({ verdict: 'unknown', resource: null })],
  ])('does not match by %s', (_, given, of) => {
    expect(accepts(given, of).accepted).toBe(false)
  })

  it('counts on its last day', () => {
    expect(accepts({ expiresAt: '2026-11-25' }, bucket).accepted).toBe(true)
  })

  it('counts as none when it has expired, and says so', () => {
    expect(accepts({ expiresAt: '2026-11-24' }, bucket)).toEqual({
      accepted: false,
      notices: [
        'The exception in .vedette.yaml for s3-bucket-public expired after 2026-11-24 and counts as none: 1 result counts again.',
      ],
    })
    expect(accepts({ expiresAt: AT.toISOString() }, bucket).accepted).toBe(false)
  })

  it('gives way to another that has not expired', () => {
    const exceptions = [exception({ expiresAt: '2026-11-24' }), exception({ reason: 'still a website' })]
    expect(report({ exceptions }).results[0]?.acceptance?.reason).toBe('still a website')
  })

  it('is reported when it matches nothing', () => {
    expect(accepts({ resources: ['arn:aws:s3:::gone'] }, bucket).notices).toEqual([
      'The exception in .vedette.yaml for s3-bucket-public on arn:aws:s3:::gone matches nothing: correct it, or remove it.',
    ])
    expect(accepts({ resources: ['arn:aws:s3:::logs'] }, planned).notices).toEqual([
      'The exception in .vedette.yaml for s3-bucket-public on arn:aws:s3:::logs matches nothing: nothing here has an ARN yet, so name addresses.',
    ])
  })

  it('is counted when it is about something that this run did not look at', () => {
    const exceptions = [
      exception({ checks: ['iam-root-mfa'] }),
      exception({ accounts: ['999999999999'] }),
      exception({ resources: ['aws_s3_bucket.logs'] }),
    ]
    expect(report({ exceptions }).notices).toEqual([
      '3 exceptions are about checks, accounts, regions or addresses outside this run.',
    ])
  })

  it('is reported when it names a check that does not exist', () => {
    expect(accepts({ checks: ['s3-bucket-pubic', 's3-bucket-public'] }, bucket)).toEqual({
      accepted: true,
      notices: [
        'The exception in .vedette.yaml for s3-bucket-pubic and s3-bucket-public names a check that does not exist: "s3-bucket-pubic".',
      ],
    })
  })

  it('matches in no more than text × pattern steps, whatever the wildcards', () => {
    const name = 'a'.repeat(2000)
    const glob = `arn:aws:s3:::${'*a'.repeat(500)}b`
    const started = performance.now()
    accepts({ resources: [glob] }, result({ resource: { arn: `arn:aws:s3:::${name}` } }))
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('an exception in a file', () => {
  const faults = (given: object): readonly string[] =>
    ExceptionSchema.safeParse({ checks: ['x'], reason: 'r', approvedBy: 'a', ...given }).error?.issues.map(
      ({ message }) => message,
    ) ?? []

  it.each([
    ['no reason', { reason: undefined }, 'say why the risk is accepted'],
    ['a blank reason', { reason: '  ' }, 'say why the risk is accepted'],
    ['nobody who approved it', { approvedBy: undefined }, 'say who approved it'],
    ['a day that is none', { expiresAt: '2026-02-31' }, 'a date such as 2027-01-31, or an ISO 8601 instant'],
    [
      'everything as its match',
      { checks: undefined },
      'name checks, resources or tags: an exception for everything would be no gate',
    ],
    [
      'an account as a number that lost its zeros',
      { accounts: ['12345'] },
      'an account has 12 digits; put them in quotes',
    ],
    ['an empty list', { resources: [] }, 'name at least one, or leave it out to mean all resources'],
  ])('is refused with %s', (_, given, message) => {
    expect(faults(given)).toEqual([message])
  })

  it('is refused with a word that it does not have', () => {
    expect(faults({ resource: ['x'] })).toHaveLength(1)
  })
})

describe('a comment beside the resource', () => {
  const skip = (line: number, check: string, reason: string, blockEnd: number | null = null): InlineSkip => ({
    check,
    reason,
    file: 'main.tf',
    line,
    blockEnd,
  })
  const skips = [
    skip(1, 's3-bucket-public', 'the website is public', 2),
    skip(6, 's3-bucket-versioning', 'rebuilt from git'),
    skip(7, 's3-bucket-mfa-delete', 'belongs to the block that ends here'),
    skip(10, 's3-bucket-public', ''),
  ]
  const site = { file: 'main.tf', startLine: 3, endLine: 7 }
  const logs = { file: 'main.tf', startLine: 9, endLine: 11 }
  const outcome = (checkId: string, source: ReportResult['source']) => {
    const { results, notices } = report({ results: [result({ checkId, source })], skips })
    return { acceptance: results[0]?.acceptance ?? null, notices }
  }

  it.each([
    ['above the block, with other comments between', 's3-bucket-public', 1],
    ['inside the block', 's3-bucket-versioning', 6],
    ['on its last line', 's3-bucket-mfa-delete', 7],
  ])('accepts what stands %s', (_, checkId, line) => {
    expect(outcome(checkId, site).acceptance).toMatchObject({
      approvedBy: null,
      expiresAt: null,
      from: `main.tf:${line}`,
    })
  })

  it('accepts nothing of the next block, nor of another file', () => {
    expect(outcome('s3-bucket-mfa-delete', logs).acceptance).toBeNull()
    expect(outcome('s3-bucket-versioning', { ...site, file: 'other.tf' }).acceptance).toBeNull()
    expect(outcome('s3-bucket-versioning', null).acceptance).toBeNull()
  })

  it('counts as none without a reason, and says so', () => {
    const { acceptance, notices } = outcome('s3-bucket-public', logs)
    expect(acceptance).toBeNull()
    expect(notices).toContain(
      'The comment vedette:skip=s3-bucket-public in main.tf:10 gives no reason and counts as none: write vedette:skip=s3-bucket-public:why.',
    )
  })

  it('is reported when it matches nothing', () => {
    expect(outcome('s3-bucket-public', null).notices).toContain(
      'The comment vedette:skip=s3-bucket-public in main.tf:1 matches nothing: correct it, or remove it.',
    )
  })
})
