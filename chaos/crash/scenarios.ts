import { setTimeout as wait } from 'node:timers/promises'
import { eventually, isStatus, runCase, type Scenario } from './case.ts'
import { difference } from './end-state.ts'
import { ACCOUNT, endLease, leader, type Slot, type Stage } from './stage.ts'

type Play = (stage: Stage, expected: readonly string[]) => Promise<readonly string[]>

/** What no crash at a single effect brings about. Each says how it ended otherwise than it should. */
export const SCENARIOS: readonly (readonly [name: string, play: Play])[] = [
  ['jobs that end at the same moment', sameEnd(() => ({ onEffect: heldTogether }))],
  ['a queue that was purged', sameEnd((stage) => ({ afterRequest: () => purge(stage) }))],
  ['a listing that is denied when it was not before', deniedListing],
  ['a status that a leader sent before it was stopped, and that arrives late', staleStatus],
]

function sameEnd(scenario: (stage: Stage) => Scenario): Play {
  return async (stage, expected) => {
    try {
      return difference(expected, (await runCase(stage, undefined, scenario(stage))).state)
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)]
    }
  }
}

/** Below the 1 s that a transaction of a worker with a lease of 2 s may sit idle; above what lies between two jobs. */
const TOGETHER_MS = 700

async function heldTogether(effect: string): Promise<'pass'> {
  if (effect.startsWith('worker commit update jobs.state, delete outbox, delete gaps')) await wait(TOGETHER_MS)
  return 'pass'
}

/** The first message is lost, and time goes by. */
async function purge(stage: Stage): Promise<void> {
  const workers = stage.slots.filter(({ role }) => role === 'worker')
  await Promise.all(workers.map((worker) => worker.stop()))
  await eventually(async () => {
    const { rowCount } = await stage.database.query('select from outbox where sent_at is not null')
    return rowCount === 1 ? undefined : 'nothing was sent'
  }, 'the first message is sent')
  await stage.purgeQueue()
  await stage.database.query(`update outbox set sent_at = sent_at - interval '20 minutes'`)
  await Promise.all(workers.map((worker) => worker.start()))
}

/** What was open stays open: nobody looked. */
async function deniedListing(stage: Stage): Promise<readonly string[]> {
  const deny = async (): Promise<void> => {
    stage.parts.aws.faults.add({ service: 's3', account: ACCOUNT, fault: { kind: 'denied' } })
  }
  try {
    const { state } = await runCase(stage, undefined, { betweenScans: deny })
    const wrong = state.filter((line) => /^change .*"change":"resolved"/.test(line))
    const isSeen = state.some((line) => /^scan .*"state":"PartiallySucceeded"/.test(line))
    return [...wrong, ...(isSeen ? [] : ['the denial did not show in the scan'])]
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  } finally {
    stage.parts.aws.faults.clear()
  }
}

/** Long enough for the API server to have answered what was held back. */
const ANSWERED_MS = 1500

/** Nothing of it may be written over what the next leader says. */
async function staleStatus(stage: Stage, expected: readonly string[]): Promise<readonly string[]> {
  const late = Promise.withResolvers<void>()
  let old: Slot | undefined
  let replaced: Promise<void> = Promise.resolve()
  const holdNext = async (): Promise<void> => {
    old = await leadingSlot(stage)
    old.kube.forget()
    old.kube.inject({ when: isStatus, answer: { passOnAfter: late.promise } })
    replaced = replaceOnceHeld(stage, old)
  }
  const version = async (namespace: string): Promise<string> =>
    stage.kubectl(['get', 'scantarget', 'small', '-n', namespace, '-o', 'jsonpath={.metadata.resourceVersion}'])
  try {
    const { state, namespace } = await runCase(stage, undefined, { betweenScans: holdNext })
    await replaced
    const before = await version(namespace)
    late.resolve()
    await wait(ANSWERED_MS)
    const isOverwritten = (await version(namespace)) !== before
    return [
      ...difference(expected, state),
      ...(isOverwritten ? ['the late status was written over the newer one'] : []),
    ]
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  } finally {
    late.resolve()
    await replaced.catch(() => undefined)
    await old?.replace()
  }
}

async function leadingSlot({ slots }: Stage): Promise<Slot> {
  for (const slot of slots) if (slot.role === 'operator' && (await slot.isLeader())) return slot
  throw new Error('no operator leads')
}

async function replaceOnceHeld({ parts }: Stage, old: Slot): Promise<void> {
  await eventually(
    async () => (old.kube.requests().some(isStatus) ? undefined : 'none was sent'),
    'the leader sends a status',
  )
  old.current().kill('SIGSTOP')
  await endLease(parts)
  await eventually(async () => ((await leader(parts)) === '' ? 'nobody leads' : undefined), 'another leads')
}
