import type { Answer, AwsCalls, AwsCommand, Failure, Operation } from '#core/aws-call.ts'
import type { Resource, ResourceType } from '#core/resource.ts'
import { conform } from '#core/schema.ts'
import { unknown, type Defaulted, type PartialList, type Unknown } from '#core/stored.ts'

/** Turns calls to one account in one place into resources. Holds no state: everything it needs comes in with `aws`. */
export interface Collector {
  /** One pass lists them all; a listing is recorded for each. */
  readonly types: readonly ResourceType[]
  readonly listed: 'region' | 'global'
  /** Every operation it may call: what the IAM policy is made from. */
  readonly operations: readonly Operation[]
  /**
   * Yields resources in pages, none kept, and returns how the listing ended. A detail call that fails becomes an
   * unknown in the fields it feeds; a failed page ends the listing, and what came before it stands.
   * Throws only when `aws.signal` aborts.
   */
  collect(aws: AwsCalls): AsyncGenerator<readonly Resource[], ListingEnd, void>
}

/** How a listing ended. Only a complete one says anything about what is absent. */
export type ListingEnd =
  | {
      readonly complete: true
      /** When AWS observed it, where that is not now (the credential report is up to 4 hours old). */
      readonly observedAt?: Date
    }
  | { readonly complete: false; readonly failure: Failure }

export const COMPLETE: ListingEnd = { complete: true }

/** A listing that AWS gives in pages. */
export interface Paged<O> {
  readonly operation: Operation
  /** The call for one page; always with a page size, because EC2 gives unpaginated calls half the rate. */
  readonly command: (token: string | undefined) => AwsCommand<O>
  /** The token of the next page. Operations without pages answer undefined. */
  readonly nextToken: (output: O) => string | undefined
  /** Undefined stands for an item that could not be read (see `resourceOf`). */
  readonly resources: (output: O) => readonly (Resource | undefined)[] | Promise<readonly (Resource | undefined)[]>
}

/**
 * Lists page after page. A token that comes back twice would page for ever and ends the listing as a fault; an item
 * without an id leaves it incomplete, because nobody can say which resource was not seen.
 * Cost: one call per page, one page in memory.
 */
export async function* collectPages<O>(
  aws: AwsCalls,
  paged: Paged<O>,
): AsyncGenerator<readonly Resource[], ListingEnd, void> {
  let end: ListingEnd = COMPLETE
  let token: string | undefined
  for (;;) {
    const page: Answer<O> = await aws.call(paged.operation, paged.command(token))
    if (!page.ok) return { complete: false, failure: page.failure }
    const items = await paged.resources(page.value)
    const resources = items.filter((resource) => resource !== undefined)
    if (resources.length < items.length) end = malformed(paged.operation, 'an item in the answer has no id')
    if (resources.length > 0) yield resources
    const next = paged.nextToken(page.value)
    // Most operations end with no token, some with an empty one.
    if (next === undefined || next === '') return end
    if (next === token) return malformed(paged.operation, 'the next page has the token of the page before it')
    token = next
  }
}

/** A listing that ended because the answer was not what AWS documents. */
export function malformed(operation: Operation, detail: string): ListingEnd {
  const reason = { kind: 'fault', operation, detail } as const
  return { complete: false, failure: { category: 'malformed', operation, code: 'Malformed', message: detail, reason } }
}

/**
 * What a detail call feeds: the value read from its answer; `absent` where AWS says that nothing is configured (give
 * the documented default through `awsDefault`, or null); unknown, with the call's reason, where it failed.
 */
export function detail<O, T, A = Unknown>(answer: Answer<O>, read: (output: O) => T, absent?: A): T | A | Unknown {
  if (answer.ok) return read(answer.value)
  if (answer.failure.category === 'absent_config' && absent !== undefined) return absent
  return unknown(answer.failure.reason)
}

/** What a collector may hand over for a `T`: as stored, and wherever the SDK's types say so, undefined. */
export type Collected<T> =
  | undefined
  | Unknown
  | Defaulted<T>
  | ([T] extends [readonly (infer I)[]]
      ? readonly Collected<I>[] | PartialList<I>
      : T extends string
        ? // The SDK's enums lag behind AWS: `conform` decides at run time what the schema accepts.
          string
        : [T] extends [number | boolean | null]
          ? T
          : [T] extends [object | null]
            ? { readonly [K in keyof T]: Collected<T[K]> }
            : T)

/** A tag as most services write it. */
interface SdkTag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

export function tagsOf(tags: readonly SdkTag[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
}

/** A date as resources store it; one that is no date stays text, which `conform` then refuses. */
export function instantOf(date: Date | undefined): string | undefined {
  return date === undefined ? undefined : Number.isNaN(date.getTime()) ? String(date) : date.toISOString()
}

/**
 * A resource as it is handed over: data conform to its type's schema, odd values turned into unknowns; named by the
 * given name, else its Name tag, else its id. Undefined when the item has no id: it cannot be told from others.
 */
export function resourceOf<T>(
  type: ResourceType<T>,
  found: {
    readonly id: string | undefined
    readonly arn: string | null
    readonly name?: string | undefined
    readonly location: string
    readonly ownerId?: string | undefined
    readonly tags?: readonly SdkTag[] | undefined
    readonly data: Collected<T>
  },
): Resource<T> | undefined {
  if (found.id === undefined || found.id === '') return undefined
  const tags = tagsOf(found.tags)
  return {
    type: type.type,
    id: found.id,
    arn: found.arn,
    name: found.name || tags['Name'] || found.id,
    location: found.location,
    ...(found.ownerId === undefined ? {} : { ownerId: found.ownerId }),
    tags,
    data: conform(type.schema, found.data, type.operation),
  }
}
