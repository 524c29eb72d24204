import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { systemClock } from '#platform/system-clock.ts'
import { readOnce } from '#queue/dead-letters.ts'
import { createMemoryQueue } from '#queue/memory.ts'
import { encodeMessage } from '#queue/message.ts'
import type { Queue, ReceivedMessage } from '#queue/queue.ts'
import { jobOf, never, newScan, newTarget, silent, useStore } from '#test/builders/store.ts'
import { workerMetrics } from '#worker/metrics.ts'
import { createPlaces } from '#worker/places.ts'
import { workOnMessage, type JobHandler } from '#worker/work-on-message.ts'
import { anyJson, damaged, oddText } from './support/arbitrary-json.ts'
import { fuzz } from './support/fuzz.ts'

const store = useStore()

/** As our own messages are written; the job is nobody's unless it is put in. */
const message = fc.record({
  version: fc.constant(1),
  jobId: fc.uuid(),
  scanId: fc.uuid(),
  targetId: fc.uuid(),
})
const bodies = fc.oneof(
  oddText,
  anyJson.map((json) => JSON.stringify(json)),
  message.map((json) => JSON.stringify(json)),
  damaged(message).map((json) => JSON.stringify(json)),
  fc.tuple(message, fc.nat({ max: 200 })).map(([json, at]) => JSON.stringify(json).slice(0, at)),
  fc.tuple(message, oddText).map(([json, text]) => `${JSON.stringify(json)}${text}`),
  message.map((json) => JSON.stringify({ ...json, version: 2 })),
  // A job that is there, whose message follows: it is begun once, however it is written.
  fc.constant(null),
)

test('any message body is worked on or put aside with its reason: none stops the worker, none comes back, none is guessed at', async () => {
  const begun: string[] = []
  const handler: JobHandler = async ({ job }) => {
    begun.push(job.id)
    return { kind: 'failed', reason: 'Fuzzed', message: 'the test ends it' }
  }
  const places = Array.from({ length: 8 }, () => {
    const deadLetters = createMemoryQueue({ clock: systemClock })
    return { queue: createMemoryQueue({ clock: systemClock }), deadLetters }
  })
  const metrics = workerMetrics(createMetrics({ processMetrics: false }))
  let wanted = 0
  let letters = 0
  await fuzz({
    inputs: bodies,
    handle: async (given, place) => {
      const { queue, deadLetters } = places[place] ?? {}
      if (queue === undefined || deadLetters === undefined) throw new Error('there are queues for each place')
      const jobId = given === null ? await newJob() : undefined
      if (jobId !== undefined) wanted++
      const body =
        jobId === undefined ? (given ?? '') : encodeMessage({ jobId, scanId: randomUUID(), targetId: randomUUID() })
      await queue.send([body], never)
      const work = {
        pool: store.pool,
        queue,
        deadLetters,
        clock: systemClock,
        log: silent,
        metrics,
        worker: 'test',
        leaseMs: 60_000,
        hiddenMs: 60_000,
        maxAttempts: 3,
        handlers: { prepare: handler, collect: handler, evaluate: handler },
      }
      await workOnMessage(work, await received(queue), createPlaces().enter(), never)
      expect(await queue.depth(never)).toEqual({ waiting: 0, delayed: 0, inFlight: 0 })
      const read = await readOnce({ deadLetters, sql: store.pool, clock: systemClock, log: silent, signal: never }, 0)
      // Either it is ours to the letter, or it is put aside: the job of a guess would be missed in silence.
      expect(read).toBe(isOurs(body) ? 0 : 1)
      letters += read
      expect(await deadLetters.depth(never)).toEqual({ waiting: 0, delayed: 0, inFlight: 0 })
    },
  })
  expect(begun).toHaveLength(wanted)
  expect(new Set(begun).size).toBe(wanted)
  const { rows } = await store.pool.query<{ kept: number }>(
    `select count(*)::int as kept from dead_letters where reason <> ''`,
  )
  expect(rows[0]?.kept).toBe(letters)
  expect(letters).toBeGreaterThan(wanted)

  async function newJob(): Promise<string> {
    const own = await newTarget(store.pool)
    return jobOf(store.pool, await newScan(store.pool, own), 'prepare')
  }
})

/** Told by other means than the product's own. */
function isOurs(body: string): boolean {
  const uuid = '"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"'
  const exact = new RegExp(`^\\{"jobId":${uuid},"scanId":${uuid},"targetId":${uuid},"version":1\\}$`)
  try {
    const json: unknown = JSON.parse(body)
    if (typeof json !== 'object' || json === null) return false
    return exact.test(JSON.stringify(Object.fromEntries(Object.entries(json).toSorted(([a], [b]) => (a < b ? -1 : 1)))))
  } catch {
    return false
  }
}

async function received(queue: Queue): Promise<ReceivedMessage> {
  const [message] = await queue.receive({ max: 1, waitSeconds: 0, visibilitySeconds: 60, signal: never })
  if (message === undefined) throw new Error('the queue is empty')
  return message
}
