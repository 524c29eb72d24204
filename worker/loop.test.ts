import { describe, expect, test } from 'vitest'
import { createLogger } from '#platform/log/logger.ts'
import type { Queue, ReceivedMessage } from '#queue/queue.ts'
import { createManualClock } from '#test/manual-clock.ts'
import { startLoop, type LoopDeps } from './loop.ts'

const log = createLogger({ process: 'test', level: 'silent' })

function message(id: string): ReceivedMessage {
  return { messageId: id, receiptHandle: id, body: '', receiveCount: 1, sentAt: null, attributes: {} }
}

/** A queue whose receives are answered by the test, one by one. */
function handQueue() {
  const asked: { readonly max: number; answer: (messages: readonly ReceivedMessage[]) => void }[] = []
  let next = Promise.withResolvers<void>()
  const receive: Queue['receive'] = async ({ max, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly ReceivedMessage[]>()
    asked.push({ max, answer: resolve })
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
    next.resolve()
    next = Promise.withResolvers()
    return promise
  }
  const nextReceive = async (count: number) => {
    while (asked.length < count) await next.promise
    const last = asked[count - 1]
    if (last === undefined) throw new Error('nobody asked')
    return last
  }
  const shown: string[] = []
  const changeVisibility: Queue['changeVisibility'] = async ({ receiptHandle }, seconds) => {
    expect(seconds).toBe(0)
    shown.push(receiptHandle)
    return true
  }
  return { receive, nextReceive, asked, changeVisibility, shown }
}

/** Lets promises run out. */
const turns = async (): Promise<void> => {
  for (let n = 0; n < 3; n++) await new Promise((resolve) => setImmediate(resolve))
}

function startedLoop(of: Partial<LoopDeps> & { readonly query?: () => Promise<never> }) {
  const hand = handQueue()
  const stop = new AbortController()
  const clock = createManualClock()
  const answered = (): Promise<never> => Promise.resolve({ rows: [], rowCount: 0 } as never)
  // Only these of pool and queue are the loop's business.
  const pool = { query: of.query ?? answered } as unknown as LoopDeps['pool']
  const queue = { receive: hand.receive, changeVisibility: hand.changeVisibility } as unknown as Queue
  const loop = startLoop(
    { pool, queue, clock, log, concurrency: 3, visibilitySeconds: 120, work: () => Promise.resolve(), ...of },
    stop.signal,
  )
  return { hand, stop, clock, loop }
}

describe('receiving', () => {
  test('asks for as many messages as there are free places, and for none while there is none', async () => {
    const jobs = new Map<string, () => void>()
    const { hand, stop, loop } = startedLoop({
      work: ({ messageId }) => new Promise((resolve) => void jobs.set(messageId, resolve)),
    })
    const first = await hand.nextReceive(1)
    expect(first.max).toBe(3)
    first.answer([message('a')])
    const second = await hand.nextReceive(2)
    expect(second.max).toBe(2)
    second.answer([message('b'), message('c')])
    await new Promise((resolve) => setImmediate(resolve))
    expect(hand.asked).toHaveLength(2)
    jobs.get('b')?.()
    expect((await hand.nextReceive(3)).max).toBe(1)
    stop.abort()
    for (const end of jobs.values()) end()
    await loop.ended
  })

  test('begins nothing beside a job that is alone; what comes meanwhile is shown to others at once', async () => {
    const ends = new Map<string, () => void>()
    const alone: string[] = []
    const { hand, stop, loop } = startedLoop({
      work: async ({ messageId }, place) => {
        // A real one asks the database first.
        await turns()
        if (messageId === 'suspect') {
          await place.alone(new AbortController().signal)
          alone.push(messageId)
        }
        await new Promise<void>((resolve) => void ends.set(messageId, resolve))
      },
    })
    const first = await hand.nextReceive(1)
    first.answer([message('other'), message('suspect')])
    const second = await hand.nextReceive(2)
    await turns()
    expect(alone).toEqual([])
    ends.get('other')?.()
    await turns()
    expect(alone).toEqual(['suspect'])
    second.answer([message('late')])
    await turns()
    expect(hand.shown).toEqual(['late'])
    expect([...ends.keys()]).toEqual(['other', 'suspect'])
    expect(hand.asked).toHaveLength(2)
    ends.get('suspect')?.()
    expect((await hand.nextReceive(3)).max).toBe(3)
    stop.abort()
    await loop.ended
  })

  test('goes on after a job that threw', async () => {
    const { hand, stop, loop } = startedLoop({ work: () => Promise.reject(new Error('a defect')) })
    const first = await hand.nextReceive(1)
    first.answer([message('a')])
    await hand.nextReceive(2)
    expect(loop.state).toMatchObject({ isReceiving: true })
    stop.abort()
    await loop.ended
  })

  test('waits while the database is away, and takes no message meanwhile', async () => {
    let isAway = true
    const query = (): Promise<never> =>
      isAway ? Promise.reject(new Error('Connection terminated')) : Promise.resolve({ rows: [], rowCount: 0 } as never)
    const { hand, stop, clock, loop } = startedLoop({ query })
    await clock.advance(5_000)
    expect(hand.asked).toHaveLength(0)
    expect(loop.state.isReceiving).toBe(false)
    isAway = false
    await clock.advance(60_000)
    await hand.nextReceive(1)
    expect(loop.state.isReceiving).toBe(true)
    stop.abort()
    await loop.ended
  })

  test('ends when it is stopped and the last job has ended', async () => {
    const job = Promise.withResolvers<void>()
    const { hand, stop, loop } = startedLoop({ work: () => job.promise })
    const first = await hand.nextReceive(1)
    first.answer([message('a')])
    await hand.nextReceive(2)
    stop.abort()
    let ended = false
    void loop.ended.then(() => (ended = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(ended).toBe(false)
    job.resolve()
    await loop.ended
    expect(loop.state).toEqual({ active: 0, isReceiving: false })
  })
})
