import type { Answer, AwsCalls, AwsCommand, Failure, Operation } from '#core/aws-call.ts'
import type { Reason } from '#core/reason.ts'
import type { Resource, ResourceType } from '#core/resource.ts'
import { conform } from '#core/schema.ts'
import { unknown, type Based, type Unknown } from '#core/stored.ts'

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

/** An operation that AWS answers in pages. */
export interface Paged<O> {
  readonly operation: Operation
  /** The call for one page; always with a page size where there is one: EC2 gives unpaginated calls half the rate. */
  readonly command: (token: string | undefined) => AwsCommand<O>
  /** The token of the next page; undefined for operations without pages. */
  readonly nextToken: (output: O) => string | undefined
}

/**
 * Page after page, as AWS answers them. A token that comes back twice would page for ever and ends it as a fault.
 * Cost: one call per page.
 */
export async function* pages<O>(aws: AwsCalls, paged: Paged<O>): AsyncGenerator<O, ListingEnd, void> {
  let token: string | undefined
  for (;;) {
    const page: Answer<O> = await aws.call(paged.operation, paged.command(token))
    if (!page.ok) return { complete: false, failure: page.failure }
    yield page.value
    const next = paged.nextToken(page.value)
    // Most operations end with no token, some with an empty one.
    if (next === undefined || next === '') return COMPLETE
    if (next === token) return malformed(paged.operation, 'the next page has the token of the page before it')
    token = next
  }
}

/**
 * The resources of a paged listing; undefined stands for an item that could not be read (see `resourceOf`) and leaves
 * the listing incomplete, because nobody can say which resource was not seen. Keeps one page in memory.
 */
export async function* collectPages<O>(
  aws: AwsCalls,
  paged: Paged<O> & {
    readonly resources: (output: O) => readonly (Resource | undefined)[] | Promise<readonly (Resource | undefined)[]>
  },
): AsyncGenerator<readonly Resource[], ListingEnd, void> {
  const answers = pages(aws, paged)
  let unread = false
  for (;;) {
    const step = await answers.next()
    if (step.done === true) {
      return step.value.complete && unread ? malformed(paged.operation, 'an item in the answer has no id') : step.value
    }
    const items = await paged.resources(step.value)
    const resources = items.filter((resource) => resource !== undefined)
    unread ||= resources.length < items.length
    if (resources.length > 0) yield resources
  }
}

/** All items of a paged answer, for the few that are needed as a whole; on a failure, those seen before it. */
export async function allItems<O, T>(
  aws: AwsCalls,
  paged: Paged<O>,
  itemsOf: (output: O) => readonly T[] | undefined,
): Promise<{ readonly items: readonly T[]; readonly end: ListingEnd }> {
  const answers = pages(aws, paged)
  const items: T[] = []
  for (;;) {
    const step = await answers.next()
    if (step.done === true) return { items, end: step.value }
    items.push(...(itemsOf(step.value) ?? []))
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
  | Based<T>
  | ([T] extends [readonly (infer I)[]]
      ? readonly Collected<I>[] | { readonly $items: readonly Collected<I>[]; readonly $incomplete: readonly Reason[] }
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

/**
 * A set that AWS answers in no promised order, in one that is always the same: so that a resource that did not change
 * does not look changed.
 */
export function inOrder<T>(members: readonly T[]): readonly T[] {
  if (members.length < 2) return members
  return members
    .map((member) => ({ key: JSON.stringify(member) ?? '', member }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ member }) => member)
}

/** A date as resources store it; one that is no date stays text, which `conform` then refuses. */
export function instantOf(date: Date | undefined): string | undefined {
  return date === undefined ? undefined : Number.isNaN(date.getTime()) ? String(date) : date.toISOString()
}

/** What a collector found of one resource. */
export interface Found<T> {
  readonly id: string | undefined
  readonly arn: string | null
  readonly name?: string | undefined
  readonly location: string
  readonly ownerId?: string | undefined
  readonly tags?: readonly SdkTag[] | undefined
  readonly data: Collected<T>
}

/**
 * A resource as it is handed over: data conform to its type's schema, odd values turned into unknowns; named by the
 * given name, else its Name tag, else its id. Undefined when the item has no id: it cannot be told from others.
 */
export function resourceOf<T>(type: ResourceType<T>, found: Found<T>): Resource<T> | undefined {
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
