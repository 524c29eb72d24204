import { describe, expect, it } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import { parseTargetSpec, resolveScan, type Scope } from './resolve.ts'

const parsed = (spec: object) => {
  const result = parseTargetSpec({ accountId: '111122223333', ...spec })
  if (!result.ok) throw new Error(result.faults.join())
  return result.spec
}
const resolve = (spec: object, scope?: Scope) =>
  resolveScan(parsed(spec), { catalogue: CHECKS, externalId: 'vedette-0', scope })

describe('parseTargetSpec', () => {
  it('says field by field what an older schema let through', () => {
    expect(parseTargetSpec({ accountId: 12, deadlineSeconds: 5 })).toMatchObject({
      ok: false,
      reason: 'InvalidSpec',
      faults: [expect.stringContaining('spec.accountId'), expect.stringContaining('spec.deadlineSeconds')],
    })
    expect(parseTargetSpec(null)).toMatchObject({ ok: false })
  })
})

describe('resolveScan', () => {
  it('names the role, and every check that is selected, for workers that ask nobody', () => {
    const resolved = resolve({ roleName: 'Reader', rolePath: '/security/' })
    expect(resolved).toMatchObject({
      ok: true,
      spec: {
        roleArn: 'arn:aws:iam::111122223333:role/security/Reader',
        regions: null,
        isWholeTarget: true,
        deadlineSeconds: 3600,
      },
    })
    expect(resolved.ok && resolved.spec.checks.include).toHaveLength(CHECKS.length)
  })

  it('narrows by a scope and never widens', () => {
    const spec = { regions: ['eu-west-1', 'us-east-1'], services: ['s3', 'ec2'] }
    const narrowed = resolve(spec, { regions: ['us-east-1'], services: ['s3', 'iam'] })
    expect(narrowed).toMatchObject({
      ok: true,
      spec: { regions: ['us-east-1'], services: ['s3'], isWholeTarget: false },
    })
    expect(narrowed.ok && narrowed.spec.checks.include.every((id) => id.startsWith('s3-'))).toBe(true)
    expect(resolve(spec, { regions: ['eu-central-1'] })).toMatchObject({
      ok: false,
      faults: [expect.stringContaining('scope.regions')],
    })
  })

  it('refuses a check that nobody knows', () => {
    expect(resolve({ checks: { exclude: ['s3-bucket-publik'] } })).toMatchObject({ ok: false, reason: 'InvalidChecks' })
  })
})
