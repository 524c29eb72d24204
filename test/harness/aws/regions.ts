import type { AccountState } from './account.ts'
import type { Answer, Refusal } from './answer.ts'
import { ec2Answer, refuse } from './answer.ts'
import type { Call } from './call.ts'

// https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
const ALWAYS_ON = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
]
const OPT_IN = [
  'af-south-1',
  'ap-east-1',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ca-west-1',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'mx-central-1',
]

/**
 * DescribeRegions as the account's settings have it. To keep tests small an account has three regions unless it says
 * otherwise, as if the ones that AWS never lets one disable could be opted out of.
 */
export function describeRegions(call: Call, account: AccountState): Answer {
  const all = call.params.get('AllRegions') === 'true'
  const wanted = [...call.params].filter(([name]) => name.startsWith('RegionName.')).map(([, value]) => value)
  const known = [...new Set([...ALWAYS_ON, ...OPT_IN, ...account.enabledRegions])].sort()
  const unknown = wanted.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    return refuse(call, { status: 400, code: 'InvalidParameterValue', message: `Invalid region provided: ${unknown}` })
  }
  const items = known
    .filter((name) => wanted.length === 0 || wanted.includes(name))
    .filter((name) => all || account.enabledRegions.has(name))
    .map(
      (name) =>
        `<item><regionName>${name}</regionName><regionEndpoint>ec2.${name}.amazonaws.com</regionEndpoint>` +
        `<optInStatus>${optInStatus(name, account)}</optInStatus></item>`,
    )
  return ec2Answer(call, `<regionInfo>${items.join('')}</regionInfo>`)
}

function optInStatus(region: string, account: AccountState): string {
  if (!account.enabledRegions.has(region)) return 'not-opted-in'
  return ALWAYS_ON.includes(region) ? 'opt-in-not-required' : 'opted-in'
}

/** What a service answers in a region that the caller's account has not enabled, or undefined when it has. */
export function regionRefusal(call: Call, account: AccountState): Refusal | undefined {
  if (call.service === 'iam' || call.service === 'organizations') return undefined
  // Multi-Region Access Points are asked for in us-west-2, which no account can switch off on AWS.
  if (call.operation.includes('MultiRegionAccessPoint')) return undefined
  return account.enabledRegions.has(call.region) ? undefined : unknownCaller(call)
}

type Words = Readonly<Record<Call['protocol'], Refusal>>

const INVALID_TOKEN = 'The security token included in the request is invalid.'
const UNKNOWN_S3: Refusal = {
  status: 400,
  code: 'InvalidToken',
  message: 'The provided token is malformed or otherwise invalid.',
}
const UNKNOWN: Words = {
  ec2: {
    status: 401,
    code: 'AuthFailure',
    message: 'AWS was not able to validate the provided access credentials',
  },
  query: { status: 403, code: 'InvalidClientTokenId', message: INVALID_TOKEN },
  s3: UNKNOWN_S3,
  s3control: UNKNOWN_S3,
  json: { status: 400, code: 'UnrecognizedClientException', message: INVALID_TOKEN },
}
const UNKNOWN_S3_KEY: Refusal = {
  status: 403,
  code: 'InvalidAccessKeyId',
  message: 'The AWS Access Key Id you provided does not exist in our records.',
}

/** What a service answers to credentials it does not know, which is also how a region that is not enabled looks. */
export function unknownCaller(call: Call): Refusal {
  const isS3 = call.protocol === 's3' || call.protocol === 's3control'
  return isS3 && call.sessionToken === undefined ? UNKNOWN_S3_KEY : UNKNOWN[call.protocol]
}

const ENDED = 'The security token included in the request is expired'
const ENDED_S3: Refusal = { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' }
const EXPIRED: Words = {
  ec2: { status: 400, code: 'RequestExpired', message: 'Request has expired.' },
  query: { status: 403, code: 'ExpiredToken', message: ENDED },
  s3: ENDED_S3,
  s3control: ENDED_S3,
  json: { status: 400, code: 'ExpiredTokenException', message: ENDED },
}

/** What a service answers when the caller's session is over. */
export function expiredCaller(call: Call): Refusal {
  return EXPIRED[call.protocol]
}
