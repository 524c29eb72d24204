import { setTimeout as wait } from 'node:timers/promises'
import { encodeMessage } from '#queue/message.ts'
import type { Verdict } from '#test/harness/postgres-proxy.ts'
import type { AwsCall } from '#test/harness/queue-proxy.ts'
import { eventually, runCase } from './case.ts'
import { difference } from './end-state.ts'
import { jobsOf, type Job } from './play.ts'
import type { Slot } from './slot.ts'
import type { Stage } from './stage.ts'

/**
 * The lease of a worker has run out by the database's clock, as after a failover that lost its last renewals, long before
 * the worker's next beat could tell it. Another has the job, and AWS answers the first one now: it tries to write, in
 * vain, and does not delete the message either.
 */
export async function takenOver(stage: Stage, expected: readonly string[]): Promise<readonly string[]> {
  return withTwoWorkers(stage, expected, LONG_LEASE, async (at, namespace) => {
    const { job, first, second } = await at.jobIsHeld(namespace)
    await stage.database.query('update jobs set lease_until = clock_timestamp() where id = $1', [job.jobId])
    await stage.send([encodeMessage(job)])
    await at.isTaken(namespace, job, second)
    let tries = 0
    first.slot.postgres.listen((statement) => {
      if (FENCE.test(statement)) tries++
    })
    const effects = first.effectsFromHere()
    first.answer()
    await first.slot.current().line(ENDED)
    first.slot.postgres.listen(undefined)
    return [
      ...effects.map((effect) => `it wrote without a lease: ${effect}`),
      ...(tries === 0 ? ['it did not try to write, so nothing was shown'] : []),
    ]
  })
}

/**
 * A worker sleeps over its lease while AWS keeps it waiting, and wakes when another has the job: it lets go without an
 * answer, is free for other work, and writes nothing.
 */
export async function silentAws(stage: Stage, expected: readonly string[]): Promise<readonly string[]> {
  return withTwoWorkers(stage, expected, {}, async (at, namespace) => {
    const { job, first, second } = await at.jobIsHeld(namespace)
    const sleeper = first.slot.current()
    sleeper.kill('SIGSTOP')
    try {
      await at.isTaken(namespace, job, second)
    } finally {
      sleeper.kill('SIGCONT')
    }
    const effects = first.effectsFromHere()
    await sleeper.line(ENDED)
    await eventually(
      async () => (first.waiting() === 0 ? undefined : `${first.waiting()} calls still wait`),
      'its calls are given up',
    )
    first.answer()
    // What came of answers that nobody waits for any more would come now.
    await wait(AFTERWARDS_MS)
    return effects.map((effect) => `it wrote without a lease: ${effect}`)
  })
}

const LONG_LEASE = { VEDETTE_JOB_LEASE_SECONDS: '30' }
/** What every write under a lease begins with. */
const FENCE = /\bfrom jobs\b.* for key share/
const ENDED = /"location":"global".*"message":"job ended"/
const AFTERWARDS_MS = 300

/** A worker, the calls that keep it waiting, and what it makes durable. */
interface Watched {
  readonly slot: Slot
  /** Listings of buckets that wait for AWS's answer. */
  waiting(): number
  /** From here on AWS answers it. */
  answer(): void
  /** A list that grows with everything that becomes durable. */
  effectsFromHere(): readonly string[]
}

interface TwoWorkers {
  /** Resolves when one job is left, the one that lists buckets, and waits for AWS; `first` is who has it. */
  jobIsHeld(namespace: string): Promise<{ readonly job: Job; readonly first: Watched; readonly second: Watched }>
  /** Resolves when `by` has it, and waits for AWS too. */
  isTaken(namespace: string, job: Job, by: Watched): Promise<void>
}

/** Of two workers that take one job at a time. After `play` AWS answers both. */
async function withTwoWorkers(
  stage: Stage,
  expected: readonly string[],
  settings: Readonly<Record<string, string>>,
  play: (at: TwoWorkers, namespace: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const workers = stage.slots.filter(({ role }) => role === 'worker').map(heldAtBuckets)
  const of = (slot: Slot) => workers.find((worker) => worker.slot === slot)
  const at: TwoWorkers = {
    jobIsHeld: async (namespace) => {
      let job: Job | undefined
      await eventually(async () => {
        const open = (await jobsOf(stage, namespace)).filter(({ state }) => state === 'Queued' || state === 'Leased')
        job = open.find(({ kind, location }) => kind === 'collect' && location === 'global')
        const isAlone = job !== undefined && open.length === 1 && workers.some((worker) => worker.waiting() > 0)
        return isAlone && (await stage.queueDepth()) === 1 ? undefined : `${open.length} jobs are open`
      }, 'one job is left, and waits for AWS')
      const [first, second] = workers.toSorted((a, b) => b.waiting() - a.waiting())
      if (job === undefined || first === undefined || second === undefined) throw new Error('there are not two workers')
      return { job, first, second }
    },
    isTaken: (namespace, { jobId, epoch }, by) =>
      eventually(async () => {
        const job = (await jobsOf(stage, namespace)).find((one) => one.jobId === jobId)
        return (job?.epoch ?? 0) > epoch && by.waiting() > 0 ? undefined : `it has lease ${job?.epoch}`
      }, 'the other worker has the job'),
  }
  const restart = async (more?: Readonly<Record<string, string>>): Promise<void> => {
    await Promise.all(workers.map(({ slot }) => slot.stop()))
    await Promise.all(workers.map(({ slot }) => slot.start(more)))
  }
  let faults: readonly string[] = []
  try {
    await restart({ VEDETTE_JOB_CONCURRENCY: '1', ...settings })
    const { state } = await runCase(stage, undefined, {
      onCall: (call, slot) => of(slot)?.onCall(call) ?? 'pass',
      onEffect: (effect, slot) => of(slot)?.onEffect(effect) ?? 'pass',
      afterRequest: async (namespace) => {
        faults = await play(at, namespace)
        for (const worker of workers) worker.answer()
      },
    })
    return [...faults, ...difference(expected, state)]
  } finally {
    for (const worker of workers) worker.answer()
    await restart()
  }
}

function heldAtBuckets(slot: Slot): Watched & {
  readonly onCall: (call: AwsCall) => Verdict | Promise<Verdict>
  readonly onEffect: (effect: string) => Verdict
} {
  const answers = Promise.withResolvers<'pass'>()
  let waiting = 0
  let effects: string[] = []
  return {
    slot,
    waiting: () => waiting,
    answer: () => answers.resolve('pass'),
    effectsFromHere: () => (effects = []),
    onCall: ({ operation, ended }) => {
      if (operation !== 'ListBuckets') return 'pass'
      waiting++
      ended.addEventListener('abort', () => waiting--, { once: true })
      return answers.promise
    },
    onEffect: (effect) => {
      effects.push(effect)
      return 'pass'
    },
  }
}
