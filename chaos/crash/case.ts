import { setTimeout as wait } from 'node:timers/promises'
import type { Verdict } from '#test/harness/postgres-proxy.ts'
import type { SeenRequest } from '#test/harness/kube-proxy.ts'
import type { AwsCall } from '#test/harness/queue-proxy.ts'
import { difference, endState, leftOver, readStatus, type SeenStatus } from './end-state.ts'
import { endLease, leader, type Slot } from './slot.ts'
import { TARGET, type Stage } from './stage.ts'

export const VARIANTS = ['kill', 'stop', 'leader', 'answer-lost', 'postgres'] as const
export type Variant = (typeof VARIANTS)[number]

/** What is done at which effect: `kill · worker commit insert listings, notify · 2`. */
export interface Case {
  readonly variant: Variant
  readonly effect: string
  readonly occurrence: number
}

export const nameOf = ({ variant, effect, occurrence }: Case): string => `${variant} · ${effect} · ${occurrence}`

/** Of effects, how often each was met. */
export type Effects = ReadonlyMap<string, number>

export interface Run {
  readonly namespace: string
  readonly state: readonly string[]
  readonly effects: Effects
  /** Whether the effect of the case came up. */
  readonly isHit: boolean
}

/** What else is done to a run than one case at one effect. */
export interface Scenario {
  /** Asked about every effect that no case is about. */
  readonly onEffect?: (effect: string, slot: Slot) => Verdict | Promise<Verdict>
  /** Asked about every call to AWS that is no effect. */
  readonly onCall?: (call: AwsCall, slot: Slot) => Verdict | Promise<Verdict>
  readonly afterRequest?: (namespace: string) => Promise<void>
  readonly betweenScans?: (namespace: string) => Promise<void>
}

/**
 * Runs two scans of a fresh target with a change in between, disturbed once as `one` says, and waits until all is told
 * and empty. Rejects when that does not happen.
 */
export async function runCase(stage: Stage, one: Case | undefined, scenario: Scenario = {}): Promise<Run> {
  const effects = new Map<string, number>()
  const repairs: Promise<unknown>[] = []
  let isHit = false
  const meet = (slot: Slot, effect: string): Verdict | Promise<Verdict> => {
    const occurrence = (effects.get(effect) ?? 0) + 1
    effects.set(effect, occurrence)
    if (isHit || one?.effect !== effect || one.occurrence !== occurrence)
      return scenario.onEffect?.(effect, slot) ?? 'pass'
    isHit = true
    const { verdict, repaired } = disturb(stage, slot, one.variant)
    repairs.push(repaired)
    return verdict
  }
  for (const slot of stage.slots)
    watch(slot, { meet: (effect) => meet(slot, effect), call: (call) => scenario.onCall?.(call, slot) ?? 'pass' })
  try {
    await stage.openBucket(0)
    const namespace = await stage.parts.cluster.createNamespace('crash')
    const target = { apiVersion: 'vedette.dev/v1alpha1', kind: 'ScanTarget', metadata: { name: 'small', namespace } }
    await stage.kubectl(['apply', '-f', '-'], JSON.stringify({ ...target, spec: TARGET }))
    await scenario.afterRequest?.(namespace)
    await settled(stage, namespace, ({ lastScan, activeScan }) => lastScan !== undefined && activeScan === undefined)
    await stage.openBucket(1)
    await scenario.betweenScans?.(namespace)
    await stage.kubectl(['annotate', 'scantarget', 'small', '-n', namespace, 'vedette.dev/scan-now=again'])
    await settled(stage, namespace, (now) => now.lastHandledScanNow === 'again' && now.activeScan === undefined)
    await Promise.all(repairs)
    await eventually(() => leftOver(stage), 'all is empty')
    return { namespace, state: await endState(stage, namespace), effects, isHit }
  } finally {
    await Promise.allSettled(repairs)
    for (const { postgres, queue, kube } of stage.slots) {
      postgres.intercept(undefined)
      queue.intercept(undefined)
      kube.intercept(undefined)
      kube.clear()
    }
  }
}

/** Whether a variant makes sense at an effect: only operators lead. */
export const applies = (variant: Variant, effect: string): boolean =>
  variant !== 'leader' || effect.startsWith('operator')

export interface Judged {
  /** False when the effect of the case did not come up. */
  readonly isHit: boolean
  /** How it ended otherwise than it should. */
  readonly faults: readonly string[]
}

/** That something did not end is a fault of what is played, too. */
export async function judge(play: () => Promise<Judged>): Promise<Judged> {
  return play().catch((error: unknown) => ({
    isHit: true,
    faults: [error instanceof Error ? error.message : String(error)],
  }))
}

/** How the end of a case differs from that of the undisturbed run. */
export function judgeCase(stage: Stage, one: Case, expected: readonly string[]): Promise<Judged> {
  return judge(async () => {
    const { state, isHit } = await runCase(stage, one)
    return { isHit, faults: difference(expected, state) }
  })
}

/** Not effects of a scan: heartbeats, resending, and what only looks after the queue. */
const APART = new Set(['worker statement update jobs.lease_until', 'worker statement update outbox.sent_at'])
APART.add('operator statement update outbox.sent_at')
const CALLS = new Set(['SendMessageBatch', 'DeleteMessage'])

export const isStatus = ({ method, path }: SeenRequest): boolean => method === 'PATCH' && path.endsWith('/small/status')

function watch(
  { role, postgres, queue, kube }: Slot,
  of: {
    readonly meet: (effect: string) => Verdict | Promise<Verdict>
    readonly call: (call: AwsCall) => Verdict | Promise<Verdict>
  },
): void {
  postgres.intercept(({ kind, template }) => {
    const effect = `${role} ${kind} ${template}`
    return APART.has(effect) ? 'pass' : of.meet(effect)
  })
  queue.intercept((call) => (CALLS.has(call.operation) ? of.meet(`${role} sqs ${call.operation}`) : of.call(call)))
  kube.intercept((request) => (isStatus(request) ? of.meet(`${role} api PATCH status`) : 'pass'))
}

function disturb(
  stage: Stage,
  slot: Slot,
  variant: Variant,
): { readonly verdict: Verdict | Promise<Verdict>; readonly repaired: Promise<unknown> } {
  switch (variant) {
    case 'kill':
      slot.current().kill('SIGKILL')
      return { verdict: 'cut', repaired: slot.replace() }
    case 'answer-lost':
      return { verdict: 'cut-after', repaired: Promise.resolve() }
    case 'postgres': {
      const { postgres } = stage.parts
      return { verdict: 'cut', repaired: postgres.kill().then(() => postgres.start()) }
    }
    case 'stop': {
      // The effect takes place, and the process sleeps over its lease and wakes while another is at work or done.
      const stopped = slot.current()
      stopped.kill('SIGSTOP')
      return { verdict: 'pass', repaired: wait(PAST_THE_LEASE_MS).then(() => stopped.kill('SIGCONT')) }
    }
    case 'leader':
      return { verdict: 'pass', repaired: changeLeader(stage, slot) }
    default:
      return variant satisfies never
  }
}

/** The operator sleeps while another becomes the leader, and wakes as one that is not any more: it ends, and is started again. */
async function changeLeader({ parts }: Stage, slot: Slot): Promise<void> {
  const wasLeader = await slot.isLeader()
  const stopped = slot.current()
  stopped.kill('SIGSTOP')
  await endLease(parts)
  await eventually(async () => ((await leader(parts)) === '' ? 'nobody leads' : undefined), 'another leads')
  stopped.kill('SIGCONT')
  if (wasLeader) await stopped.exited
}

const PAST_THE_LEASE_MS = 4000
const WITHIN_MS = 45_000

async function settled(stage: Stage, namespace: string, holds: (status: SeenStatus) => boolean): Promise<void> {
  await eventually(async () => {
    const status = await readStatus(stage, namespace)
    return holds(status) ? undefined : `the status says ${JSON.stringify(status)}`
  }, 'the scan ends')
}

export async function eventually(look: () => Promise<string | undefined>, what: string): Promise<void> {
  const end = performance.now() + WITHIN_MS
  for (;;) {
    const missing = await look().catch((error: unknown) => String(error))
    if (missing === undefined) return
    if (performance.now() > end) throw new Error(`not within ${WITHIN_MS / 1000} s: ${what}; ${missing}`)
    await wait(100)
  }
}
