import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Account } from './account.ts'
import { defineCheck, type Check, type Severity } from './check.ts'
import { intersect, narrowChecks, selectChecks, type CheckSelection } from './selection.ts'

const check = (id: string, severity: Severity, aliases: readonly string[] = []): Check =>
  defineCheck(Account, {
    id,
    title: id,
    severity,
    why: '',
    fix: { console: '', cli: '', terraform: '' },
    aliases,
    references: [],
    params: z.object({ days: z.int().min(1).default(90) }),
    failsWhen: (account) => account.rootMfaEnabled.is(false),
  })
const catalogue = [
  check('s3-bucket-public', 'critical', ['s3_bucket_public_access']),
  check('iam-root-mfa', 'high', ['CKV_AWS_1']),
  check('iam-user-unused-credentials', 'low'),
]
const select = (selection: Partial<CheckSelection>, services: readonly string[] | null = null) =>
  selectChecks(catalogue, { include: null, exclude: [], minSeverity: null, parameters: [], ...selection }, services)
const ids = (selected: ReturnType<typeof select>): readonly string[] => selected.checks.map((entry) => entry.check.id)

describe('selectChecks', () => {
  it('takes all by default, sorted', () => {
    expect(ids(select({}))).toEqual(['iam-root-mfa', 'iam-user-unused-credentials', 's3-bucket-public'])
  })

  it('takes aliases of other tools wherever an id is taken', () => {
    expect(ids(select({ include: ['s3_bucket_public_access', 'CKV_AWS_1'] }))).toEqual([
      'iam-root-mfa',
      's3-bucket-public',
    ])
    expect(ids(select({ exclude: ['CKV_AWS_1'] }))).toEqual(['iam-user-unused-credentials', 's3-bucket-public'])
  })

  it('lets exclusion win over inclusion', () => {
    expect(ids(select({ include: ['iam-root-mfa'], exclude: ['iam-root-mfa'] }))).toEqual([])
  })

  it('filters by severity and by service', () => {
    expect(ids(select({ minSeverity: 'high' }))).toEqual(['iam-root-mfa', 's3-bucket-public'])
    expect(ids(select({}, ['s3']))).toEqual(['s3-bucket-public'])
  })

  it('takes parameters as JSON or text, and says what it refuses', () => {
    const given = (value: string, name = 'days') => select({ parameters: [{ check: 'iam-root-mfa', name, value }] })
    expect(given('30').checks[0]?.params).toEqual({ days: 30 })
    expect(given('soon').faults).toEqual([expect.stringContaining('iam-root-mfa refuses days')])
    expect(given('1', 'hours').faults).toEqual([
      'checks.parameters: iam-root-mfa has no parameter "hours"; it takes days',
    ])
  })

  it('names an id that nobody knows, and goes on with the rest', () => {
    const selected = select({ include: ['iam-root-mfa', 'iam-rot-mfa'] })
    expect(ids(selected)).toEqual(['iam-root-mfa'])
    expect(selected.faults).toEqual([
      'checks.include: there is no check "iam-rot-mfa"; docs/reference/checks.md lists all ids and aliases',
    ])
  })
})

describe('narrowChecks', () => {
  const everything: CheckSelection = { include: null, exclude: [], minSeverity: null, parameters: [] }

  it('never widens what the target selects, also when the two use different names for a check', () => {
    const target = select({ include: ['iam-root-mfa', 's3-bucket-public'] })
    expect(
      ids(
        narrowChecks(catalogue, target, { ...everything, include: ['CKV_AWS_1', 'iam-user-unused-credentials'] }, null),
      ),
    ).toEqual(['iam-root-mfa'])
    expect(ids(narrowChecks(catalogue, target, everything, null))).toEqual(['iam-root-mfa', 's3-bucket-public'])
  })

  it('refuses a scope that leaves nothing', () => {
    expect(narrowChecks(catalogue, select({}, ['s3']), everything, ['iam']).faults).toEqual([
      expect.stringContaining('never widens'),
    ])
  })
})

describe('intersect', () => {
  it('reads null as all', () => {
    expect(intersect(null, ['a'])).toEqual(['a'])
    expect(intersect(['a', 'b'], null)).toEqual(['a', 'b'])
    expect(intersect(['a', 'b'], ['b', 'c'])).toEqual(['b'])
  })
})
