import type { WhoCanOptions } from './question.ts'

/** A policy whose answer is known, and where it is known from. Answers come from the source, not from the engine. */
export interface Case {
  readonly source: string
  readonly says: string
  readonly policy: object
  readonly options: WhoCanOptions
  readonly isPublic: boolean | 'unknown'
  /** As `describeWho` says it; undefined: only whether it is public is asserted. */
  readonly who?: readonly string[]
}

const GUIDE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/'
const PRINCIPAL = `${GUIDE}reference_policies_elements_principal.html`
const NOT_PRINCIPAL = `${GUIDE}reference_policies_elements_notprincipal.html`
const NOT_ACTION = `${GUIDE}reference_policies_elements_notaction.html`
const NOT_RESOURCE = `${GUIDE}reference_policies_elements_notresource.html`
const KEYS = `${GUIDE}reference_policies_condition-keys.html`
const OPERATORS = `${GUIDE}reference_policies_elements_condition_operators.html`
const SETS = `${GUIDE}reference_policies_condition-single-vs-multi-valued-context-keys.html`
const LOGIC = `${GUIDE}reference_policies_evaluation-logic_policy-eval-basics.html`
const VARIABLES = `${GUIDE}reference_policies_variables.html`
const EXTERNAL_ID = `${GUIDE}id_roles_common-scenarios_third-party.html`
const DEPUTY = `${GUIDE}confused-deputy.html`
const OIDC = `${GUIDE}id_roles_create_for-idp_oidc.html`
const SAML = `${GUIDE}id_roles_create_for-idp_saml.html`
const SERVICE_ROLE = `${GUIDE}id_roles_create_for-service.html`
const S3_PUBLIC = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html'
const S3_EXAMPLES = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html'
const S3_VPCE = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html'
const S3_OAC =
  'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html'
const S3_AP = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html'
const SNS = 'https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html'
const SQS =
  'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-examples-of-sqs-policies.html'
const KMS = 'https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html'
const KMS_KEYS = 'https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html'
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html'
const LAMBDA_URL = 'https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html'
const ECR = 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html'
const SECRETS = 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html'
const GITHUB_DOC =
  'https://docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services'

const OWN = '111122223333'
const OTHER = '444455556666'
const BUCKET = 'arn:aws:s3:::b'
const GITHUB = 'token.actions.githubusercontent.com'

const ANYONE = 'anyone on the internet'
const ANY_PRINCIPAL = 'any AWS principal'
const own = 'the own account'
const account = (id: string): string => `account ${id}`

type Json = Readonly<Record<string, unknown>>
type Outcome = readonly [isPublic: boolean | 'unknown', who?: readonly string[] | undefined, version?: unknown]

/** Statements, or what is known of them. */
type Statements = readonly Json[] | Json
function row(
  source: string,
  says: string,
  statements: Statements,
  [isPublic, who, version = '2012-10-17']: Outcome,
  options: WhoCanOptions,
): Case {
  const policy = { Version: version, Statement: statements }
  return { source, says, policy, options, isPublic, ...(who === undefined ? {} : { who }) }
}

const onBucket = (source: string, says: string, statements: Statements, ...outcome: Outcome): Case =>
  row(source, says, statements, outcome, { ownAccount: OWN, resource: BUCKET })
const onRole = (source: string, says: string, statements: Statements, ...outcome: Outcome): Case =>
  row(source, says, statements, outcome, { ownAccount: OWN })
const onOther = (source: string, says: string, statements: Statements, ...outcome: Outcome): Case =>
  row(source, says, statements, outcome, { ownAccount: OWN })

/** `Allow principal s3:GetObject b/*`. */
const allow = (Principal: unknown, more: Json = {}): Json => ({
  Effect: 'Allow',
  Principal,
  Action: 's3:GetObject',
  Resource: `${BUCKET}/*`,
  ...more,
})
const deny = (Principal: unknown, more: Json = {}): Json => ({
  Effect: 'Deny',
  Principal,
  Action: 's3:*',
  Resource: [BUCKET, `${BUCKET}/*`],
  ...more,
})
const when = (operator: string, key: string, value: unknown): Json => ({ Condition: { [operator]: { [key]: value } } })
const both = (...conditions: readonly Json[]): Json => ({
  Condition: Object.assign({}, ...conditions.map(({ Condition }) => Condition)),
})
const trust = (Principal: unknown, more: Json = {}): Json => ({
  Effect: 'Allow',
  Principal,
  Action: 'sts:AssumeRole',
  ...more,
})
const web = (provider: string, more: Json = {}): Json => ({
  Effect: 'Allow',
  Principal: { Federated: provider },
  Action: 'sts:AssumeRoleWithWebIdentity',
  ...more,
})
const github = (more: Json = {}): Json => web(`arn:aws:iam::${OWN}:oidc-provider/${GITHUB}`, more)
const sub = (operator: string, value: unknown): Json => ({
  Condition: { StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' }, [operator]: { [`${GITHUB}:sub`]: value } },
})
const service = (name: string, more: Json = {}): Json => allow({ Service: name }, { Action: 's3:PutObject', ...more })

const PRINCIPALS: readonly Case[] = [
  onBucket(PRINCIPAL, 'everyone', [allow('*')], true, [ANYONE]),
  onBucket(PRINCIPAL, 'AWS: *', [allow({ AWS: '*' })], true, [ANYONE]),
  onBucket(PRINCIPAL, 'a list with a star', [allow({ AWS: [`arn:aws:iam::${OTHER}:root`, '*'] })], true, [ANYONE]),
  onBucket(PRINCIPAL, 'an account by its root', [allow({ AWS: `arn:aws:iam::${OTHER}:root` })], false, [
    account(OTHER),
  ]),
  onBucket(PRINCIPAL, 'an account by its number', [allow({ AWS: OTHER })], false, [account(OTHER)]),
  onBucket(PRINCIPAL, 'the own account', [allow({ AWS: OWN })], false, [own]),
  onBucket(PRINCIPAL, 'two accounts', [allow({ AWS: [OTHER, '777788889999'] })], false, [
    account(OTHER),
    account('777788889999'),
  ]),
  onBucket(PRINCIPAL, 'a role', [allow({ AWS: `arn:aws:iam::${OTHER}:role/app` })], false, [
    `arn:aws:iam::${OTHER}:role/app`,
  ]),
  onBucket(PRINCIPAL, 'a user', [allow({ AWS: `arn:aws:iam::${OTHER}:user/alice` })], false, [
    `arn:aws:iam::${OTHER}:user/alice`,
  ]),
  onBucket(PRINCIPAL, 'a session of a role', [allow({ AWS: `arn:aws:sts::${OTHER}:assumed-role/app/s` })], false, [
    `arn:aws:sts::${OTHER}:assumed-role/app/s`,
  ]),
  onBucket(PRINCIPAL, 'the id of a role that is gone', [allow({ AWS: 'AROAEXAMPLEID1234567' })], false, []),
  onBucket(PRINCIPAL, 'the id of a user that is gone', [allow({ AWS: 'AIDAEXAMPLEID1234567' })], false, []),
  onBucket(PRINCIPAL, 'nobody is named', [deny('*')], false, []),
  onBucket(LOGIC, 'no statement at all', [], false, []),
  onBucket(LOGIC, 'everyone is denied what everyone is allowed', [allow('*'), deny('*')], false, []),
  onBucket(
    LOGIC,
    'a denial of another action takes nothing away',
    [allow('*'), deny('*', { Action: 's3:PutObject' })],
    true,
    [ANYONE],
  ),
  onBucket(
    LOGIC,
    'a denial of another bucket takes nothing away',
    [allow('*'), deny('*', { Resource: 'arn:aws:s3:::c/*' })],
    true,
    [ANYONE],
  ),
  onBucket(
    LOGIC,
    'a denial of part of the bucket leaves the rest',
    [allow('*'), deny('*', { Resource: `${BUCKET}/private/*` })],
    true,
    [ANYONE],
  ),
  onBucket(LOGIC, 'a denial of one account leaves the others', [allow('*'), deny({ AWS: OTHER })], true, [ANYONE]),
  onBucket(
    LOGIC,
    'two statements add up',
    [allow({ AWS: OTHER }), allow('*', { Action: 's3:ListBucket', Resource: BUCKET })],
    true,
  ),
  onBucket(
    NOT_PRINCIPAL,
    'everyone but one account',
    [{ ...allow('*'), Principal: undefined, NotPrincipal: { AWS: OTHER } }],
    true,
  ),
  onBucket(
    NOT_PRINCIPAL,
    'everyone is allowed, all but a role are denied',
    [
      allow('*'),
      {
        ...deny('*'),
        Principal: undefined,
        NotPrincipal: { AWS: [`arn:aws:iam::${OTHER}:role/app`, `arn:aws:iam::${OTHER}:root`] },
      },
    ],
    false,
  ),
  onBucket(
    NOT_ACTION,
    'everything but deleting the bucket',
    [{ ...allow('*'), Action: undefined, NotAction: 's3:DeleteBucket', Resource: [BUCKET, `${BUCKET}/*`] }],
    true,
    [ANYONE],
  ),
  onBucket(
    NOT_RESOURCE,
    'everything but one folder',
    [{ ...allow('*'), Resource: undefined, NotResource: `${BUCKET}/private/*` }],
    true,
    [ANYONE],
  ),
  onBucket(S3_EXAMPLES, 'a website', [allow('*', { Action: ['s3:GetObject'], Resource: [`${BUCKET}/*`] })], true, [
    ANYONE,
  ]),
  onBucket(S3_EXAMPLES, 'any action in capitals', [allow('*', { Action: 'S3:GETOBJECT' })], true, [ANYONE]),
  onBucket(S3_EXAMPLES, 'an action with a wildcard', [allow('*', { Action: 's3:Get*' })], true, [ANYONE]),
  onBucket(S3_EXAMPLES, 'an action with a question mark', [allow('*', { Action: 's3:GetObjec?' })], true, [ANYONE]),
  onBucket(
    S3_EXAMPLES,
    'a bucket of another case is another bucket',
    [allow('*', { Resource: 'arn:aws:s3:::B/*' })],
    false,
    [],
  ),
  onBucket(S3_EXAMPLES, 'another bucket', [allow('*', { Resource: 'arn:aws:s3:::other/*' })], false, []),
  onBucket(S3_EXAMPLES, 'every bucket', [allow('*', { Resource: '*' })], true, [ANYONE]),
  onBucket(
    VARIABLES,
    'the own folder of each user, of every account',
    [allow({ AWS: '*' }, { Resource: `${BUCKET}/\${aws:username}/*` })],
    true,
  ),
]

const KEY_CASES: readonly Case[] = [
  onBucket(KEYS, 'an organization', [allow('*', when('StringEquals', 'aws:PrincipalOrgID', 'o-1'))], false, [
    'organization o-1',
  ]),
  onBucket(
    KEYS,
    'an organization, the key in lower case',
    [allow('*', when('StringEquals', 'aws:principalorgid', 'o-1'))],
    false,
    ['organization o-1'],
  ),
  onBucket(KEYS, 'two organizations', [allow('*', when('StringEquals', 'aws:PrincipalOrgID', ['o-1', 'o-2']))], false, [
    'organization o-1',
    'organization o-2',
  ]),
  onBucket(
    KEYS,
    'any organization, by a wildcard',
    [allow('*', when('StringLike', 'aws:PrincipalOrgID', 'o-*'))],
    true,
  ),
  onBucket(
    KEYS,
    'any organization, by the key being there',
    [allow('*', when('Null', 'aws:PrincipalOrgID', 'false'))],
    true,
  ),
  onBucket(
    OPERATORS,
    'an organization if the key is there at all',
    [allow('*', when('StringEqualsIfExists', 'aws:PrincipalOrgID', 'o-1'))],
    true,
    [ANYONE],
  ),
  onBucket(
    SETS,
    'all values of a key that may be missing',
    [allow('*', when('ForAllValues:StringEquals', 'aws:PrincipalOrgID', 'o-1'))],
    true,
    [ANYONE],
  ),
  onBucket(
    SETS,
    'any value of a path of an organization',
    [allow('*', when('ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-1/*'))],
    false,
    ['organization o-1'],
  ),
  onBucket(
    SETS,
    'any value of a path of an organizational unit',
    [allow('*', when('ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-1/r-ab12/ou-ab12-1/*'))],
    false,
  ),
  onBucket(SETS, 'any path at all', [allow('*', when('ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', '*'))], true),
  onBucket(KEYS, 'an account by its key', [allow('*', when('StringEquals', 'aws:PrincipalAccount', OTHER))], false, [
    account(OTHER),
  ]),
  onBucket(
    KEYS,
    'two accounts by their key',
    [allow('*', when('StringEquals', 'aws:PrincipalAccount', [OTHER, '777788889999']))],
    false,
    [account(OTHER), account('777788889999')],
  ),
  onBucket(KEYS, 'any account, by a wildcard', [allow('*', when('StringLike', 'aws:PrincipalAccount', '*'))], true),
  onBucket(KEYS, 'any account but one', [allow('*', when('StringNotEquals', 'aws:PrincipalAccount', OTHER))], true),
  onBucket(
    KEYS,
    'a role of one account',
    [allow('*', when('ArnEquals', 'aws:PrincipalArn', `arn:aws:iam::${OTHER}:role/app`))],
    false,
    [`arn:aws:iam::${OTHER}:role/app`],
  ),
  onBucket(
    KEYS,
    'a role of that name in any account',
    [allow('*', when('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/A'))],
    true,
  ),
  onBucket(
    KEYS,
    'any role of one account',
    [allow('*', when('ArnLike', 'aws:PrincipalArn', `arn:aws:iam::${OTHER}:role/*`))],
    false,
    [account(OTHER)],
  ),
  onBucket(KEYS, 'any principal whatever', [allow('*', when('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:*'))], true),
  onBucket(S3_VPCE, 'a VPC endpoint', [allow('*', when('StringEquals', 'aws:SourceVpce', 'vpce-1a2b3c4d'))], false),
  onBucket(S3_VPCE, 'a VPC', [allow('*', when('StringEquals', 'aws:SourceVpc', 'vpc-111bbb22'))], false),
  onBucket(
    S3_VPCE,
    'everything but a VPC endpoint',
    [allow('*', when('StringNotEquals', 'aws:SourceVpce', 'vpce-1a2b3c4d'))],
    true,
  ),
  onBucket(
    S3_VPCE,
    'everyone, and all but a VPC endpoint denied',
    [allow('*'), deny('*', when('StringNotEquals', 'aws:SourceVpce', 'vpce-1a2b3c4d'))],
    false,
  ),
  onBucket(
    S3_VPCE,
    'everyone, and all but a VPC denied',
    [allow('*'), deny('*', when('StringNotEquals', 'aws:SourceVpc', 'vpc-111bbb22'))],
    false,
  ),
  onBucket(S3_PUBLIC, 'a range of addresses', [allow('*', when('IpAddress', 'aws:SourceIp', '203.0.113.0/24'))], false),
  onBucket(S3_PUBLIC, 'one address', [allow('*', when('IpAddress', 'aws:SourceIp', '203.0.113.7/32'))], false),
  onBucket(S3_PUBLIC, 'every address', [allow('*', when('IpAddress', 'aws:SourceIp', '0.0.0.0/0'))], true),
  onBucket(
    S3_PUBLIC,
    'every address, in two halves',
    [allow('*', when('IpAddress', 'aws:SourceIp', ['0.0.0.0/1', '128.0.0.0/1']))],
    true,
  ),
  onBucket(S3_PUBLIC, 'every address of version 6', [allow('*', when('IpAddress', 'aws:SourceIp', '::/0'))], true),
  onBucket(
    S3_PUBLIC,
    'private addresses, which nobody comes from',
    [allow('*', when('IpAddress', 'aws:SourceIp', '10.0.0.0/8'))],
    false,
  ),
  onBucket(
    S3_PUBLIC,
    'every address but a range',
    [allow('*', when('NotIpAddress', 'aws:SourceIp', '203.0.113.0/24'))],
    true,
  ),
  onBucket(
    S3_EXAMPLES,
    'everyone, and all but a range denied',
    [allow('*'), deny('*', when('NotIpAddress', 'aws:SourceIp', '203.0.113.0/24'))],
    false,
  ),
  onBucket(
    S3_EXAMPLES,
    'a referrer, which anyone can write',
    [allow('*', when('StringLike', 'aws:Referer', 'https://example.com/*'))],
    true,
    [ANYONE],
  ),
  onBucket(
    S3_PUBLIC,
    'a user agent, which anyone can write',
    [allow('*', when('StringEquals', 'aws:UserAgent', 'secret'))],
    true,
    [ANYONE],
  ),
  onBucket(S3_PUBLIC, 'TLS, which anyone can use', [allow('*', when('Bool', 'aws:SecureTransport', 'true'))], true, [
    ANYONE,
  ]),
  onBucket(S3_PUBLIC, 'a key that nobody knows', [allow('*', when('StringEquals', 'example:Secret', 'x'))], true, [
    ANYONE,
  ]),
  onBucket(
    KEYS,
    'a requested region narrows nobody',
    [allow('*', when('StringEquals', 'aws:RequestedRegion', 'eu-central-1'))],
    true,
    [ANYONE],
  ),
  onBucket(
    KEYS,
    'a time in the future narrows nobody',
    [allow('*', when('DateLessThan', 'aws:CurrentTime', '2099-01-01T00:00:00Z'))],
    true,
    [ANYONE],
  ),
  onBucket(
    S3_EXAMPLES,
    'everyone, and plain HTTP denied',
    [allow('*'), deny('*', when('Bool', 'aws:SecureTransport', 'false'))],
    true,
    [ANYONE],
  ),
  onBucket(
    KEYS,
    'everyone, and all but an organization denied',
    [allow('*'), deny('*', when('StringNotEquals', 'aws:PrincipalOrgID', 'o-1'))],
    false,
    ['organization o-1'],
  ),
  onBucket(
    OPERATORS,
    'the same, if the key is there at all',
    [allow('*'), deny('*', when('StringNotEqualsIfExists', 'aws:PrincipalOrgID', 'o-1'))],
    false,
    ['organization o-1'],
  ),
  onBucket(
    SETS,
    'the same denial by a set operator leaves the absent key',
    [allow('*'), deny('*', when('ForAnyValue:StringNotLike', 'aws:PrincipalOrgPaths', 'o-1/*'))],
    true,
    [ANYONE],
  ),
  onBucket(
    KEYS,
    'everyone, and all but an account denied',
    [allow('*'), deny('*', when('StringNotEquals', 'aws:PrincipalAccount', OTHER))],
    false,
    [account(OTHER)],
  ),
  onBucket(
    KEYS,
    'everyone, and all but a role denied',
    [allow('*'), deny('*', when('ArnNotEquals', 'aws:PrincipalArn', `arn:aws:iam::${OTHER}:role/app`))],
    false,
  ),
  onBucket(
    KEYS,
    'an organization from a range',
    [
      allow(
        '*',
        both(when('StringEquals', 'aws:PrincipalOrgID', 'o-1'), when('IpAddress', 'aws:SourceIp', '203.0.113.0/24')),
      ),
    ],
    false,
    ['organization o-1'],
  ),
  onBucket(
    KEYS,
    'accounts from a range',
    [
      allow(
        '*',
        both(
          when('StringEquals', 'aws:PrincipalAccount', [OTHER, '777788889999']),
          when('IpAddress', 'aws:SourceIp', '203.0.113.0/24'),
        ),
      ),
    ],
    false,
    [account(OTHER), account('777788889999')],
  ),
  onBucket(
    KEYS,
    'the own organization by its variable',
    [allow('*', when('StringEquals', 'aws:PrincipalOrgID', '${aws:ResourceOrgID}'))],
    false,
  ),
  onBucket(KEYS, 'a user by its id', [allow('*', when('StringEquals', 'aws:userid', 'AIDAEXAMPLEID1234567'))], false),
  onBucket(
    KEYS,
    'a tag that anyone can give a principal of theirs',
    [allow('*', when('StringEquals', 'aws:PrincipalTag/team', 'x'))],
    true,
  ),
  onBucket(
    OPERATORS,
    'an operator that does not exist',
    [allow('*', when('StringMatches', 'aws:PrincipalOrgID', 'o-1'))],
    'unknown',
  ),
  onBucket(
    OPERATORS,
    'an address that is none',
    [allow('*', when('IpAddress', 'aws:SourceIp', 'everywhere'))],
    'unknown',
  ),
  onBucket(
    PRINCIPAL,
    'a wildcard within the name of a principal, which AWS refuses',
    [allow({ AWS: `arn:aws:iam::${OTHER}:role/*` })],
    'unknown',
  ),
  onBucket(
    PRINCIPAL,
    'a statement that names no principal, as only identity policies may',
    [{ ...allow('*'), Principal: undefined }],
    'unknown',
  ),
  onBucket(
    OPERATORS,
    'equal whatever the case',
    [allow('*', when('StringEqualsIgnoreCase', 'aws:PrincipalOrgID', 'O-1'))],
    false,
  ),
  onBucket(
    OPERATORS,
    'a wildcard that StringEquals reads as text',
    [allow('*', when('StringEquals', 'aws:PrincipalOrgID', 'o-*'))],
    false,
  ),
  onBucket(OPERATORS, 'a key that is absent', [allow('*', when('Null', 'aws:PrincipalOrgID', 'true'))], true),
  onBucket(
    SETS,
    'a key there and one of a set',
    [
      allow(
        '*',
        both(
          when('Null', 'aws:PrincipalOrgPaths', 'false'),
          when('ForAllValues:StringLike', 'aws:PrincipalOrgPaths', 'o-1/*'),
        ),
      ),
    ],
    false,
  ),
]

const TRUST: readonly Case[] = [
  onRole(PRINCIPAL, 'any AWS principal', [trust({ AWS: '*' })], true, [ANY_PRINCIPAL]),
  onRole(PRINCIPAL, 'the star, which has to sign here', [trust('*')], true, [ANY_PRINCIPAL]),
  onRole(
    EXTERNAL_ID,
    'any AWS principal who knows a string',
    [trust({ AWS: '*' }, when('StringEquals', 'sts:ExternalId', 'secret'))],
    true,
    [ANY_PRINCIPAL],
  ),
  onRole(
    EXTERNAL_ID,
    'an account with an ExternalId',
    [trust({ AWS: `arn:aws:iam::${OTHER}:root` }, when('StringEquals', 'sts:ExternalId', 'x'))],
    false,
    [account(OTHER)],
  ),
  onRole(PRINCIPAL, 'the own account', [trust({ AWS: `arn:aws:iam::${OWN}:root` })], false, [own]),
  onRole(
    PRINCIPAL,
    'an organization',
    [trust({ AWS: '*' }, when('StringEquals', 'aws:PrincipalOrgID', 'o-1'))],
    false,
    ['organization o-1'],
  ),
  onRole(
    KEYS,
    'MFA of one account',
    [trust({ AWS: OTHER }, when('Bool', 'aws:MultiFactorAuthPresent', 'true'))],
    false,
    [account(OTHER)],
  ),
  onRole(KEYS, 'MFA of anybody', [trust({ AWS: '*' }, when('Bool', 'aws:MultiFactorAuthPresent', 'true'))], true),
  onRole(SERVICE_ROLE, 'EC2', [trust({ Service: 'ec2.amazonaws.com' })], false),
  onRole(SERVICE_ROLE, 'Lambda', [trust({ Service: 'lambda.amazonaws.com' })], false),
  onRole(SERVICE_ROLE, 'ECS tasks', [trust({ Service: 'ecs-tasks.amazonaws.com' })], false),
  onRole(
    SERVICE_ROLE,
    'EKS Pod Identity',
    [trust({ Service: 'pods.eks.amazonaws.com' }, { Action: ['sts:AssumeRole', 'sts:TagSession'] })],
    false,
  ),
  onRole(SERVICE_ROLE, 'two services', [trust({ Service: ['ec2.amazonaws.com', 'ssm.amazonaws.com'] })], false),
  onRole(
    DEPUTY,
    'a service on behalf of the own account',
    [trust({ Service: 'config.amazonaws.com' }, when('StringEquals', 'aws:SourceAccount', OWN))],
    false,
    ['config.amazonaws.com'],
  ),
  onRole(
    DEPUTY,
    'a service on behalf of one of its resources',
    [
      trust(
        { Service: 'codebuild.amazonaws.com' },
        when('ArnEquals', 'aws:SourceArn', `arn:aws:codebuild:eu-central-1:${OWN}:project/p`),
      ),
    ],
    false,
    ['codebuild.amazonaws.com'],
  ),
  onRole(DEPUTY, "a service on anybody's behalf", [trust({ Service: 'config.amazonaws.com' })], false, [
    "config.amazonaws.com on anybody's behalf",
  ]),
  onRole(
    SAML,
    'a SAML provider',
    [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${OWN}:saml-provider/okta` },
        Action: 'sts:AssumeRoleWithSAML',
        ...when('StringEquals', 'SAML:aud', 'https://signin.aws.amazon.com/saml'),
      },
    ],
    false,
  ),
  onRole(
    OIDC,
    'Cognito, by the pool alone',
    [
      web(
        'cognito-identity.amazonaws.com',
        when('StringEquals', 'cognito-identity.amazonaws.com:aud', 'eu-central-1:1234'),
      ),
    ],
    'unknown',
  ),
  onRole(
    GITHUB_DOC,
    'GitHub, by the audience alone',
    [github(when('StringEquals', `${GITHUB}:aud`, 'sts.amazonaws.com'))],
    true,
  ),
  onRole(GITHUB_DOC, 'GitHub, without a condition', [github()], true),
  onRole(
    GITHUB_DOC,
    'GitHub, one repository and branch',
    [github(sub('StringEquals', 'repo:octo-org/octo-repo:ref:refs/heads/main'))],
    false,
  ),
  onRole(GITHUB_DOC, 'GitHub, one repository', [github(sub('StringLike', 'repo:octo-org/octo-repo:*'))], false),
  onRole(GITHUB_DOC, 'GitHub, one organization', [github(sub('StringLike', 'repo:octo-org/*'))], false),
  onRole(GITHUB_DOC, 'GitHub, everybody whose name begins so', [github(sub('StringLike', 'repo:octo*'))], true),
  onRole(
    GITHUB_DOC,
    'GitHub, every repository on a branch',
    [github(sub('StringLike', 'repo:*:ref:refs/heads/main'))],
    true,
  ),
  onRole(GITHUB_DOC, 'GitHub, every repository of a name', [github(sub('StringLike', 'repo:*/infra:*'))], true),
  onRole(GITHUB_DOC, 'GitHub, everything', [github(sub('StringLike', '*'))], true),
  onRole(
    GITHUB_DOC,
    'GitHub, a wildcard that StringEquals reads as text',
    [github(sub('StringEquals', 'repo:octo-org/*'))],
    false,
    [],
  ),
  onRole(
    GITHUB_DOC,
    'GitHub, an actor, whom anybody can name after it',
    [github(when('StringEquals', `${GITHUB}:actor`, 'octocat'))],
    true,
  ),
  onRole(
    GITHUB_DOC,
    'GitHub, a branch of anybody',
    [github(when('StringEquals', `${GITHUB}:ref`, 'refs/heads/main'))],
    true,
  ),
  onRole(
    GITHUB_DOC,
    'GitHub, one repository by its number',
    [github(when('StringEquals', `${GITHUB}:repository_id`, '74'))],
    false,
  ),
  onRole(
    GITHUB_DOC,
    'GitHub, two repositories',
    [github(sub('StringLike', ['repo:octo-org/a:*', 'repo:octo-org/b:*']))],
    false,
  ),
  onRole(
    GITHUB_DOC,
    'GitHub, one repository or everybody',
    [github(sub('StringLike', ['repo:octo-org/a:*', '*']))],
    true,
  ),
  onRole(
    GITHUB_DOC,
    'GitHub, if the subject is there',
    [github(sub('StringLikeIfExists', 'repo:octo-org/a:*'))],
    false,
  ),
  onRole(
    OIDC,
    'EKS service accounts of one cluster',
    [
      web(
        `arn:aws:iam::${OWN}:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC`,
        when('StringEquals', 'oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub', 'system:serviceaccount:a:b'),
      ),
    ],
    false,
  ),
  onRole(
    OIDC,
    'EKS, any service account of one cluster',
    [web(`arn:aws:iam::${OWN}:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC`)],
    false,
  ),
  onRole(
    OIDC,
    'GitLab, by the audience alone',
    [web(`arn:aws:iam::${OWN}:oidc-provider/gitlab.com`, when('StringEquals', 'gitlab.com:aud', 'https://gitlab.com'))],
    true,
  ),
  onRole(
    OIDC,
    'GitLab, one project',
    [
      web(
        `arn:aws:iam::${OWN}:oidc-provider/gitlab.com`,
        when('StringLike', 'gitlab.com:sub', 'project_path:group/project:*'),
      ),
    ],
    false,
  ),
  onRole(
    OIDC,
    'Terraform Cloud, by the audience alone',
    [
      web(
        `arn:aws:iam::${OWN}:oidc-provider/app.terraform.io`,
        when('StringEquals', 'app.terraform.io:aud', 'aws.workload.identity'),
      ),
    ],
    true,
  ),
  onRole(
    OIDC,
    'Terraform Cloud, one organization',
    [
      web(
        `arn:aws:iam::${OWN}:oidc-provider/app.terraform.io`,
        when('StringLike', 'app.terraform.io:sub', 'organization:acme:project:*:workspace:*:run_phase:*'),
      ),
    ],
    false,
  ),
  onRole(
    LOGIC,
    'any principal, and all but an organization denied',
    [
      trust({ AWS: '*' }),
      { ...trust({ AWS: '*' }, when('StringNotEquals', 'aws:PrincipalOrgID', 'o-1')), Effect: 'Deny' },
    ],
    false,
    ['organization o-1'],
  ),
  onRole(
    PRINCIPAL,
    'two statements, one of them for everybody',
    [trust({ Service: 'ec2.amazonaws.com' }), trust({ AWS: '*' })],
    true,
  ),
  onRole(PRINCIPAL, 'a role of another account', [trust({ AWS: `arn:aws:iam::${OTHER}:role/ci` })], false, [
    `arn:aws:iam::${OTHER}:role/ci`,
  ]),
  onRole(PRINCIPAL, 'the id of a role that is gone', [trust({ AWS: 'AROAEXAMPLEID1234567' })], false, []),
  onRole(
    KEYS,
    'roles of an Identity Center permission set in one account',
    [
      trust(
        { AWS: OTHER },
        when('ArnLike', 'aws:PrincipalArn', `arn:aws:iam::${OTHER}:role/aws-reserved/sso.amazonaws.com/*`),
      ),
    ],
    false,
  ),
]

const topic = (Principal: unknown, more: Json = {}): Json => ({
  Effect: 'Allow',
  Principal,
  Action: 'sns:Publish',
  Resource: `arn:aws:sns:eu-central-1:${OWN}:t`,
  ...more,
})
const queue = (Principal: unknown, more: Json = {}): Json => ({
  Effect: 'Allow',
  Principal,
  Action: 'sqs:SendMessage',
  Resource: `arn:aws:sqs:eu-central-1:${OWN}:q`,
  ...more,
})
const key = (Principal: unknown, more: Json = {}): Json => ({
  Effect: 'Allow',
  Principal,
  Action: 'kms:*',
  Resource: '*',
  ...more,
})
const lambda = (Principal: unknown, more: Json = {}): Json => ({
  Effect: 'Allow',
  Principal,
  Action: 'lambda:InvokeFunction',
  Resource: `arn:aws:lambda:eu-central-1:${OWN}:function:f`,
  ...more,
})
const secret = (Principal: unknown, more: Json = {}): Json => ({
  Effect: 'Allow',
  Principal,
  Action: 'secretsmanager:GetSecretValue',
  Resource: '*',
  ...more,
})
const image = (Principal: unknown, more: Json = {}): Json => ({
  Effect: 'Allow',
  Principal,
  Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  ...more,
})

const SERVICES: readonly Case[] = [
  onOther(
    SNS,
    'the default topic policy: the own account',
    [topic({ AWS: '*' }, when('StringEquals', 'AWS:SourceOwner', OWN))],
    false,
    [own],
  ),
  onOther(SNS, 'a topic for everybody', [topic('*')], true),
  onOther(SNS, 'a topic for another account', [topic({ AWS: OTHER })], false, [account(OTHER)]),
  onOther(
    SNS,
    'a topic for an organization',
    [topic({ AWS: '*' }, when('StringEquals', 'aws:PrincipalOrgID', 'o-1'))],
    false,
    ['organization o-1'],
  ),
  onOther(
    SNS,
    'a topic for S3 events of one bucket',
    [
      topic(
        { Service: 's3.amazonaws.com' },
        both(when('ArnLike', 'aws:SourceArn', BUCKET), when('StringEquals', 'aws:SourceAccount', OWN)),
      ),
    ],
    false,
    ['s3.amazonaws.com'],
  ),
  onOther(
    SNS,
    'a topic for CloudWatch alarms of one account',
    [
      topic(
        { Service: 'cloudwatch.amazonaws.com' },
        when('ArnLike', 'aws:SourceArn', `arn:aws:cloudwatch:eu-central-1:${OWN}:alarm:*`),
      ),
    ],
    false,
    ['cloudwatch.amazonaws.com'],
  ),
  onOther(SNS, "a topic for CloudWatch on anybody's behalf", [topic({ Service: 'cloudwatch.amazonaws.com' })], false, [
    "cloudwatch.amazonaws.com on anybody's behalf",
  ]),
  onOther(SQS, 'a queue for everybody', [queue('*')], true),
  onOther(
    SQS,
    'a queue for one topic',
    [queue('*', when('ArnEquals', 'aws:SourceArn', `arn:aws:sns:eu-central-1:${OWN}:t`))],
    false,
  ),
  onOther(
    SQS,
    'a queue for any topic of anybody',
    [queue('*', when('ArnLike', 'aws:SourceArn', 'arn:aws:sns:*:*:*'))],
    true,
  ),
  onOther(
    SQS,
    'a queue for topics of one account',
    [queue('*', when('ArnLike', 'aws:SourceArn', `arn:aws:sns:*:${OTHER}:*`))],
    false,
  ),
  onOther(
    SQS,
    'a queue for SNS and one topic',
    [
      queue(
        { Service: 'sns.amazonaws.com' },
        when('ArnEquals', 'aws:SourceArn', `arn:aws:sns:eu-central-1:${OTHER}:t`),
      ),
    ],
    false,
    ['sns.amazonaws.com'],
  ),
  onOther(SQS, 'a queue for an account', [queue({ AWS: [OTHER] })], false, [account(OTHER)]),
  onOther(
    SQS,
    'a queue for everybody until a date',
    [queue('*', when('DateLessThan', 'aws:CurrentTime', '2099-06-30T15:00:00Z'))],
    true,
  ),
  onOther(
    SQS,
    'a queue for everybody from a range',
    [queue('*', when('IpAddress', 'aws:SourceIp', '203.0.113.0/24'))],
    false,
  ),
  onOther(KMS, 'the default key policy', [key({ AWS: `arn:aws:iam::${OWN}:root` })], false, [own]),
  onOther(KMS, 'a key for everybody', [key('*')], true),
  onOther(
    KMS_KEYS,
    'a key for callers of the own account',
    [key({ AWS: '*' }, when('StringEquals', 'kms:CallerAccount', OWN))],
    false,
    [own],
  ),
  onOther(
    KMS_KEYS,
    'a key by way of a service, for one account',
    [
      key(
        { AWS: '*' },
        both({
          Condition: { StringEquals: { 'kms:CallerAccount': OWN, 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } },
        }),
      ),
    ],
    false,
    [own],
  ),
  onOther(
    KMS_KEYS,
    'a key by way of a service, for anybody',
    [key({ AWS: '*' }, when('StringEquals', 'kms:ViaService', 's3.eu-central-1.amazonaws.com'))],
    true,
  ),
  onOther(
    KMS,
    'a key for a role of another account',
    [key({ AWS: `arn:aws:iam::${OTHER}:role/app` }, { Action: 'kms:Decrypt' })],
    false,
    [`arn:aws:iam::${OTHER}:role/app`],
  ),
  onOther(KMS, 'a key for CloudWatch Logs', [key({ Service: 'logs.eu-central-1.amazonaws.com' })], false),
  onOther(LAMBDA, 'a function for everybody', [lambda('*')], true),
  onOther(LAMBDA, 'a function for another account', [lambda({ AWS: OTHER })], false, [account(OTHER)]),
  onOther(
    LAMBDA,
    'a function for S3 events of one account',
    [
      lambda(
        { Service: 's3.amazonaws.com' },
        both(when('StringEquals', 'AWS:SourceAccount', OWN), when('ArnLike', 'AWS:SourceArn', BUCKET)),
      ),
    ],
    false,
    ['s3.amazonaws.com'],
  ),
  onOther(LAMBDA, "a function for S3 on anybody's behalf", [lambda({ Service: 's3.amazonaws.com' })], false, [
    "s3.amazonaws.com on anybody's behalf",
  ]),
  onOther(
    LAMBDA,
    'a function for API Gateway of one API',
    [
      lambda(
        { Service: 'apigateway.amazonaws.com' },
        when('ArnLike', 'AWS:SourceArn', `arn:aws:execute-api:eu-central-1:${OWN}:abc/*`),
      ),
    ],
    false,
    ['apigateway.amazonaws.com'],
  ),
  onOther(
    LAMBDA,
    'a function for an organization',
    [lambda('*', when('StringEquals', 'aws:PrincipalOrgID', 'o-1'))],
    false,
    ['organization o-1'],
  ),
  onOther(
    LAMBDA_URL,
    'a function URL without authentication',
    [
      lambda('*', {
        Action: 'lambda:InvokeFunctionUrl',
        ...when('StringEquals', 'lambda:FunctionUrlAuthType', 'NONE'),
      }),
    ],
    true,
  ),
  onOther(ECR, 'images for everybody', [image('*')], true),
  onOther(ECR, 'images for an account', [image({ AWS: `arn:aws:iam::${OTHER}:root` })], false, [account(OTHER)]),
  onOther(
    ECR,
    'images for CodeBuild of one account',
    [image({ Service: 'codebuild.amazonaws.com' }, when('StringEquals', 'aws:SourceAccount', OWN))],
    false,
    ['codebuild.amazonaws.com'],
  ),
  onOther(ECR, 'images for an organization', [image('*', when('StringLike', 'aws:PrincipalOrgID', ['o-1']))], false, [
    'organization o-1',
  ]),
  onOther(SECRETS, 'a secret for everybody', [secret('*')], true),
  onOther(
    SECRETS,
    'a secret for a role of another account',
    [secret({ AWS: `arn:aws:iam::${OTHER}:role/app` })],
    false,
    [`arn:aws:iam::${OTHER}:role/app`],
  ),
  onOther(
    SECRETS,
    'a secret from one VPC endpoint',
    [secret('*', when('StringEquals', 'aws:sourceVpce', 'vpce-1'))],
    false,
  ),
  onBucket(
    S3_OAC,
    'a CloudFront distribution',
    [
      service('cloudfront.amazonaws.com', {
        Action: 's3:GetObject',
        ...when('StringEquals', 'AWS:SourceArn', `arn:aws:cloudfront::${OWN}:distribution/E1`),
      }),
    ],
    false,
    ['cloudfront.amazonaws.com'],
  ),
  onBucket(
    S3_OAC,
    "CloudFront on anybody's behalf",
    [service('cloudfront.amazonaws.com', { Action: 's3:GetObject' })],
    false,
    ["cloudfront.amazonaws.com on anybody's behalf"],
  ),
  onBucket(
    S3_OAC,
    'a CloudFront origin access identity',
    [allow({ AWS: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2' })],
    false,
  ),
  onBucket(
    S3_EXAMPLES,
    'server access logs of one account',
    [service('logging.s3.amazonaws.com', when('StringEquals', 'aws:SourceAccount', OWN))],
    false,
    ['logging.s3.amazonaws.com'],
  ),
  onBucket(S3_EXAMPLES, 'load balancer logs', [service('logdelivery.elasticloadbalancing.amazonaws.com')], false),
  onBucket(
    S3_EXAMPLES,
    'CloudTrail of one trail',
    [
      service(
        'cloudtrail.amazonaws.com',
        when('StringEquals', 'aws:SourceArn', `arn:aws:cloudtrail:eu-central-1:${OWN}:trail/t`),
      ),
    ],
    false,
    ['cloudtrail.amazonaws.com'],
  ),
  onBucket(
    S3_AP,
    'everything by access points of one account',
    [allow('*', when('StringEquals', 's3:DataAccessPointAccount', OWN))],
    false,
  ),
  onBucket(
    S3_AP,
    'everything by access points of anybody',
    [allow('*', when('StringLike', 's3:DataAccessPointAccount', '*'))],
    true,
  ),
]

const UNKNOWN = { $unknown: [{ kind: 'not_collected' }] }
/** A list, or an object in parts, that may go on. */
const more = (...items: readonly unknown[]): Json => ({ $items: items, $incomplete: [{ kind: 'not_collected' }] })
const HALF_KNOWN: readonly Case[] = [
  onBucket(S3_PUBLIC, 'everyone, under a condition that is not known', [allow('*', { Condition: UNKNOWN })], 'unknown'),
  onBucket(
    S3_PUBLIC,
    'everyone, on a resource that is not known: it can only be this bucket',
    [allow('*', { Resource: UNKNOWN })],
    true,
  ),
  onBucket(S3_PUBLIC, 'somebody who is not known', [allow(UNKNOWN)], 'unknown'),
  onBucket(
    S3_PUBLIC,
    'one account, under a condition that is not known',
    [allow({ AWS: OTHER }, { Condition: UNKNOWN })],
    false,
  ),
  onBucket(S3_PUBLIC, 'everyone, for an effect that is not known', [allow('*', { Effect: UNKNOWN })], 'unknown'),
  onBucket(S3_PUBLIC, 'everyone by one statement, whatever the other says', [allow('*'), allow(UNKNOWN)], true),
  onBucket(S3_PUBLIC, 'everyone, and a denial that is not known', [allow('*'), deny(UNKNOWN)], 'unknown'),
  onBucket(S3_PUBLIC, 'an account, and a denial that is not known', [allow({ AWS: OTHER }), deny(UNKNOWN)], false),
  onBucket(
    S3_PUBLIC,
    "an organization that is not known: it may be a variable that is the caller's own",
    [allow('*', when('StringEquals', 'aws:PrincipalOrgID', UNKNOWN))],
    'unknown',
  ),
  onBucket(S3_PUBLIC, 'a range that is not known', [allow('*', when('IpAddress', 'aws:SourceIp', UNKNOWN))], 'unknown'),
  onBucket(S3_PUBLIC, 'an account or somebody who is not known', [allow({ AWS: [OTHER, UNKNOWN] })], 'unknown'),
  onBucket(S3_PUBLIC, 'everyone or somebody who is not known', [allow({ AWS: ['*', UNKNOWN] })], true),

  onBucket(S3_PUBLIC, 'everyone, on one resource that is not known', [allow('*', { Resource: [UNKNOWN] })], true, [
    ANYONE,
  ]),
  onBucket(
    S3_PUBLIC,
    'everyone, on the objects and perhaps on more',
    [allow('*', { Resource: more(`${BUCKET}/*`) })],
    true,
    [ANYONE],
  ),
  onBucket(
    S3_EXAMPLES,
    'everyone, and plain HTTP denied, in a bucket that is yet to be made',
    [
      allow('*', { Resource: UNKNOWN }),
      deny('*', { Resource: [UNKNOWN, UNKNOWN], ...when('Bool', 'aws:SecureTransport', 'false') }),
    ],
    true,
    [ANYONE],
  ),
  onBucket(
    LOGIC,
    'everyone may read what is not known, and nobody may delete it',
    [allow('*', { Resource: UNKNOWN }), deny('*', { Action: 's3:DeleteBucket', Resource: UNKNOWN })],
    true,
  ),
  onBucket(
    LOGIC,
    'everything is allowed on what is not known and denied on what is not known',
    [allow('*', { Action: '*', Resource: UNKNOWN }), deny('*', { Resource: UNKNOWN })],
    'unknown',
  ),
  onBucket(
    LOGIC,
    'everyone, and a denial on what is not known',
    [allow('*'), deny('*', { Resource: UNKNOWN })],
    'unknown',
  ),
  onBucket(
    LOGIC,
    'everyone, and a denial on a folder and perhaps on more',
    [allow('*'), deny('*', { Resource: more(`${BUCKET}/private/*`) })],
    'unknown',
  ),
  onBucket(
    LOGIC,
    'everyone, and a denial of an action that is not known',
    [allow('*'), deny('*', { Action: UNKNOWN })],
    'unknown',
  ),
  onBucket(
    LOGIC,
    'everyone, and a denial for what may be a denial',
    [allow('*'), deny('*', { Effect: UNKNOWN })],
    'unknown',
  ),
  onBucket(
    NOT_RESOURCE,
    'everything but what is not known',
    [{ ...allow('*'), Resource: undefined, NotResource: UNKNOWN }],
    'unknown',
  ),
  onBucket(
    NOT_RESOURCE,
    'everything but one folder and perhaps more',
    [{ ...allow('*'), Resource: undefined, NotResource: more(`${BUCKET}/private/*`) }],
    'unknown',
  ),
  onBucket(
    NOT_RESOURCE,
    'a resource, or everything but it',
    [{ ...allow('*'), Resource: UNKNOWN, NotResource: UNKNOWN }],
    'unknown',
  ),
  onBucket(
    NOT_ACTION,
    'everything but one action and perhaps more',
    [{ ...allow('*'), Action: undefined, NotAction: more('s3:DeleteBucket') }],
    'unknown',
  ),
  onBucket(
    NOT_PRINCIPAL,
    'everyone but somebody who is not known',
    [{ ...allow('*'), Principal: undefined, NotPrincipal: { AWS: [OTHER, UNKNOWN] } }],
    'unknown',
  ),
  onBucket(
    NOT_PRINCIPAL,
    'everyone but some service',
    [{ ...allow('*'), Principal: undefined, NotPrincipal: { Service: UNKNOWN } }],
    true,
    [ANYONE],
  ),
  onBucket(
    NOT_PRINCIPAL,
    'somebody, or everyone but somebody',
    [{ ...allow('*'), Principal: UNKNOWN, NotPrincipal: UNKNOWN }],
    'unknown',
  ),
  onBucket(PRINCIPAL, 'a service that is not known', [allow({ Service: UNKNOWN })], false),
  onBucket(PRINCIPAL, 'a canonical user who is not known', [allow({ CanonicalUser: UNKNOWN })], false),
  onBucket(PRINCIPAL, 'an account and perhaps others', [allow(more({ AWS: OTHER }))], 'unknown', [account(OTHER)]),
  onBucket(PRINCIPAL, 'everyone and perhaps others', [allow(more('*', { AWS: OTHER }))], true, [ANYONE]),
  onBucket(
    PRINCIPAL,
    'an account that may be allowed or denied',
    [allow({ AWS: OTHER }, { Effect: UNKNOWN })],
    false,
    [],
  ),
  onBucket(PRINCIPAL, 'everyone, in a statement whose name is not known', [allow('*', { Sid: UNKNOWN })], true, [
    ANYONE,
  ]),
  onBucket(
    LOGIC,
    'everyone by one statement, and perhaps other statements: one may deny it',
    more(allow('*')),
    'unknown',
    [],
  ),
  onBucket(
    LOGIC,
    'an account by one statement, and perhaps other statements: one may allow everyone',
    more(allow({ AWS: OTHER })),
    'unknown',
  ),
  onBucket(LOGIC, 'everyone is denied everything, whatever other statements there are', more(deny('*')), false, []),
  onBucket(LOGIC, 'a statement of which nothing is known', [allow('*'), UNKNOWN], 'unknown'),
  onBucket(LOGIC, 'statements of which nothing is known', UNKNOWN, 'unknown'),
  onBucket(
    KEYS,
    'an organization, and perhaps further conditions',
    [allow('*', { Condition: more(when('StringEquals', 'aws:PrincipalOrgID', 'o-1')['Condition']) })],
    false,
    [],
  ),
  onBucket(KEYS, 'a condition by an operator that is not known', [allow('*', { Condition: more() })], 'unknown'),
  onBucket(
    KEYS,
    'a condition on a key that is not known',
    [allow('*', { Condition: { StringEquals: UNKNOWN } })],
    'unknown',
  ),
  onBucket(
    KEYS,
    'everyone, denied under a condition on TLS and perhaps on more',
    [allow('*'), deny('*', { Condition: { Bool: more({ 'aws:SecureTransport': 'false' }) } })],
    true,
    [ANYONE],
  ),
  onBucket(
    KEYS,
    'everyone, denied from outside an organization under perhaps further conditions',
    [allow('*'), deny('*', { Condition: more({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }) })],
    'unknown',
  ),
  onBucket(
    KEYS,
    'an account and perhaps others, by a condition',
    [allow('*', when('StringEquals', 'aws:PrincipalAccount', more(OTHER)))],
    'unknown',
    [account(OTHER)],
  ),
  onBucket(
    S3_PUBLIC,
    'every address, and others that are not known',
    [allow('*', when('IpAddress', 'aws:SourceIp', ['0.0.0.0/0', UNKNOWN]))],
    true,
  ),
  onBucket(
    S3_PUBLIC,
    'a range of addresses and perhaps others',
    [allow('*', when('IpAddress', 'aws:SourceIp', more('203.0.113.0/24')))],
    'unknown',
  ),
  onBucket(
    S3_PUBLIC,
    'a referrer that is not known: anyone can write it',
    [allow('*', when('StringLike', 'aws:Referer', UNKNOWN))],
    true,
    [ANYONE],
  ),
  onBucket(
    S3_PUBLIC,
    'a referrer that is not known, of which something more is asked',
    [allow('*', both(when('StringLike', 'aws:Referer', UNKNOWN), when('StringNotEquals', 'aws:Referer', 'a')))],
    'unknown',
  ),
  onBucket(
    S3_PUBLIC,
    'every referrer but one that is not known: nobody has to send any',
    [allow('*', when('StringNotEquals', 'aws:Referer', UNKNOWN))],
    true,
    [ANYONE],
  ),
  onBucket(
    VARIABLES,
    'the own folder of each user, where nobody knows whether the document has variables',
    [allow({ AWS: '*' }, { Resource: `${BUCKET}/\${aws:username}/*` })],
    'unknown',
    undefined,
    UNKNOWN,
  ),
  onRole(PRINCIPAL, 'a principal who is not known may take the role', [trust({ AWS: UNKNOWN })], 'unknown'),
  onRole(
    EXTERNAL_ID,
    'any AWS principal who knows a string that is not known',
    [trust({ AWS: '*' }, when('StringEquals', 'sts:ExternalId', UNKNOWN))],
    true,
    [ANY_PRINCIPAL],
  ),
  onRole(
    EXTERNAL_ID,
    'a principal who is not known, with an ExternalId that is not known',
    [trust({ AWS: UNKNOWN }, when('StringEquals', 'sts:ExternalId', UNKNOWN))],
    'unknown',
  ),
  onRole(
    OIDC,
    'a provider that is not known, for one repository of GitHub',
    [
      web('', {
        Principal: { Federated: UNKNOWN },
        ...sub('StringEquals', 'repo:octo-org/octo-repo:ref:refs/heads/main'),
      }),
    ],
    false,
  ),
  onRole(OIDC, 'a provider that is not known', [web('', { Principal: { Federated: UNKNOWN } })], 'unknown'),
  onRole(GITHUB_DOC, 'GitHub, for a subject that is not known', [github(sub('StringLike', UNKNOWN))], 'unknown'),
  onRole(
    GITHUB_DOC,
    'GitHub, for one repository and perhaps others',
    [github(sub('StringLike', more('repo:octo-org/a:*')))],
    'unknown',
  ),
  onRole(GITHUB_DOC, 'GitHub, for everything and perhaps others', [github(sub('StringLike', more('*')))], true),
  onOther(KMS, 'a key for the own account and somebody', [key({ AWS: [OWN, UNKNOWN] })], 'unknown', [own]),
  onOther(SQS, 'a queue that is yet to be made, for everybody', [queue('*', { Resource: UNKNOWN })], true),
  onOther(
    SQS,
    'a queue that is yet to be made, for one topic',
    [
      queue('*', {
        Resource: UNKNOWN,
        ...when('ArnEquals', 'aws:SourceArn', `arn:aws:sns:eu-central-1:${OWN}:t`),
      }),
    ],
    false,
  ),
  onOther(
    LOGIC,
    'everyone on a queue that is not known, and nobody on one that is: they may be two',
    [queue('*', { Resource: UNKNOWN }), { ...queue('*', { Action: 'sqs:*' }), Effect: 'Deny' }],
    'unknown',
  ),
  onOther(
    LOGIC,
    'actions of two services on what is not known, those of one denied',
    [
      queue('*', { Action: ['sqs:SendMessage', 'sns:Publish'], Resource: UNKNOWN }),
      { ...queue('*'), Effect: 'Deny', Resource: UNKNOWN },
    ],
    'unknown',
  ),
  onOther(
    SQS,
    'a queue for one topic that is yet to be made: its ARN may hold a variable',
    [queue('*', when('ArnEquals', 'aws:SourceArn', UNKNOWN))],
    'unknown',
  ),
]

export const CORPUS: readonly Case[] = [...PRINCIPALS, ...KEY_CASES, ...TRUST, ...SERVICES, ...HALF_KNOWN]
