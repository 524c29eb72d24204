import { describe, expect, it } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import { FrameworkSchema, standingOf, type Framework } from '#core/frameworks.ts'
import { CIS_AWS_3_0 } from './cis-aws-3.0.ts'
import { CIS_AWS_5_0 } from './cis-aws-5.0.ts'
import { FRAMEWORKS } from './registry.ts'

const each = FRAMEWORKS.map((framework) => [framework.id, framework] as const)
const count = <T>(items: readonly T[], wanted: (item: T) => boolean): number => items.filter(wanted).length

/** Mappings that lead nowhere, in words. */
function problemsOf({ requirements }: Framework): readonly string[] {
  return requirements.flatMap(({ id, checks }) =>
    checks.flatMap(({ id: checkId, params = {} }) => {
      const check = CHECKS.find((known) => known.id === checkId)
      if (check === undefined) return [`${id}: no check ${checkId}`]
      const taken = Object.keys(check.defaults as object)
      const unknown = Object.keys(params).filter((name) => !taken.includes(name))
      const isRefused = Object.keys(params).length > 0 && check.params?.safeParse(params).success !== true
      return [
        ...unknown.map((name) => `${id}: ${checkId} has no parameter ${name}`),
        ...(isRefused ? [`${id}: ${checkId} refuses ${JSON.stringify(params)}`] : []),
      ]
    }),
  )
}

describe('frameworks', () => {
  it.each(each)('%s is what the schema describes', (_, framework) => {
    expect(FrameworkSchema.safeParse(framework).error?.issues ?? []).toEqual([])
    expect(framework.id.endsWith(`-${framework.version}`)).toBe(true)
  })

  it.each(each)('%s names each requirement once, in order', (_, { requirements }) => {
    const ids = requirements.map(({ id }) => id)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
    expect(ids.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))).toEqual(ids)
  })

  it.each(each)('%s maps only checks that exist, with parameters that they take', (_, framework) => {
    expect(problemsOf(framework)).toEqual([])
  })

  it('refuses a mapping to no check, or with a parameter that the check does not take', () => {
    const mapping = (checks: Framework['requirements'][number]['checks']): Framework => ({
      ...CIS_AWS_3_0,
      requirements: [{ ...CIS_AWS_3_0.requirements[0], checks }],
    })
    expect(problemsOf(mapping([{ id: 's3-bucket-secret' }]))).toEqual(['1.1: no check s3-bucket-secret'])
    expect(problemsOf(mapping([{ id: 's3-bucket-public', params: { x: 1 } }]))).toHaveLength(2)
    expect(problemsOf(mapping([{ id: 'iam-user-access-key-rotation', params: { keyMaxAgeDays: 0 } }]))).toHaveLength(1)
  })

  it('says of every requirement whether it is assessed', () => {
    expect(standingOf({ kind: 'automated', checks: [{ id: 'a-b' }] })).toBe('assessed')
    expect(standingOf({ kind: 'automated', checks: [{ id: 'a-b' }], note: 'half of it' })).toBe('partly')
    expect(standingOf({ kind: 'manual', checks: [{ id: 'a-b' }] })).toBe('partly')
    expect(standingOf({ kind: 'manual', checks: [] })).toBe('manual')
    expect(standingOf({ kind: 'automated', checks: [] })).toBe('unassessed')
  })
})

describe('the CIS AWS Foundations Benchmark', () => {
  it.each([
    ['3.0', CIS_AWS_3_0, { all: 62, automated: 54, level1: 42, withChecks: 26 }],
    ['5.0', CIS_AWS_5_0, { all: 63, automated: 35, level1: 41, withChecks: 27 }],
  ] as const)('%s has all its requirements, as the benchmark counts them', (_, { requirements }, expected) => {
    expect({
      all: requirements.length,
      automated: count<Framework['requirements'][number]>(requirements, ({ kind }) => kind === 'automated'),
      level1: count<Framework['requirements'][number]>(requirements, ({ level }) => level === 1),
      withChecks: count<Framework['requirements'][number]>(requirements, ({ checks }) => checks.length > 0),
    }).toEqual(expected)
  })

  it.each([
    ['3.0', CIS_AWS_3_0],
    ['5.0', CIS_AWS_5_0],
  ] as const)("%s accepts the account's block or the bucket's for public buckets", (_, { requirements }) => {
    const requirement = requirements.find(({ id }) => id === '2.1.4')
    expect(requirement).toMatchObject({
      aggregate: 'any',
      checks: [{ id: 's3-account-block-public-access' }, { id: 's3-bucket-block-public-access' }],
    })
  })

  it('leaves no check unmapped without a reason', () => {
    const mapped = new Set(
      FRAMEWORKS.flatMap(({ requirements }) => requirements.flatMap(({ checks }) => checks.map(({ id }) => id))),
    )
    const unmapped = CHECKS.filter(({ id }) => !mapped.has(id)).map(({ id }) => id)
    // Not in CIS: what the benchmark does not ask for.
    expect(unmapped).toEqual([
      'ec2-sg-open-all-ports',
      's3-bucket-encryption',
      's3-bucket-public',
      's3-bucket-versioning',
    ])
  })
})
