import { beforeAll, describe, expect, test } from 'vitest'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { useTerraform } from '#test/harness/terraform.ts'
import type { PlanJudgement } from '#terraform/judge-plan.ts'
import { judgePlanned } from './planned.ts'

const FIXTURE = new URL('./plans', import.meta.url).pathname
const HERE = '111122223333'
const AUDIT = '444455556666'
const PARTNER = '0.0.0.0/0'

/** Two plans and an apply: about a minute when the machine is busy. */
const LONG = 600_000

describe('a plan with everything in it', () => {
  const cloud = useAws()
  const terraform = useTerraform(cloud)
  const held: { judgement?: PlanJudgement; withoutFiles?: PlanJudgement } = {}
  const audit = () => cloud.aws.adminCredentials(AUDIT)

  beforeAll(async () => {
    const root = await terraform.root({ account: HERE, files: { '.': { folder: `${FIXTURE}/before` } } })
    await root.plan()
    await root.apply()
    await root.run('taint', 'aws_security_group.tainted')
    await root.replace({
      '.': { folder: `${FIXTURE}/after` },
      'terraform.tfvars.json': JSON.stringify({
        audit_access_key: audit().accessKeyId,
        audit_secret_key: audit().secretAccessKey,
        partner_range: PARTNER,
      }),
    })
    const plan = await root.plan()
    held.judgement = await judgePlanned(plan, root.path)
    held.withoutFiles = await judgePlanned(plan)
  }, LONG)

  /** What a check says, by address. */
  const said = (checkId: string, of: PlanJudgement | undefined = held.judgement): Readonly<Record<string, string>> =>
    Object.fromEntries(
      (of ?? expect.fail('nothing was judged')).results
        .filter((result) => result.checkId === checkId)
        .map(({ resource, verdict }) => [resource?.address ?? '', verdict]),
    )

  test('what moved is judged where it is now', () => {
    expect(said('s3-bucket-versioning')).toMatchObject({ 'aws_s3_bucket.moved': 'fail' })
    expect(said('s3-bucket-versioning')).not.toHaveProperty(['aws_s3_bucket.old_name'])
  })

  test('a guard that is forgotten still guards', () => {
    expect(said('s3-bucket-block-public-access')).toMatchObject({ 'aws_s3_bucket.guard_forgotten': 'pass' })
  })

  test('of what is imported, a plan knows what it sets, and not what else there is', () => {
    expect(said('s3-bucket-versioning')).toMatchObject({ 'aws_s3_bucket.imported': 'pass' })
    expect(said('s3-bucket-block-public-access')).toMatchObject({ 'aws_s3_bucket.imported': 'unknown' })
    expect(said('s3-bucket-versioning')).not.toHaveProperty(['aws_s3_bucket.handed_over'])
  })

  test('what is replaced starts anew: the guard of the old one that goes with it takes nothing from it', () => {
    expect(said('s3-bucket-block-public-access')).toMatchObject({ 'aws_s3_bucket.replaced': 'pass' })
  })

  test('what is tainted is judged as what replaces it', () => {
    expect(said('ec2-sg-remote-admin-ipv4')).toMatchObject({ 'aws_security_group.tainted': 'fail' })
  })

  test('what is updated keeps what the plan does not change', () => {
    expect(said('s3-bucket-versioning')).toMatchObject({ 'aws_s3_bucket.updated': 'pass' })
    expect(said('s3-bucket-public')).toMatchObject({ 'aws_s3_bucket.updated': expect.stringMatching(/pass|unknown/) })
  })

  test('what is deleted or left alone is not judged', () => {
    for (const { resource } of held.judgement?.results ?? []) {
      expect(resource?.address).not.toMatch(/^aws_s3_bucket\.(deleted|unchanged)$/)
    }
  })

  test('a VPC fails when its flow log is replaced by one that leaves out what was rejected', () => {
    expect(said('ec2-vpc-flow-logs')).toMatchObject({ 'aws_vpc.main': 'fail' })
  })

  test('a rule that is deleted counts no more, though the group was refreshed with it', () => {
    expect(said('ec2-sg-remote-admin-ipv4')).toMatchObject({ 'aws_security_group.closed': 'pass' })
  })

  test('a rule that is added opens a group that does not change', () => {
    expect(said('ec2-sg-open-all-ports')).toMatchObject({ 'aws_security_group.opened': 'fail' })
    expect(said('ec2-sg-remote-admin-ipv6')).toMatchObject({ 'aws_security_group.opened': 'fail' })
    expect(said('ec2-sg-remote-admin-ipv4')).toMatchObject({ 'aws_security_group.opened': 'pass' })
  })

  test('a policy that grows fails while its attachment does not change', () => {
    expect(said('iam-policy-admin-wildcard')).toMatchObject({ 'aws_iam_policy.grows': 'fail' })
  })

  test('modules three deep are linked, key by key', () => {
    const own = Object.entries(said('s3-bucket-versioning')).filter(([address]) => address.startsWith('module.team'))
    expect(Object.fromEntries(own)).toEqual({
      'module.team["billing"].module.storage.module.bucket[0].aws_s3_bucket.this': 'pass',
      'module.team["billing"].module.storage.module.bucket[1].aws_s3_bucket.this': 'pass',
      'module.team["search"].module.storage.module.bucket[0].aws_s3_bucket.this': 'pass',
      'module.team["search"].module.storage.module.bucket[1].aws_s3_bucket.this': 'fail',
    })
  })

  test('a setting is judged in the region of its provider', () => {
    const placed = held.judgement?.results
      .filter(({ checkId }) => checkId === 'ec2-ebs-default-encryption')
      .map(({ location, verdict }) => `${location} ${verdict}`)
    expect(placed?.toSorted()).toEqual(['eu-central-1 fail', 'eu-west-1 pass'])
  })

  test('a setting of one account says nothing about another', () => {
    expect(said('s3-bucket-block-public-access')).toMatchObject({
      'module.published.aws_s3_bucket.this': 'fail',
      'module.published_in_audit.aws_s3_bucket.this': 'pass',
    })
    const ofAudit = held.judgement?.results.filter(({ resource }) => resource?.address?.includes('audit') === true)
    expect(new Set(ofAudit?.map(({ accountId }) => accountId))).toEqual(new Set([AUDIT]))
  })

  test('what must not be shown is judged and not shown, nor are keys of providers', () => {
    expect(said('ec2-sg-remote-admin-ipv4')).toMatchObject({ 'aws_security_group.partner': 'fail' })
    const partner = held.judgement?.results.filter(({ resource }) => resource?.address === 'aws_security_group.partner')
    expect(JSON.stringify(partner)).not.toContain(PARTNER)
    expect(JSON.stringify(held.judgement)).not.toContain(audit().accessKeyId)
    expect(JSON.stringify(held.judgement)).not.toContain(audit().secretAccessKey)
  })

  test('a policy that goes to what is looked up when applying belongs to what is looked up', () => {
    expect(said('s3-bucket-deny-http')).toMatchObject({ 'aws_s3_bucket.looked_up': 'pass' })
  })

  test('a policy by jsonencode or in a heredoc is read in the files; without them, nobody knows it', () => {
    const policies = { 'aws_s3_bucket.encoded': 'pass', 'aws_s3_bucket.heredoc': 'pass' }
    expect(said('s3-bucket-deny-http')).toMatchObject(policies)
    expect(said('s3-bucket-deny-http', held.withoutFiles)).toMatchObject({
      'aws_s3_bucket.encoded': 'unknown',
      'aws_s3_bucket.heredoc': 'unknown',
    })
  })

  test('a rule that names a prefix list of the plan opens what the list holds', () => {
    expect(said('ec2-sg-remote-admin-ipv4')).toMatchObject({ 'aws_security_group.listed': 'fail' })
  })
})
