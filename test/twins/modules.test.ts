import { beforeAll, describe, expect, test } from 'vitest'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { useTerraform } from '#test/harness/terraform.ts'
import { EXAMPLES } from './examples.ts'
import type { PlanJudgement } from '#terraform/judge-plan.ts'
import { judgePlanned } from './planned.ts'

/** Each module as most people call it, by its name in the root. */
const ROOT = `
provider "aws" {
  region = "eu-central-1"
}

module "vpc" {
  source = "./modules/vpc"

  name                         = "main"
  cidr                         = "10.0.0.0/16"
  azs                          = ["eu-central-1a", "eu-central-1b"]
  public_subnets               = ["10.0.1.0/24", "10.0.2.0/24"]
  private_subnets              = ["10.0.11.0/24", "10.0.12.0/24"]
  public_dedicated_network_acl = true
  enable_flow_log              = true
}

module "s3_bucket" {
  source = "./modules/s3-bucket"

  bucket                                = "modules-reports"
  versioning                            = { enabled = true }
  attach_deny_insecure_transport_policy = true
  attach_policy                         = true
  policy                                = data.aws_iam_policy_document.readers.json
  server_side_encryption_configuration  = { rule = { apply_server_side_encryption_by_default = { sse_algorithm = "AES256" } } }
}

data "aws_iam_policy_document" "readers" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::modules-reports/*"]

    principals {
      type        = "AWS"
      identifiers = [module.iam_role.iam_role_arn]
    }
  }
}

module "security_group" {
  source = "./modules/security-group"

  name                                  = "web"
  vpc_id                                = module.vpc.vpc_id
  ingress_rules                         = ["https-443-tcp"]
  ingress_cidr_blocks                   = ["0.0.0.0/0"]
  ingress_with_cidr_blocks              = [{ rule = "ssh-tcp", cidr_blocks = "10.0.0.0/8" }]
  ingress_with_source_security_group_id = [{ rule = "postgres-tcp", source_security_group_id = module.jobs_group.security_group_id }]
}

module "jobs_group" {
  source = "./modules/security-group"

  name   = "jobs"
  vpc_id = module.vpc.vpc_id
}

module "iam_role" {
  source = "./modules/iam-role"

  role_name               = "reader"
  trusted_role_services   = ["ec2.amazonaws.com"]
  custom_role_policy_arns = [module.iam_policy.arn, "arn:aws:iam::aws:policy/ReadOnlyAccess"]
  inline_policy_statements = [{
    actions   = ["s3:GetObject"]
    resources = ["\${module.s3_bucket_logs.s3_bucket_arn}/*"]
  }]
}

module "s3_bucket_logs" {
  source = "./modules/s3-bucket"

  bucket_prefix = "modules-logs-"
}

module "iam_policy" {
  source = "./modules/iam-policy"

  name   = "reports"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:ListBucket", Resource = "*" }] })
}

module "iam_user" {
  source = "./modules/iam-user"

  name        = "backup"
  policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
}

module "ec2_instance" {
  source = "./modules/ec2-instance"

  name                        = "web"
  ami                         = "ami-0123456789abcdef0"
  subnet_id                   = module.vpc.public_subnets[0]
  create_iam_instance_profile = true
}
`

const MODULES = [
  'vpc',
  's3_bucket',
  's3_bucket_logs',
  'security_group',
  'jobs_group',
  'iam_role',
  'iam_policy',
  'iam_user',
  'ec2_instance',
]

describe('modules built like the well-known public ones', () => {
  const cloud = useAws()
  const terraform = useTerraform(cloud)
  const held: { judgement?: PlanJudgement } = {}

  beforeAll(async () => {
    const files = { 'main.tf': ROOT, modules: { folder: `${EXAMPLES}/modules` } }
    const root = await terraform.root({ account: '111122223333', files })
    held.judgement = await judgePlanned(await root.plan(), root.path)
  }, 300_000)

  test.each(MODULES)('%s: creating it decides at least nine in ten of what applies', (name) => {
    const own = held.judgement?.results.filter(({ resource }) => resource?.address?.startsWith(`module.${name}.`)) ?? []
    const applicable = own.filter(({ verdict }) => verdict !== 'not_applicable')
    const unknown = applicable.filter(({ verdict }) => verdict === 'unknown')
    const why = unknown.map(
      ({ checkId, resource, missing }) => `${checkId} ${resource?.address}: ${JSON.stringify(missing)}`,
    )
    expect(applicable.length).toBeGreaterThan(0)
    expect(applicable.length - unknown.length, why.join('\n')).toBeGreaterThanOrEqual(0.9 * applicable.length)
  })
})
