import { asArn, hasWildcard, pattern, split, type Pattern } from './pattern.ts'
import { STRANGE } from './tell-apart.ts'

/**
 * What the value of a key belongs to. Such a value is given by AWS, so a stranger holds one of their own and never one
 * that a policy fixes; but a wildcard in the part that identifies lets strangers' values match.
 */
export type Anchor = 'account' | 'organization' | 'organization_path' | 'arn' | 'id' | 'user_id'

/** Keys whose values AWS gives (IAM User Guide, "AWS global condition context keys"; Amazon S3 User Guide, "The meaning of public"). */
export const CALLER_KEYS: ReadonlyMap<string, Anchor> = new Map([
  ['aws:principalaccount', 'account'],
  ['kms:calleraccount', 'account'],
  ['aws:sourceowner', 'account'],
  ['aws:principalarn', 'arn'],
  ['aws:principalorgid', 'organization'],
  ['aws:principalorgpaths', 'organization_path'],
  ['aws:userid', 'user_id'],
  ['aws:federatedprovider', 'arn'],
])
/** Held only when an AWS service calls on behalf of a resource. */
export const SOURCE_KEYS: ReadonlyMap<string, Anchor> = new Map([
  ['aws:sourceaccount', 'account'],
  ['aws:sourcearn', 'arn'],
  ['aws:sourceorgid', 'organization'],
  ['aws:sourceorgpaths', 'organization_path'],
])
/** Held by whoever comes through something that somebody owns. */
export const HOLDER_KEYS: ReadonlyMap<string, Anchor> = new Map([
  ['s3:dataaccesspointaccount', 'account'],
  ['s3:dataaccesspointarn', 'arn'],
  ['s3:x-amz-server-side-encryption-aws-kms-key-id', 'arn'],
  ['ec2:sourceinstancearn', 'arn'],
  ['lambda:sourcefunctionarn', 'arn'],
])
/** Held by whoever comes through a VPC endpoint. */
export const ENDPOINT_KEYS: ReadonlyMap<string, Anchor> = new Map([
  ['aws:sourcevpce', 'id'],
  ['aws:sourcevpc', 'id'],
  ['aws:sourcevpcarn', 'arn'],
  ['aws:vpceaccount', 'account'],
  ['aws:vpceorgid', 'organization'],
  ['aws:vpceorgpaths', 'organization_path'],
  ['aws:ec2instancesourcevpc', 'id'],
])

/** Whether a key is a claim of an identity provider: `token.actions.githubusercontent.com:sub`. */
export function isTokenKey(key: string): boolean {
  return /^[^:]*\.[^:]*:./.test(key)
}

/** Whether strangers' values can match: a wildcard, or something of theirs, stands in the part that says whose it is. */
export function isOpenTo(anchor: Anchor, wanted: Pattern): boolean {
  if (!isLoose(wanted)) return false
  switch (anchor) {
    case 'arn': {
      const parts = split(wanted, ':', 6)
      // Too few parts: a wildcard reaches past colons, over the account too unless it comes after.
      if (parts.length < 5) return true
      const [account = [], resource = []] = parts.slice(4)
      if (account.length > 0) return isLoose(account)
      // ARNs of buckets and other global names have no account: the name itself is whose it is.
      return isLoose(resource) || isLoose(parts.slice(0, 4).flat())
    }
    case 'organization_path':
      return isLoose(split(wanted, '/', 2)[0] ?? [])
    case 'user_id':
      return isLoose(split(wanted, ':', 2)[0] ?? [])
    default:
      return true
  }
}

/** What a policy variable stands for may be the stranger's own. */
function isLoose(wanted: Pattern): boolean {
  return hasWildcard(wanted) || wanted.includes(STRANGE)
}

const ACCOUNT = '????????????'
const arn = (text: string): Pattern => asArn(pattern(text))

/** The forms that values take. */
export const FORMS: Readonly<Record<Anchor | 'principal', readonly Pattern[]>> = {
  account: [pattern(ACCOUNT)],
  organization: [pattern('o-?*')],
  organization_path: [pattern('o-?*/r-?*/*')],
  arn: [arn(`arn:aws*:*:*:${ACCOUNT}:?*`), arn('arn:aws*:*:*::?*')],
  principal: principalsOf(ACCOUNT),
  id: [pattern('?*')],
  user_id: [pattern('AROA?*:?*'), pattern('AIDA?*'), pattern(ACCOUNT)],
}

/** The ARNs of an account's principals, as `aws:PrincipalArn` holds them. */
export function principalsOf(account: string): readonly Pattern[] {
  return ['iam::ACCOUNT:root', 'iam::ACCOUNT:role/?*', 'iam::ACCOUNT:user/?*', 'sts::ACCOUNT:?*/?*'].map((rest) =>
    arn(`arn:aws*:${rest.replace('ACCOUNT', account)}`),
  )
}
