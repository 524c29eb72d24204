import { cut } from './cut.ts'
import { toKubeTime } from './micro-time.ts'

/** metav1.Condition. https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#condition-v1-meta (read 2026-11) */
export interface Condition {
  /** CamelCase; the key of the list. */
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly observedGeneration?: number | undefined
  /** When `status` last changed: not when the reason or the message did. */
  readonly lastTransitionTime: string
  /** CamelCase, for programs. */
  readonly reason: string
  /** For people: what is so, and what to do about it. */
  readonly message: string
}

export type ConditionInput = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>

/** metav1 allows 32,768 characters; nobody reads that much in a status, which carries some messages twice. */
const maxMessageBytes = 1024

/**
 * The conditions as they should be written: exactly the given ones, in their order. `lastTransitionTime` stays when the
 * status of the type is as it was, so that writing the same thing again changes nothing.
 */
export function updateConditions(
  current: readonly Condition[] | undefined,
  wanted: readonly ConditionInput[],
  at: { readonly now: Date; readonly generation: number | undefined },
): readonly Condition[] {
  return wanted.map(({ type, status, reason, message }) => {
    const before = findCondition(current, type)
    return {
      type,
      status,
      ...(at.generation === undefined ? {} : { observedGeneration: at.generation }),
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : toKubeTime(at.now),
      reason,
      message: cut(message, maxMessageBytes),
    }
  })
}

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/**
 * How an object is doing, in the words of kstatus (kubernetes-sigs/cli-utils: pkg/kstatus).
 *
 * - `ready`: what the spec asks for is so.
 * - `reconciling`: on the way, nothing is known to be wrong; tools show it as in progress.
 * - `failing`: it does not work at the moment and is tried again without anybody doing anything.
 * - `stalled`: only a person can help; tools show it as failed.
 */
export type Health = 'ready' | 'reconciling' | 'failing' | 'stalled'

/**
 * `Ready`, and beside it `Reconciling` or `Stalled` where they are true: those two are there only when they say
 * something. On the way `Ready` is `Unknown`, never `False`: tools take an early `False` for a failure.
 */
export function healthConditions(health: Health, reason: string, message: string): readonly ConditionInput[] {
  const ready = health === 'ready' ? 'True' : health === 'reconciling' ? 'Unknown' : 'False'
  const conditions: ConditionInput[] = [{ type: 'Ready', status: ready, reason, message }]
  if (health === 'reconciling') conditions.push({ type: 'Reconciling', status: 'True', reason, message })
  if (health === 'stalled') conditions.push({ type: 'Stalled', status: 'True', reason, message })
  return conditions
}
