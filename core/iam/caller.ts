import type { Reason } from '../reason.ts'
import { isUnknown } from '../stored.ts'
import { odd } from './document.ts'
import type { Member, PrincipalType } from './statement.ts'
import type { Tri } from './tri.ts'
import type { Alternatives, Values } from './values.ts'
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
  /** Whether a member of `Principal`, of one of these types, names them in particular; `*` names everybody of its type. */
  readonly isNamed?: (member: NamedMember) => boolean
  /** What their requests may hold under a key; undefined when it is not the caller who decides that. */
  readonly has: (key: string, values: Values) => Alternatives | undefined
}

export interface NamedMember {
  readonly type: PrincipalType
  readonly value: string
}

/** Whether a member of `Principal` names a caller. A wildcard within a longer name is no principal, and AWS refuses it. */
export function isNamedBy(caller: Caller, member: Member): Tri {
  const { type, value } = member
  if (!caller.types.includes(type)) return false
  if (isUnknown(value)) return value
  if (value === '*' || caller.isNamed?.({ type, value }) === true) return true
  return value.includes('*') ? odd(`principal ${value} has a wildcard within`) : false
}

/** What `Principal` says of accounts: an id, or the ARN of the account's root, means the whole account. */
export function accountOf(value: string): string | undefined {
  return /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/.exec(value)?.[1]
}

/** The account within an ARN. */
export function accountIn(arn: string): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1]
}
