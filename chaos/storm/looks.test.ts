import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnsweredPatch } from '#test/harness/kube-proxy.ts'
import type { Life } from './fleet.ts'
import { judgeLogs } from './logs.ts'
import { trendOf } from './memory.ts'
import { ALL_KINDS, planStorm } from './plan.ts'
import { createRecorder } from './recorder.ts'

// What a storm looks at without a database: each look is shown what it has to find.

const life = (changes: Partial<Life> = {}): Life => ({
  name: 'worker-1',
  kind: 'worker',
  pid: 1,
  logFile: '',
  startedAt: 0,
  isReady: Promise.resolve(true),
  url: Promise.resolve(''),
  endedBy: undefined,
  isPaused: false,
  exit: undefined,
  ...changes,
})

describe('planStorm', () => {
  it('is a function of seed and minutes, and has every kind within a quarter of an hour', () => {
    expect(planStorm(7, 15)).toEqual(planStorm(7, 15))
    expect(planStorm(8, 15)).not.toEqual(planStorm(7, 15))
    expect(new Set(planStorm(7, 15).map(({ kind }) => kind))).toEqual(new Set(ALL_KINDS))
  })

  it('is over when it ends, breaks one thing of a kind at a time, and leaves processes alone in the last third', () => {
    const planned = planStorm(3, 10)
    for (const { atMs, forMs } of planned) expect(atMs + forMs).toBeLessThan(600_000)
    const postgres = planned.filter(({ kind }) => kind.startsWith('Postgres'))
    for (const [index, { atMs }] of postgres.entries()) {
      const before = postgres[index - 1]
      if (before !== undefined) expect(atMs).toBeGreaterThan(before.atMs + before.forMs)
    }
    const last = planned.filter(({ kind }) => /^(worker|operator)/.test(kind)).at(-1)
    expect(last?.atMs).toBeLessThanOrEqual(400_000)
  })
})

describe('createRecorder', () => {
  const object = (resourceVersion: string, findings: number): string =>
    JSON.stringify({ metadata: { uid: 'u', resourceVersion }, status: { findings } })
  const patch = (sent: string, answer: string): AnsweredPatch => ({
    method: 'PATCH',
    path: '/apis/vedette.dev/v1alpha1/namespaces/a/scantargets/b/status',
    query: new URLSearchParams(),
    isWatch: false,
    sent,
    status: 200,
    answer,
  })

  it('finds statuses that were written without a change', () => {
    const recorder = createRecorder()
    recorder.onPatched(patch(object('1', 1), object('2', 1)))
    recorder.onPatched(patch(object('2', 2), object('3', 2)))
    expect(recorder.idleWrites).toEqual([])
    recorder.onPatched(patch(object('3', 2), object('3', 2)))
    recorder.onPatched(patch(object('3', 2), object('4', 2)))
    expect(recorder.idleWrites).toHaveLength(2)
    expect(recorder.statusWrites()).toBe(4)
  })

  it('takes a write whose answer broke off for unknown, and not for the one before it', () => {
    const recorder = createRecorder()
    recorder.onPatched(patch(object('1', 1), object('2', 1)))
    recorder.onPatched(patch(object('2', 2), ''))
    recorder.onPatched(patch(object('3', 1), object('4', 1)))
    expect(recorder.idleWrites).toEqual([])
  })
})

describe('trendOf', () => {
  const series = (seconds: number, mb: (at: number) => number) => ({
    life: life(),
    points: Array.from({ length: seconds / 2 }, (_, n): [number, number] => [n * 2, mb(n * 2)]),
  })

  it('tells a leak from a heap that is filled and collected, and says nothing of a short life', () => {
    const sawtooth = (at: number): number => 150 + ((at * 7) % 40)
    expect(trendOf(series(600, sawtooth), Infinity)).toMatchObject({ isFlat: true })
    expect(
      trendOf(
        series(600, (at) => Math.min(180, 80 + at)),
        Infinity,
      ),
    ).toMatchObject({ isFlat: true })
    expect(
      trendOf(
        series(600, (at) => sawtooth(at) + at / 10),
        Infinity,
      ),
    ).toMatchObject({ isFlat: false })
    expect(
      trendOf(
        series(200, (at) => at),
        Infinity,
      ),
    ).toBeUndefined()
  })

  it('leaves out what comes after there was work', () => {
    const leak = (at: number): number => 150 + Math.min(at, 600) / 5
    expect(trendOf(series(3000, leak), Infinity)).toMatchObject({ isFlat: true })
    expect(trendOf(series(3000, leak), 600_000)).toMatchObject({ isFlat: false })
  })
})

describe('judgeLogs', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'storm-logs-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const told = async (line: string, changes: Partial<Life> = {}): Promise<readonly string[]> => {
    const logFile = join(folder, crypto.randomUUID())
    await writeFile(logFile, `${line}\n`)
    return judgeLogs([life({ logFile, ...changes })])
  }

  it('finds rejections that nobody handled, and processes that end by themselves or badly', async () => {
    expect(await told('{"message":"ready"}')).toEqual([])
    expect(await told('{"message":"unhandled rejection"}')).toHaveLength(1)
    const one = { code: 1, signal: null }
    expect(await told('', { exit: one })).toHaveLength(1)
    expect(await told('', { exit: { code: 0, signal: null } })).toHaveLength(1)
    expect(await told('', { exit: one, endedBy: 'SIGTERM' })).toHaveLength(1)
    expect(await told('', { exit: { code: 0, signal: null }, endedBy: 'SIGTERM' })).toEqual([])
    expect(await told('', { exit: { code: null, signal: 'SIGKILL' }, endedBy: 'SIGKILL' })).toEqual([])
    expect(await told('lost the lease', { exit: one, kind: 'operator' })).toEqual([])
    expect(await told('lost the lease', { exit: one })).toHaveLength(1)
  })
})
