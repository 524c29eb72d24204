import type { SQSClient } from '@aws-sdk/client-sqs'
import { beforeEach, expect, it } from 'vitest'
import { newScan, newTarget, useStore, type TestTarget } from '#test/builders/store.ts'
import { nothingIsLeft } from './invariants.ts'
import type { Deeds } from './people.ts'
import { LOOK, type Seen } from './recorder.ts'
import { judgeScheduledTimes } from './scheduled-times.ts'

// What a storm looks at in the database: each look is shown what it has to find.

const store = useStore()
const minute = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 3, n))
let namespace = ''
let targets: readonly TestTarget[] = []

beforeEach(async () => {
  namespace = `team-${crypto.randomUUID().slice(0, 8)}`
  await store.pool.query('truncate targets cascade')
  targets = [await newTarget(store.pool, namespace), await newTarget(store.pool, namespace)]
})

/** A scheduled time of these targets, started in one transaction at `at`. */
async function started(
  scheduledAt: Date,
  of: readonly TestTarget[],
  at = scheduledAt,
  uid = 'schedule',
): Promise<void> {
  await store.pool.query(
    `insert into scan_triggers (target_id, namespace, kind, token, schedule_uid, created_at)
     select id, $2, 'schedule', $3, $4, $5 from unnest($1::uuid[]) as t (id)`,
    [of.map(({ targetId }) => targetId), namespace, `${uid}/${scheduledAt.toISOString().slice(0, 16)}`, uid, at],
  )
}

const judge = async (deeds: Partial<Deeds> = {}): Promise<readonly [number, readonly string[]]> => {
  const homes = targets.map(({ name, accountId }) => ({ namespace, name, accountId }))
  const { overtaken, violations } = await judgeScheduledTimes(
    { homes, namespaces: [namespace], parts: { databaseUrl: store.url } },
    { absences: [], suspensions: [], requests: 0, ...deeds },
    { from: minute(1).getTime(), calmAt: minute(3).getTime() - 1000, to: minute(4).getTime() },
  )
  return [overtaken, violations.map((line) => line.replace(/^\S+ \S+: /, ''))]
}

it('wants each scheduled time for all targets that were there, once, in one piece', async () => {
  for (const n of [2, 3]) await started(minute(n), targets)
  // They had only just come: not all of them may have been seen.
  await started(minute(1), targets.slice(0, 1))
  expect(await judge()).toEqual([0, []])
  await started(minute(2), targets.slice(0, 1), minute(2), 'another')
  expect(await judge()).toEqual([0, [`started twice for ${targets[0]?.name}`]])
})

it('finds a target that was left out, and pieces', async () => {
  for (const n of [1, 3]) await started(minute(n), targets)
  await started(minute(2), targets.slice(0, 1))
  expect(await judge()).toEqual([0, [`not started for ${targets[1]?.name}`]])
  const home = { namespace, name: targets[1]?.name ?? '', accountId: '' }
  const away = { home, fromMs: minute(1).getTime(), toMs: minute(2).getTime() }
  expect(await judge({ absences: [away] })).toEqual([0, []])
  await started(minute(2), targets.slice(1), new Date(minute(2).getTime() + 1000))
  expect(await judge()).toEqual([0, ['started in more than one piece']])
})

it('lets the storm overtake a scheduled time, and the peace after it none', async () => {
  await started(minute(2), targets)
  expect(await judge()).toEqual([1, ['never started, though nothing was in its way']])
  const off = { namespace, fromMs: minute(1).getTime(), toMs: minute(4).getTime() }
  expect(await judge({ suspensions: [off] })).toEqual([0, []])
})

it('sees two scans of one target at once', async () => {
  const crowded = async (): Promise<readonly string[]> => {
    const { rows } = await store.pool.query<Seen & { readonly crowded: readonly string[] }>(LOOK)
    return rows[0]?.crowded ?? []
  }
  const [target] = targets
  if (target === undefined) throw new Error('there is no target')
  const first = await newScan(store.pool, target)
  expect(await crowded()).toEqual([])
  await store.pool.query('drop index scans_running')
  const second = await newScan(store.pool, target, { spec: { isWholeTarget: false } })
  await store.pool.query(`update scans set state = 'Running' where id = $1`, [second])
  expect(await crowded()).toEqual([target.targetId])
  await store.pool.query(`update scans set state = 'Cancelled', finished_at = now() where id = $1`, [second])
  await store.pool.query(
    `insert into jobs (id, scan_id, target_id, kind, location) values (gen_random_uuid(), $1, $2, 'collect', 'late')`,
    [second, target.targetId],
  )
  await store.pool.query(`update jobs set state = 'Leased', lease_until = now() + interval '1 minute'`)
  expect(await crowded()).toEqual([target.targetId])
  await store.pool.query(`delete from scans where id = any($1::uuid[])`, [[first, second]])
  await store.pool.query(`create unique index scans_running on scans (target_id) where state = 'Running'`)
})

it('finds what is left of scans: jobs, outbox rows, leases, messages', async () => {
  let messages = '0'
  // Only the one call that is made.
  const sqs = {
    send: () => Promise.resolve({ Attributes: { ApproximateNumberOfMessages: messages } }),
  } as unknown as SQSClient
  const left = async (): Promise<readonly string[]> => {
    const parts = { databaseUrl: store.url, queueUrl: '', deadLetterQueueUrl: '' }
    return (await nothingIsLeft({ parts, sqs })).violations
  }
  expect(await left()).toEqual([])
  const [target] = targets
  if (target === undefined) throw new Error('there is no target')
  const scanId = await newScan(store.pool, target)
  expect(await left()).toHaveLength(4)
  await store.pool.query(`update scans set state = 'Failed', finished_at = now(), open_jobs = 0 where id = $1`, [
    scanId,
  ])
  expect(await left()).toEqual(['1 jobs that have not ended', '1 outbox rows'])
  await store.pool.query(`update jobs set state = 'Failed', lease_until = now()`)
  await store.pool.query('delete from outbox')
  messages = '2'
  expect(await left()).toEqual([
    '1 ended jobs with a lease',
    '2 messages on the queue (Visible)',
    '2 messages on the dead-letter queue (Visible)',
  ])
})
