import type { Result } from '#core/evaluation.ts'
import type { AppliedResource } from '#test/harness/terraform.ts'

type Attributes = AppliedResource['attributes']
/** Ids by type of ours; `*`: the only one of its type. */
type Ids = Readonly<Record<string, unknown>>

const GROUP = 'AWS::EC2::SecurityGroup'
const ACL = 'AWS::EC2::NetworkAcl'
const POLICY = 'AWS::IAM::ManagedPolicy'

/** By Terraform's type: which live resources an applied one is. */
const LIVE: Readonly<Record<string, (attributes: Attributes) => Ids>> = {
  aws_default_network_acl: ({ id }) => ({ [ACL]: id }),
  aws_default_security_group: ({ id }) => ({ [GROUP]: id }),
  aws_ebs_encryption_by_default: () => ({ 'AWS::::Region': '*' }),
  aws_iam_account_password_policy: () => ({ 'AWS::::Account': '*' }),
  aws_iam_policy: ({ name }) => ({ [POLICY]: name }),
  aws_iam_role: ({ name, inline_policy: inline }) => ({
    [POLICY]: namesIn(inline).map((policy) => join('role', name, policy)),
  }),
  aws_iam_role_policy: ({ role, name }) => ({ [POLICY]: join('role', role, name) }),
  aws_iam_role_policy_attachment: ({ role, policy_arn: arn }) => ({ [POLICY]: join('role', role, arn) }),
  aws_iam_user: ({ name }) => ({ 'AWS::IAM::User': name }),
  aws_iam_user_policy: ({ user, name }) => ({ [POLICY]: join('user', user, name) }),
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

/** What was said, live, of the resources that terraform made at an address. */
export function resultsOf(applied: AppliedResource, live: readonly Result[]): readonly Result[] {
  const ids = LIVE[applied.type]?.(applied.attributes) ?? {}
  return live.filter(({ resource }) => {
    const id = resource === null ? undefined : ids[resource.type]
    return id === '*' || (resource !== null && (Array.isArray(id) ? id : [id]).includes(resource.id))
  })
}

function join(...parts: readonly unknown[]): string {
  return parts.map(String).join('/')
}

function namesIn(blocks: unknown): readonly unknown[] {
  // Nested blocks in Terraform's state are a list of objects.
  return ((blocks ?? []) as readonly { readonly name: unknown }[]).map(({ name }) => name)
}
