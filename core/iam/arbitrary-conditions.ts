import * as fc from 'fast-check'

// Conditions of every kind, for tests of the laws. They are made from few keys and values, so that these meet.

export const GITHUB = 'token.actions.githubusercontent.com'
export const ONE = '111111111111'
export const TWO = '222222222222'

/** One value, or a list. */
export const oneOrMore = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 3 }))

const tests = (keys: Readonly<Record<string, readonly unknown[]>>) =>
  fc
    .constantFrom(...Object.keys(keys))
    .chain((key) => oneOrMore(fc.constantFrom(...(keys[key] ?? []))).map((values) => ({ [key]: values })))
const quantified = (...operators: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom('', '', '', 'ForAnyValue:', 'ForAllValues:'),
      fc.constantFrom(...operators),
      fc.constantFrom('', '', 'IfExists'),
    )
    .map((parts) => parts.join(''))
const TEXTS = quantified('StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase')

const condition = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(
      TEXTS,
      tests({
        'aws:PrincipalOrgID': ['o-1', 'o-2', 'o-*', '${aws:ResourceOrgID}'],
        'aws:PrincipalAccount': [ONE, TWO, '*', '1*'],
        'aws:SourceVpce': ['vpce-1', 'vpce-*'],
        'aws:PrincipalOrgPaths': ['o-1/*', '*/r-1/*', 'o-1/r-1/*'],
        'aws:Referer': ['https://example.com/*', 'secret', '*t', 's*', '*c*'],
        'aws:SourceAccount': [ONE, '*'],
        'aws:username': ['alice', '*', 'al*'],
        'aws:PrincipalType': ['User', 'AssumedRole', 'Anonymous'],
        'aws:PrincipalServiceName': ['sns.amazonaws.com', '*.amazonaws.com'],
        'aws:userid': ['AROAEXAMPLE:*', '*:session'],
        'aws:CalledVia': ['athena.amazonaws.com', 'cloudformation.amazonaws.com'],
        's3:DataAccessPointAccount': [ONE, '*'],
        'kms:CallerAccount': [ONE, TWO, '*'],
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      TEXTS,
      tests({
        [`${GITHUB}:sub`]: ['repo:o/r:ref:refs/heads/main', 'repo:o/*', 'repo:o*', 'repo:*:ref:refs/heads/main'],
        [`${GITHUB}:aud`]: ['sts.amazonaws.com'],
        [`${GITHUB}:repository_id`]: ['74', '*'],
        'cognito-identity.amazonaws.com:amr': ['authenticated', 'unauthenticated'],
        'cognito-identity.amazonaws.com:aud': ['eu-central-1:1234', '*'],
        'SAML:aud': ['https://signin.aws.amazon.com/saml'],
        'aws:FederatedProvider': [`arn:aws:iam::${ONE}:oidc-provider/${GITHUB}`, '*'],
        'sts:ExternalId': ['secret', '*'],
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      quantified('ArnLike', 'ArnEquals', 'ArnNotLike', 'StringLike', 'StringNotLike'),
      tests({
        'aws:PrincipalArn': [
          'arn:aws:iam::*:role/A',
          'arn:aws:iam::*:role/*',
          'arn:aws:iam::*:user/*',
          `arn:aws:iam::${ONE}:role/*`,
          `arn:aws:iam::${ONE}:role/A`,
          '*',
        ],
        'aws:SourceArn': [
          'arn:aws:sns:*:*:*',
          `arn:aws:sns:eu-west-1:${ONE}:t`,
          `arn:aws:sns:*:${ONE}:*`,
          'arn:aws:s3:::b',
        ],
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom('IpAddress', 'IpAddress', 'NotIpAddress', 'NotIpAddressIfExists', 'IpAddressIfExists'),
      tests({
        'aws:SourceIp': ['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '203.0.113.0/24', '10.0.0.0/8', '::/0'],
        'aws:VpcSourceIp': ['10.0.0.0/8', '10.0.0.0/16', '10.1.0.0/16'],
      }),
    ),
  },
  fc.tuple(
    fc.constantFrom('Bool', 'BoolIfExists'),
    tests({
      'aws:SecureTransport': ['true', 'false'],
      'aws:PrincipalIsAWSService': ['true', false],
      'aws:MultiFactorAuthPresent': ['true', 'false'],
      'aws:ViaAWSService': ['true', 'false'],
    }),
  ),
  fc.tuple(
    fc.constantFrom('NumericLessThan', 'NumericGreaterThan', 'NumericEquals', 'NumericNotEquals'),
    tests({ 's3:max-keys': [5, '7', 6], 'aws:MultiFactorAuthAge': ['3600'] }),
  ),
  fc.tuple(
    fc.constantFrom('DateLessThan', 'DateGreaterThanEquals'),
    tests({ 'aws:CurrentTime': ['2099-01-01T00:00:00Z', '2099-01-01T06:00:00Z'] }),
  ),
  fc.tuple(
    fc.constant('Null'),
    tests({
      'aws:PrincipalOrgID': ['true', 'false'],
      'aws:SourceVpce': ['true', 'false'],
      'aws:PrincipalArn': ['true', 'false'],
      'aws:Referer': [true, 'false'],
      'aws:username': ['true'],
    }),
  ),
  fc.tuple(fc.constantFrom('StringFoo', 'BoolForever'), tests({ 'aws:Referer': ['x'] })),
)
/** What stands under `Condition`. Two conditions by one operator become one operator with two keys. */
export const conditions = fc
  .array(condition, { maxLength: 3 })
  .map((pairs) =>
    pairs.reduce<Readonly<Record<string, object>>>(
      (all, [operator, keys]) => ({ ...all, [operator]: { ...all[operator], ...keys } }),
      {},
    ),
  )
