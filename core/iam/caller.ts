import type { Reason } from '../reason.ts'
import { unknown } from '../stored.ts'
import { malformed } from './document.ts'
import type { Alternatives } from './keys.ts'
import type { PrincipalType } from './statement.ts'
import type { Tri } from './tri.ts'
import type { Who } from './who.ts'

/** Somebody who may call, as one or more requests can show them. */
export interface Caller {
  readonly who: Who
  /** Where they call from: anywhere, or nowhere in the case of an AWS service. */
  readonly calls: 'from_network' | 'as_service'
  /** Whether they sign requests, as some services require. */
  readonly signs: boolean
  /** Set when nobody can tell from the policy whether there are such callers. */
  readonly doubt?: Reason
  /** The types of `Principal` that can name them. */
  readonly types: readonly PrincipalType[]
  /** Whether a member of `Principal` names them. */
  readonly isNamed: (member: { readonly type: PrincipalType; readonly value: string }) => Tri
  /** What their requests may hold under a key; undefined when it is not the caller who decides that. */
  readonly has: (key: string) => Alternatives | undefined
}

/** What `Principal` says of accounts: an id, or the ARN of the account's root, means the whole account. */
export function accountOf(value: string): string | undefined {
  return /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/.exec(value)?.[1]
}

/** The account within an ARN. */
export function accountIn(arn: string): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1]
}

/** Whether a member is `*`: everybody. A wildcard within a longer name is no principal, and AWS refuses it. */
export function isEverybody(value: string): Tri {
  if (value === '*') return true
  return value.includes('*') ? unknown(malformed(`principal ${value} has a wildcard within`)) : false
}
