import type { Result } from '#core/evaluation.ts'
import type { AppliedResource } from '#test/harness/terraform.ts'

type Attributes = AppliedResource['attributes']
type Ids = (attributes: Attributes) => Readonly<Record<string, unknown>>

const GROUP = 'AWS::EC2::SecurityGroup'
const ACL = 'AWS::EC2::NetworkAcl'
const POLICY = 'AWS::IAM::ManagedPolicy'

/** By Terraform's type: which live resources an applied one is, their ids by type. `*`: the only one of its type. */
const LIVE: Readonly<Record<string, Ids>> = {
  aws_default_network_acl: ({ id }) => ({ [ACL]: id }),
  aws_default_security_group: ({ id }) => ({ [GROUP]: id }),
  aws_ebs_encryption_by_default: () => ({ 'AWS::::Region': '*' }),
  aws_iam_account_password_policy: () => ({ 'AWS::::Account': '*' }),
  aws_iam_group_policy: ({ group, name }) => ({ [POLICY]: `group/${String(group)}/${String(name)}` }),
  aws_iam_group_policy_attachment: (at) => ({ [POLICY]: `group/${String(at['group'])}/${String(at['policy_arn'])}` }),
  aws_iam_policy: ({ name }) => ({ [POLICY]: name }),
  aws_iam_role_policy: ({ role, name }) => ({ [POLICY]: `role/${String(role)}/${String(name)}` }),
  aws_iam_role_policy_attachment: (at) => ({ [POLICY]: `role/${String(at['role'])}/${String(at['policy_arn'])}` }),
  aws_iam_user: ({ name }) => ({ 'AWS::IAM::User': name }),
  aws_iam_user_policy: ({ user, name }) => ({ [POLICY]: `user/${String(user)}/${String(name)}` }),
  aws_iam_user_policy_attachment: (at) => ({ [POLICY]: `user/${String(at['user'])}/${String(at['policy_arn'])}` }),
  aws_instance: ({ id }) => ({ 'AWS::EC2::Instance': id }),
  aws_network_acl: ({ id }) => ({ [ACL]: id }),
  aws_s3_account_public_access_block: () => ({ 'AWS::::Account': '*' }),
  aws_s3_bucket: ({ bucket }) => ({ 'AWS::S3::Bucket': bucket }),
  aws_security_group: ({ id }) => ({ [GROUP]: id }),
  aws_vpc: (at) => ({
    'AWS::EC2::VPC': at['id'],
    [GROUP]: at['default_security_group_id'],
    [ACL]: at['default_network_acl_id'],
  }),
}

/** What was said, live, of the resource that terraform made at an address. */
export function resultsOf(applied: AppliedResource, live: readonly Result[]): readonly Result[] {
  const ids = LIVE[applied.type]?.(applied.attributes) ?? {}
  return live.filter(({ resource }) => {
    const id = resource === null ? undefined : ids[resource.type]
    return id !== undefined && (id === '*' || id === resource?.id)
  })
}
