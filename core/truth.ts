import { distinctReasons, type Reason } from './reason.ts'

/**
 * Where a value comes from. Shown in evidence; no rule can see it. `observed`: AWS said so. `configured`: a plan sets it.
 * `refreshed`: a plan found it there and does not change it. `aws_default`: AWS documents it for what is not set.
 * `assumed_default`: the same, but an account setting, an image or a template that nobody looked at may say otherwise.
 */
export type Basis = 'observed' | 'configured' | 'refreshed' | 'aws_default' | 'assumed_default'

/** One value that decided an answer: which field, what it held. Values are bounded before they are stored; a secret one is left out. */
export interface Evidence {
  readonly field: string
  readonly value: unknown
  readonly basis: Basis
}

/** A field that stood in the way of an answer, and why it could not be learnt. */
export interface Missing {
  readonly field: string
  readonly reasons: readonly Reason[]
}

/**
 * True, false or unknown (Kleene's strong logic). Opaque on purpose: a check can neither branch on it nor make one
 * from a boolean, so it cannot forget that something was not learnt. Only `judge` reads it.
 */
export class Truth {
  readonly #state: boolean | 'unknown'
  readonly #evidence: readonly Evidence[]
  readonly #missing: readonly Missing[]

  private constructor(state: boolean | 'unknown', evidence: readonly Evidence[], missing: readonly Missing[]) {
    this.#state = state
    this.#evidence = evidence
    this.#missing = missing
  }

  /** An answer, with what decided it. For `core` only. */
  static known(state: boolean, evidence: readonly Evidence[]): Truth {
    return new Truth(state, evidence, [])
  }

  /** No answer, with what stood in the way. For `core` only. */
  static unknown(missing: readonly Missing[]): Truth {
    return new Truth('unknown', [], missing)
  }

  /** Opens a truth. For `core` only: a check that calls it is refused by the linter. */
  static read(truth: Truth): {
    readonly state: boolean | 'unknown'
    readonly evidence: readonly Evidence[]
    readonly missing: readonly Missing[]
  } {
    return { state: truth.#state, evidence: truth.#evidence, missing: truth.#missing }
  }
}

/** True when every part is; false as soon as one is, whatever is unknown; never short-circuits, so reads are the same for every resource. */
export function all(...truths: readonly Truth[]): Truth {
  return combine(truths, false)
}

/** False when every part is; true as soon as one is, whatever is unknown; never short-circuits. */
export function any(...truths: readonly Truth[]): Truth {
  return combine(truths, true)
}

/** The opposite; unknown stays unknown. */
export function not(truth: Truth): Truth {
  const { state, evidence, missing } = Truth.read(truth)
  return state === 'unknown' ? Truth.unknown(missing) : Truth.known(!state, evidence)
}

/** `decisive` is the value that wins over unknown; the other one needs every part. */
function combine(truths: readonly Truth[], decisive: boolean): Truth {
  const read = truths.map((truth) => Truth.read(truth))
  const deciding = read.filter(({ state }) => state === decisive)
  if (deciding.length > 0) {
    return Truth.known(
      decisive,
      deciding.flatMap(({ evidence }) => evidence),
    )
  }
  if (read.some(({ state }) => state === 'unknown'))
    return Truth.unknown(mergeMissing(read.flatMap((part) => part.missing)))
  return Truth.known(
    !decisive,
    read.flatMap(({ evidence }) => evidence),
  )
}

function mergeMissing(missing: readonly Missing[]): readonly Missing[] {
  const byField = new Map<string, Reason[]>()
  for (const { field, reasons } of missing) byField.set(field, [...(byField.get(field) ?? []), ...reasons])
  return [...byField].map(([field, reasons]) => ({ field, reasons: distinctReasons(reasons) }))
}
