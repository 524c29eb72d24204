import { describe, expect, it } from 'vitest'
import { coveragePercent } from '#core/coverage.ts'
import { judged, planJson, readFixture, readPlanJson, verdictsOf } from '#test/terraform/fixture.ts'
import { valueAt, type Json } from '#test/terraform/mangle.ts'

const judgement = judged(readFixture('outside'))

/** Verdicts of a check on what the plan does not manage. */
function verdicts(checkId: string, of = judgement): Record<string, string> {
  const all = Object.entries(verdictsOf(of, checkId))
  return Object.fromEntries(all.filter(([address]) => address !== 'aws_vpc.own'))
}

/** The plan with other values of one resource, in both places that say them. */
function planWith(address: string, values: Record<string, Json>): ReturnType<typeof readPlanJson> {
  const json = planJson('outside')
  for (const list of [['resource_changes'], ['planned_values', 'root_module', 'resources']]) {
    for (const one of asList(valueAt(json, list))) {
      if (valueAt(one, ['address']) === address)
        Object.assign(valueAt(one, ['change', 'after']) ?? valueAt(one, ['values']) ?? {}, values)
    }
  }
  return readPlanJson(json)
}

function asList(json: Json | undefined): readonly Json[] {
  return Array.isArray(json) ? json : []
}

const CLOSED = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true }

describe('what a plan says of something that it does not manage', () => {
  it('fails at the rule that opens another stack’s group, and nowhere else', () => {
    expect(verdicts('ec2-sg-remote-admin-ipv4')).toEqual({
      'aws_security_group_rule.half["0.0.0.0/1"]': 'fail',
      'aws_security_group_rule.half["128.0.0.0/1"]': 'fail',
      'aws_security_group_rule.looked_up': 'unknown',
      'aws_vpc_security_group_ingress_rule.ssh': 'fail',
    })
    expect(verdicts('ec2-sg-open-all-ports')).toMatchObject({ 'aws_security_group_rule.looked_up': 'fail' })
  })

  it('is unknown once for what its companions do not decide: what else there is, is managed elsewhere', () => {
    expect(verdicts('ec2-sg-cifs-open')).toMatchObject({ 'aws_vpc_security_group_ingress_rule.https': 'unknown' })
    expect(verdicts('ec2-sg-cifs-open')).not.toHaveProperty(['aws_vpc_security_group_ingress_rule.ssh'])
    expect(verdicts('ec2-nacl-remote-admin')).toEqual({ 'aws_network_acl_rule.ssh': 'unknown' })
  })

  it('is asked only of checks that read it', () => {
    const own = judgement.results.filter(
      ({ resource }) => resource?.address === 'aws_vpc_security_group_egress_rule.out',
    )
    expect(own.map(({ checkId, verdict }) => `${checkId} ${verdict}`)).toEqual(['ec2-default-sg-closed unknown'])
  })

  it('fails a public policy only where the plan says that nothing blocks it', () => {
    expect(verdicts('s3-bucket-public')).toEqual({
      'aws_s3_bucket_acl.open': 'unknown',
      'aws_s3_bucket_policy.alone': 'unknown',
      'aws_s3_bucket_policy.published': 'fail',
    })
    expect(verdicts('s3-bucket-block-public-access')).toEqual({
      'aws_s3_bucket_public_access_block.published': 'fail',
    })
  })

  it('is no public policy where the block beside it closes it', () => {
    const closed = planWith('aws_s3_bucket_public_access_block.published', { restrict_public_buckets: true })
    expect(verdicts('s3-bucket-public', judged(closed))).toMatchObject({ 'aws_s3_bucket_policy.published': 'unknown' })
  })

  it('passes where all that a check reads is said', () => {
    expect(verdicts('s3-bucket-versioning')).toEqual({ 'aws_s3_bucket_versioning.kept': 'pass' })
  })

  it('fails a policy that allows everything, and does not know one of another stack that is attached', () => {
    expect(verdicts('iam-policy-admin-wildcard')).toEqual({
      'aws_iam_role_policy.everything': 'fail',
      'aws_iam_role_policy_attachment.theirs': 'unknown',
    })
  })

  it('fails what is attached to a user directly, once for each', () => {
    const failed = judgement.results.filter(({ checkId }) => checkId === 'iam-user-direct-policies')
    expect(failed.map(({ resource, verdict }) => `${resource?.id} ${verdict}`)).toEqual([
      'aws_iam_user_policy_attachment.direct fail',
      'aws_iam_policy_attachment.several.users["their-first"] fail',
      'aws_iam_policy_attachment.several.users["their-second"] fail',
    ])
    expect(new Set(failed.map(({ fingerprint }) => fingerprint)).size).toBe(3)
  })

  it('costs no coverage', () => {
    const own = judgement.counts.filter(({ checkId }) => checkId.startsWith('s3-') || checkId.startsWith('iam-'))
    expect(own.some(({ counts }) => counts.unknown > 0)).toBe(true)
    expect(coveragePercent(own)).toBe(100)
  })

  it('is named where no check looks at it', () => {
    expect(judgement.notExamined).toEqual([
      { type: 'aws_ec2_managed_prefix_list_entry', resources: 1 },
      { type: 'aws_flow_log', resources: 1 },
      { type: 'aws_iam_group_membership', resources: 1 },
    ])
    expect(judgement.notices).toEqual([
      'Not examined, for this plan does not manage what they belong to: aws_ec2_managed_prefix_list_entry.theirs, aws_flow_log.theirs.',
    ])
  })

  it('is completed by facts', () => {
    const data = { publicAccessBlock: CLOSED, acl: [], objectOwnership: 'BucketOwnerEnforced' }
    const id = 'their-bucket'
    const bucket = { type: 'AWS::S3::Bucket', id, arn: null, name: id, location: 'eu-central-1', data }
    const accounts = [{ accountId: '111122223333', listings: [], resources: [bucket] }]
    const completed = judged(readFixture('outside'), { facts: { version: 1, accounts } })
    expect(verdicts('s3-bucket-public', completed)).toMatchObject({ 'aws_s3_bucket_policy.alone': 'pass' })
  })

  it('passes nothing but what is said of it as a whole', () => {
    const passed = judgement.results.filter(
      ({ verdict, resource }) => verdict === 'pass' && resource?.address !== 'aws_vpc.own',
    )
    expect(passed.map(({ checkId, resource }) => `${checkId} ${resource?.address}`)).toEqual([
      's3-bucket-versioning aws_s3_bucket_versioning.kept',
    ])
  })
})
