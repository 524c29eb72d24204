import type { z } from 'zod'
import { Account, AccountRegion } from './account.ts'
import { ListField, see, type Field, type Fields } from './field.ts'
import type { Reason } from './reason.ts'
import type { Resource, ResourceType } from './resource.ts'
import type { Schema } from './schema.ts'
import type { Truth } from './truth.ts'

export { all, any, not } from './truth.ts'

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What a rule may ask besides the resource itself. All of it comes from the same snapshot. */
export interface Context<P> {
  /** The account's settings. */
  readonly account: Fields<Account>
  /** The account's settings in the resource's region. */
  readonly region: Fields<AccountRegion>
  readonly params: P
  /** When the resource was observed. Rules have no clock. */
  readonly now: Date
  /** Looks up other types. */
  readonly find: Find
}

/** A function, so that a rule can take it out of its context: `({ find }) => …`. */
export interface Find {
  /** All resources of a type, in the resource's region (or global); incomplete when their listing is. */
  <U>(type: ResourceType<U>): ListField<U>
  /** Those whose `key` holds the same value as `value`; an index, so it costs one look-up. Nothing refers to nothing. */
  <U, K extends keyof U & string>(type: ResourceType<U>, key: K, value: Field<U[K] | null>): ListField<U>
}

/** A check as it is written: data plus a pure rule. `docs/` and the IAM policy are made from it. */
export interface CheckDefinition<T, P> {
  /** `<service>-<resource>-<condition>`; permanent: renamed by alias, never reused. */
  readonly id: string
  /** States what is right: "Buckets are closed to the public". */
  readonly title: string
  readonly severity: Severity
  /** What happens to somebody who ignores it, in one or two sentences. */
  readonly why: string
  readonly fix: { readonly console: string; readonly cli: string; readonly terraform: string }
  /** Ids under which people know it: Prowler's, Checkov's. Accepted wherever an id is. */
  readonly aliases: readonly string[]
  readonly references: readonly string[]
  /** What a reader might think it covers, and it does not. */
  readonly notExamined?: readonly string[]
  readonly params?: z.ZodType<P>
  // Methods, not function properties: so that a check of one type is also a `Check`, as registries and `judge` hold them.
  /** False makes the verdict `not_applicable`. */
  appliesWhen?(resource: Fields<T>, context: Context<P>): Truth
  failsWhen(resource: Fields<T>, context: Context<P>): Truth
}

/** A read that a rule makes: of its own resource, or of a type it looks up. */
export interface Read {
  readonly type: string
  /** Without indices: `ingress[].cidr`. */
  readonly path: string
}

/** A check as the product uses it, with what its rule reads (recorded, not declared). */
export interface Check<T = unknown, P = unknown> extends CheckDefinition<T, P> {
  readonly on: ResourceType<T>
  readonly reads: readonly Read[]
  /** The types it looks up, and by which keys (empty: the whole list). */
  readonly lookUps: readonly LookUp[]
  readonly defaults: P
}

export interface LookUp {
  readonly type: ResourceType
  readonly key: string | null
}

/** What a check without parameters is given. */
export type NoParams = Readonly<Record<string, never>>

/**
 * Defines a check. Runs the rule once with everything unknown to record what it reads; a later read that was not
 * recorded throws in `judge`, because the IAM policy and the look-ups are made from this record.
 */
export function defineCheck<T, P = NoParams>(on: ResourceType<T>, definition: CheckDefinition<T, P>): Check<T, P> {
  // Without `params`, P is the empty object.
  const defaults = (definition.params === undefined ? {} : definition.params.parse({})) as P
  return { ...definition, on, defaults, ...record(on, definition, defaults) }
}

function record<T, P>(
  on: ResourceType<T>,
  definition: CheckDefinition<T, P>,
  params: P,
): { reads: readonly Read[]; lookUps: readonly LookUp[] } {
  const reads = new Map<string, Read>()
  const lookUps = new Map<string, LookUp>()
  const hear = (type: string) => (path: string) => void reads.set(`${type} ${path}`, { type, path })
  const mystery = <U>(type: ResourceType<U>): Fields<U> =>
    see(type.schema, undefined, { onRead: hear(type.type), probing: true })
  const context: Context<P> = {
    account: mystery(Account),
    region: mystery(AccountRegion),
    params,
    now: new Date(0),
    find: <U>(type: ResourceType<U>, key?: string) => {
      lookUps.set(`${type.type} ${key ?? ''}`, { type, key: key ?? null })
      if (key !== undefined) hear(type.type)(key)
      else hear(type.type)('')
      return new ListField<U>([], [{ kind: 'not_collected' }], type.type, mystery(type))
    },
  }
  const resource = mystery(on)
  definition.appliesWhen?.(resource, context)
  definition.failsWhen(resource, context)
  return { reads: [...reads.values()].sort((a, b) => compare(a, b)), lookUps: [...lookUps.values()] }
}

function compare(a: Read, b: Read): number {
  return a.type === b.type ? (a.path < b.path ? -1 : 1) : a.type < b.type ? -1 : 1
}

/** Everything a rule can look at, at one moment: the same whether it came from AWS or from a plan. */
export interface Snapshot {
  /** The account's stored settings; a listing that was not complete is an unknown in their place. */
  readonly account: unknown
  region(location: string): unknown
  /** Members of a type's listing, by key where one is given; `incomplete` says why others may be missing. */
  find(
    lookUp: LookUp,
    location: string,
    value: unknown,
  ): { readonly members: readonly Resource[]; readonly incomplete: readonly Reason[] }
}

/** A schema by path, for what is made from reads; undefined when the path does not exist. */
export function schemaAt(schema: Schema<unknown>, path: string): Schema<unknown> | undefined {
  let at: Schema<unknown> | undefined = schema
  for (const name of path.split('.').flatMap((part) => part.split(/(?=\[\])/))) {
    if (name === '' || at === undefined) continue
    if (name === '[]') at = at.shape.kind === 'list' ? at.shape.item : undefined
    else at = at.shape.kind === 'group' ? at.shape.fields[name] : undefined
  }
  return at
}

/** The operations whose denial would make the check unknown: of each read, the nearest one its schema names. */
export function operationsOf(check: Check, types: ReadonlyMap<string, ResourceType>): readonly string[] {
  const operations = new Set<string>([check.on.operation])
  for (const { type, path } of check.reads) {
    const resourceType = types.get(type)
    if (resourceType === undefined) continue
    let operation: string = resourceType.operation
    let walked = ''
    for (const part of path.split('.')) {
      walked = walked === '' ? part : `${walked}.${part}`
      operation = schemaAt(resourceType.schema, walked)?.operation ?? operation
    }
    operations.add(operation)
  }
  for (const { type } of check.lookUps) operations.add(type.operation)
  return [...operations].sort()
}
