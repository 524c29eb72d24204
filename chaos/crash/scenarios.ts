import { setTimeout as wait } from 'node:timers/promises'
import { encodeMessage } from '#queue/message.ts'
import { eventually, isStatus, runCase } from './case.ts'
import { difference } from './end-state.ts'
import { jobsOf, sameEnd, toLine, type Job, type Play } from './play.ts'
import { endLease, leader, type Slot } from './slot.ts'
import { ACCOUNT, type Stage } from './stage.ts'
import { silentAws, takenOver } from './taken-over.ts'

/** What no crash at a single effect brings about. Each says how it ended otherwise than it should. */
export const SCENARIOS: readonly (readonly [name: string, play: Play])[] = [
  ['jobs that end at the same moment', sameEnd(() => ({ onEffect: heldTogether }))],
  ['a queue that was purged', sameEnd((stage) => ({ afterRequest: () => purge(stage) }))],
  ['messages that come twice', messagesTwice],
  ['a worker that writes when another has its job', takenOver],
  ['a worker that wakes when another has its job, while AWS is silent', silentAws],
  ['a listing that is denied when it was not before', deniedListing],
  ['a status that a leader sent before it was stopped, and that arrives late', staleStatus],
]

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

/** SQS may deliver a message again: while its job is done or under way, and after the scan has ended. Nothing comes of it. */
async function messagesTwice(stage: Stage, expected: readonly string[]): Promise<readonly string[]> {
  const answers = Promise.withResolvers<'pass'>()
  const faults: string[] = []
  const again = async (namespace: string): Promise<readonly Job[]> => {
    const jobs = await jobsOf(stage, namespace)
    await stage.send(jobs.map(encodeMessage))
    return jobs
  }
  const whileOneIsUnderWay = async (namespace: string): Promise<void> => {
    await eventually(async () => {
      const under = (await jobsOf(stage, namespace)).filter(({ state }) => state === 'Leased')
      const depth = await stage.queueDepth()
      return under.length === 1 && under[0]?.kind === 'collect' && depth === 1 ? undefined : `${depth} messages`
    }, 'all jobs but one are done')
    const before = await again(namespace)
    await eventually(async () => {
      const depth = await stage.queueDepth()
      return depth === 2 ? undefined : `${depth} messages are there, of the job that is under way 2`
    }, 'messages of jobs that are done are deleted')
    faults.push(...difference(before.map(toLine), (await jobsOf(stage, namespace)).map(toLine)))
    const rest = await stage.database.query(
      `select from outbox o join jobs j on j.id = o.job_id where j.state not in ('Queued', 'Leased')`,
    )
    if (rest.rowCount > 0) faults.push(`the outbox has ${rest.rowCount} jobs that have ended`)
    answers.resolve('pass')
  }
  try {
    const { state } = await runCase(stage, undefined, {
      onCall: ({ operation }) => (operation === 'ListBuckets' ? answers.promise : 'pass'),
      afterRequest: whileOneIsUnderWay,
      betweenScans: async (namespace) => void (await again(namespace)),
    })
    return [...faults, ...difference(expected, state)]
  } finally {
    answers.resolve('pass')
  }
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
