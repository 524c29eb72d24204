import type { Operation } from '../aws-call.ts'
import type { Reason } from '../reason.ts'
import { opaque } from '../schema.ts'
import { unknown, type Opaque, type Unknown } from '../stored.ts'

/**
 * An IAM policy document, stored as the JSON that AWS gave or a plan holds: one value to a check, which asks `isPublic`,
 * `isAdmin` and their like about it. A plan knows only half of some documents. Inside, as in all stored data:
 *
 * - `{ $unknown: reasons }` stands in the place of anything: an element, which may then be absent too (a `Condition`), a
 *   statement, one member of a list, a value. Where nobody knows whether it is `Principal` or `NotPrincipal`, both are
 *   there and unknown; so with actions and resources.
 * - `{ $items: […], $incomplete: reasons }` is a list that may go on: statements, actions, resources, the principals of
 *   a type, the values of a condition key. One without items has at least one member that is not known.
 * - The same around objects is an object that may have more entries, of a type, operator or key that is not known:
 *   `Condition: { $items: [{ StringEquals: { … } }], $incomplete: reasons }`, and `Principal` and the keys of one
 *   operator likewise.
 *
 * Two things are presumed of what is not known. An unknown `Resource` names something of what the policy hangs on,
 * whoever asks: AWS refuses policies that name something else. And where a key is the caller's to choose (`aws:Referer`,
 * `sts:ExternalId`), an unknown value that it is compared with can be chosen.
 */
export interface PolicyDocument extends Opaque {
  readonly Version?: unknown
  readonly Statement?: unknown
}

/** The schema of a policy document; put `orNull` around it where there may be none. */
export const policyDocument = () => opaque<PolicyDocument>()

export type ParsedPolicy =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly problem: string }

/**
 * Reads a policy document from JSON text, URL-encoded JSON text (as the IAM API answers) or an object. Never throws;
 * what is wrong inside the object shows when it is asked about, as an unknown.
 */
export function parsePolicy(source: unknown): ParsedPolicy {
  const value = typeof source === 'string' ? parseText(source) : source
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, problem: 'the policy document is not a JSON object' }
  }
  // An object is all that the type promises: what is inside is read with suspicion.
  return { ok: true, document: value as PolicyDocument }
}

/** What a source stores of a policy document: the document, or an unknown that names the operation which gave something else. */
export function storedPolicy(source: unknown, operation: Operation): PolicyDocument | Unknown {
  const parsed = parsePolicy(source)
  return parsed.ok ? parsed.document : unknown({ kind: 'fault', operation, detail: parsed.problem })
}

/** Why something inside a document cannot be judged, though all of it was read. */
export function malformed(detail: string): Reason {
  return { kind: 'fault', operation: 'reading the policy', detail }
}

/** What stands in the place of something that does not follow the grammar. */
export function odd(detail: string): Unknown {
  return unknown(malformed(detail))
}

function parseText(text: string): unknown {
  const plain = tryJson(text)
  if (plain !== undefined) return plain
  try {
    return tryJson(decodeURIComponent(text))
  } catch {
    // Not URL-encoded either: a stray % in text that is no JSON.
    return undefined
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
