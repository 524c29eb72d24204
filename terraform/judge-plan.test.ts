import { describe, expect, it } from 'vitest'
import { judged, readFixture, sourceOfFixture, verdictsOf } from '#test/terraform/fixture.ts'
import type { PlanJudgement } from './judge-plan.ts'

/** `address: verdict` of one check, without the type. */
function verdicts(judgement: PlanJudgement, checkId: string): Record<string, string> {
  const own = Object.entries(verdictsOf(judgement, checkId))
  return Object.fromEntries(own.map(([address, verdict]) => [address.replace('aws_s3_bucket.', ''), verdict]))
}

describe('a plan that creates buckets', () => {
  const judgement = judged(readFixture('created'))

  it('takes what is left out for the default of AWS, and reads companions and inline attributes alike', () => {
    expect(verdicts(judgement, 's3-bucket-versioning')).toEqual({
      computed: 'fail',
      inline: 'pass',
      open: 'pass',
      plain: 'fail',
    })
  })

  it('fails the bucket whose deferred policy lets everybody in, and whose block is open', () => {
    expect(verdicts(judgement, 's3-bucket-public')).toEqual({
      computed: 'pass',
      inline: 'pass',
      open: 'fail',
      plain: 'pass',
    })
  })

  it('does not know what jsonencode makes of something new', () => {
    expect(verdicts(judgement, 's3-bucket-deny-http')['plain']).toBe('unknown')
  })

  it('judges the setting of the account that it manages, and names the types that nobody reads', () => {
    expect(verdicts(judgement, 's3-account-block-public-access')).toEqual({
      'aws_s3_account_public_access_block.this': 'fail',
    })
    expect(judgement.notExamined).toContainEqual({
      type: 'aws_s3_bucket_server_side_encryption_configuration',
      resources: 1,
    })
  })
})

describe('a plan of OpenTofu', () => {
  it('is judged as one of Terraform', () => {
    const judgement = judged(readFixture('opentofu'))
    expect(verdicts(judgement, 's3-bucket-public')).toEqual({ made: 'fail' })
    expect(verdicts(judgement, 's3-bucket-versioning')).toEqual({ made: 'pass' })
    expect(verdicts(judgement, 'ec2-sg-remote-admin-ipv4')).toEqual({ 'aws_security_group.ssh': 'fail' })
  })
})

describe('a plan with data sources that are read when applying', () => {
  it('links through them, and judges by itself what is said of what they find elsewhere', () => {
    const judgement = judged(readFixture('deferred'))
    expect(verdicts(judgement, 's3-bucket-versioning')).toEqual({
      made: 'pass',
      other: 'fail',
      'aws_s3_bucket_versioning.foreign': 'pass',
    })
    expect(verdicts(judgement, 's3-bucket-deny-http')).toEqual({ made: 'pass', other: 'pass' })
    expect(verdicts(judgement, 's3-bucket-public')).toEqual({ made: 'unknown', other: 'fail' })
  })
})

describe('a plan with modules', () => {
  it('links companions through inputs, outputs, equal keys and indices', () => {
    const judgement = judged(readFixture('modules'))
    expect(verdicts(judgement, 's3-bucket-versioning')).toEqual({
      'all["x"]': 'pass',
      'all["y"]': 'pass',
      'counted[0]': 'fail',
      'counted[1]': 'fail',
      'module.b["a"].logs[0]': 'fail',
      'module.b["a"].this': 'pass',
      [String.raw`module.b["b.c[\"x\"]"].logs[0]`]: 'fail',
      [String.raw`module.b["b.c[\"x\"]"].this`]: 'pass',
    })
  })
})

describe('a plan against a state', () => {
  const judgement = judged(readFixture('changed'))

  it('fails the unchanged bucket whose guard it deletes', () => {
    expect(verdicts(judgement, 's3-bucket-public')['guarded']).toBe('fail')
  })

  it('leaves alone what it does not touch, nor what guards it', () => {
    expect(verdicts(judgement, 's3-bucket-public')).not.toHaveProperty('same')
  })

  it('takes off an updated bucket the policy that it deletes', () => {
    expect(verdicts(judgement, 's3-bucket-public')['updated']).toBe('pass')
    expect(verdicts(judgement, 's3-bucket-deny-http')['updated']).toBe('fail')
  })

  it('does not know what an imported bucket has that the plan does not set', () => {
    expect(verdicts(judgement, 's3-bucket-block-public-access')['imported']).toBe('unknown')
  })

  it('learns account and region from what is there', () => {
    expect(judgement.results[0]).toMatchObject({ accountId: '123456789012', location: 'eu-central-1' })
  })
})

describe('a plan that knows half of what the files say', () => {
  const plan = readFixture('half-known')

  it('takes what it leaves out for unset, and says that something is out of sight', () => {
    const judgement = judged(plan)
    expect(verdicts(judgement, 's3-bucket-public')).toEqual({ encoded: 'unknown', grants: 'pass' })
    expect(judgement.notices).toHaveLength(1)
  })

  it('learns from the files of grants that there may be, and what an encoded policy allows', async () => {
    const judgement = judged(plan, { source: await sourceOfFixture('half-known', plan) })
    expect(verdicts(judgement, 's3-bucket-public')).toEqual({ encoded: 'fail', grants: 'unknown' })
  })

  it('never shows what a variable keeps secret, though it is what a verdict rests on', async () => {
    const judgement = judged(plan, { source: await sourceOfFixture('half-known', plan) })
    expect(JSON.stringify(judgement)).toContain('(sensitive)')
    expect(JSON.stringify(judgement)).not.toContain('198.51.100.7')
  })
})
