import type { Held } from './condition.ts'
import type { Mention } from './mentions.ts'
import { common, hasWildcard, instance, matches, pattern, split, type Pattern } from './pattern.ts'

/** What a request may hold under a key: each is one way to make the request. */
export type Alternatives = readonly Held[]

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

/** What a stranger is called here: values that the policy does not mention. */
export interface Stranger {
  readonly account: string
  /** Text in the place of wildcards. */
  readonly fill: string
}

/** Every value that a stranger can hold under an anchored key, as far as the policy can tell them apart. */
export function strangersValues(anchor: Anchor, mentions: readonly Mention[], stranger: Stranger): readonly string[] {
  const own = strangersOwn(anchor, stranger)
  const open = mentions
    .map(({ pattern: wanted }) => wanted)
    .filter((wanted) => isOpenTo(anchor, wanted))
    .slice(0, MANY_MENTIONS)
  const shapes = shapesOf(anchor, stranger)
  const reached = shapes.flatMap((shape) => {
    const one = open.map((wanted) => common(wanted, shape, filler(anchor, stranger)))
    const both = open.flatMap((wanted, index) =>
      open.slice(index + 1).flatMap((other) => {
        const met = common(wanted, other, filler(anchor, stranger))
        return met !== undefined && matches(shape, met) ? [met] : []
      }),
    )
    return [...one, ...both].filter((value) => value !== undefined)
  })
  return [...new Set([...own, ...reached])]
}

/** The values that a policy fixes under a key: each names somebody. */
export function fixedValues(mentions: readonly Mention[]): readonly string[] {
  return [...new Set(mentions.filter(({ isFixed }) => isFixed).map(({ text }) => text))]
}

/** Whether strangers' values can match: a wildcard stands in the part that says whose it is. */
export function isOpenTo(anchor: Anchor, wanted: Pattern): boolean {
  if (!hasWildcard(wanted)) return false
  switch (anchor) {
    case 'arn': {
      const parts = split(wanted, ':', 6)
      // Too few parts: a wildcard reaches past colons, over the account too unless it comes after.
      if (parts.length < 5) return true
      const [account = [], resource = []] = parts.slice(4)
      // ARNs of buckets and other global names have no account: the name itself is whose it is.
      return hasWildcard(parts.slice(0, 4).flat()) && account.length === 0
        ? true
        : account.length === 0
          ? hasWildcard(resource)
          : hasWildcard(account)
    }
    case 'organization_path':
      return hasWildcard(split(wanted, '/', 2)[0] ?? [])
    case 'user_id':
      return hasWildcard(split(wanted, ':', 2)[0] ?? [])
    default:
      return true
  }
}

/** Past these, values that meet two patterns at once are no longer looked for. */
const MANY_MENTIONS = 20

/** Values of a key that the caller may choose at will, or not send. */
export function freeValues(mentions: readonly Mention[], { fill }: Stranger): Alternatives {
  const texts = new Set([fill])
  for (const { text, pattern: wanted, operator } of mentions) {
    texts.add(instance(wanted, fill))
    texts.add(instance(wanted, ''))
    if (operator.compare.startsWith('numeric')) for (const step of [-1, 1]) texts.add(String(Number(text) + step))
    if (operator.compare.startsWith('date')) {
      for (const step of [-1, 1]) {
        const at = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)
        if (Number.isFinite(at + step * 86_400_000)) texts.add(new Date(at + step * 86_400_000).toISOString())
      }
    }
    if (operator.compare === 'bool') for (const value of ['true', 'false']) texts.add(value)
    if (operator.compare === 'ip') texts.add(text.split('/')[0] ?? text)
  }
  for (const [index, one] of mentions.slice(0, MANY_MENTIONS).entries()) {
    for (const other of mentions.slice(index + 1, MANY_MENTIONS)) {
      const met = common(one.pattern, other.pattern, fill)
      if (met !== undefined) texts.add(met)
    }
  }
  const single = [...texts].map((text): Held => [text])
  const together = mentions.some(({ operator }) => operator.set !== null)
    ? [[...texts].filter((text) => text !== fill)]
    : []
  return [null, ...single, ...together]
}

function strangersOwn(anchor: Anchor, { account, fill }: Stranger): readonly string[] {
  switch (anchor) {
    case 'account':
      return [account]
    case 'organization':
      return [`o-${fill}`]
    case 'organization_path':
      return [`o-${fill}/r-${fill}/ou-${fill}/`]
    case 'arn':
      return [`arn:aws:iam::${account}:role/${fill}`, `arn:aws:iam::${account}:user/${fill}`]
    case 'user_id':
      return [`AROA${fill.toUpperCase()}:${fill}`]
    case 'id':
      return [fill]
    default:
      return anchor satisfies never
  }
}

/** The forms that a value takes, a stranger's own first. */
function shapesOf(anchor: Anchor, { account }: Stranger): readonly Pattern[] {
  switch (anchor) {
    case 'account':
      return [pattern('????????????')]
    case 'organization':
      return [pattern('o-?*')]
    case 'organization_path':
      return [pattern('o-?*/*')]
    case 'arn':
      return [
        pattern(`arn:aws*:*:*:${account}:?*`),
        pattern('arn:aws*:*:*:????????????:?*'),
        pattern('arn:aws*:*:*::?*'),
      ]
    default:
      return [pattern('?*')]
  }
}

function filler(anchor: Anchor, { fill }: Stranger): string {
  return anchor === 'account' ? '9' : fill
}
