import { beforeAll, describe, expect, test } from 'vitest'
import type { Result } from '#core/evaluation.ts'
import type { PlanJudgement } from '#terraform/judge-plan.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { useTerraform } from '#test/harness/terraform.ts'
import { judgeLive } from './live.ts'
import { judgePlanned } from './planned.ts'

const HERE = { account: '111122223333', region: 'eu-central-1' }
const PROVIDER = `provider "aws" {\n  region = "${HERE.region}"\n}\n`

/** What another stack has. */
const THEIRS = `${PROVIDER}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "theirs" {
  name   = "outside-theirs"
  vpc_id = aws_vpc.main.id
}

resource "aws_s3_bucket" "site" {
  bucket = "outside-site"
}

resource "aws_s3_bucket" "guarded" {
  bucket = "outside-guarded"
}

resource "aws_iam_user" "theirs" {
  name = "outside-theirs"
}

resource "aws_iam_role" "theirs" {
  name               = "outside-theirs"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
`

const GUARD = `
resource "aws_s3_bucket_public_access_block" "guarded" {
  bucket                  = "outside-guarded"
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
`

/** What a stack of its own does to it. */
const OURS = `${PROVIDER}
data "aws_security_group" "theirs" {
  name = "outside-theirs"
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = data.aws_security_group.theirs.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_s3_bucket_policy" "site" {
  bucket = "outside-site"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::outside-site/*" }] })
}

resource "aws_s3_bucket_public_access_block" "site" {
  bucket              = "outside-site"
  block_public_policy = false
}

resource "aws_s3_bucket_versioning" "site" {
  bucket = "outside-site"

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_user_policy_attachment" "direct" {
  user       = "outside-theirs"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy" "everything" {
  name   = "everything"
  role   = "outside-theirs"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
`

describe('a plan that changes what another stack manages', () => {
  const cloud = useAws()
  const terraform = useTerraform(cloud)
  const held: { planned?: PlanJudgement; unguarded?: PlanJudgement; live?: readonly Result[] } = {}

  beforeAll(async () => {
    const theirs = await terraform.root({ account: HERE.account, files: { 'main.tf': THEIRS } })
    await theirs.plan()
    await theirs.apply()
    const ours = await terraform.root({ account: HERE.account, files: { 'main.tf': `${OURS}${GUARD}` } })
    held.planned = await judgePlanned(await ours.plan(), ours.path)
    await ours.apply()
    await ours.replace({ 'main.tf': OURS })
    held.unguarded = await judgePlanned(await ours.plan(), ours.path)
    await ours.apply()
    held.live = await judgeLive(cloud.aws, HERE)
  }, 600_000)

  test.each([
    ['ec2-sg-remote-admin-ipv4', 'aws_vpc_security_group_ingress_rule.ssh', 'outside-theirs', 'fail'],
    ['iam-policy-admin-wildcard', 'aws_iam_role_policy.everything', 'role/outside-theirs/everything', 'fail'],
    ['iam-user-direct-policies', 'aws_iam_user_policy_attachment.direct', 'outside-theirs', 'fail'],
    ['s3-bucket-public', 'aws_s3_bucket_policy.site', 'outside-site', 'fail'],
    ['s3-bucket-versioning', 'aws_s3_bucket_versioning.site', 'outside-site', 'pass'],
  ])('%s says the same of %s as of what it made of %s', (checkId, address, name, verdict) => {
    const planned = held.planned?.results.filter(
      (result) => result.checkId === checkId && result.resource?.address === address,
    )
    const live = held.live?.filter(
      ({ checkId: id, resource }) => id === checkId && [resource?.id, resource?.name].includes(name),
    )
    const said = [live?.[0]?.severity, verdict]
    expect(planned?.map((result) => [result.severity, result.verdict])).toEqual([said])
    expect(live?.map((result) => [result.severity, result.verdict])).toEqual([said])
  })

  test('a guard that it deletes fails at the guard’s address, as the bucket does afterwards', () => {
    const address = 'aws_s3_bucket_public_access_block.guarded'
    const verdictAt = (of: PlanJudgement | undefined): readonly string[] | undefined =>
      of?.results
        .filter(({ checkId, resource }) => checkId === 's3-bucket-block-public-access' && resource?.address === address)
        .map(({ verdict }) => verdict)
    const live = held.live?.filter(
      ({ checkId, resource }) => checkId === 's3-bucket-block-public-access' && resource?.name === 'outside-guarded',
    )
    expect([verdictAt(held.planned), verdictAt(held.unguarded)]).toEqual([['pass'], ['fail']])
    expect(live?.map(({ verdict }) => verdict)).toEqual(['fail'])
  })
})
