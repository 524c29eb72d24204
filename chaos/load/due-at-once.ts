import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { setTimeout as wait } from 'node:timers/promises'
import { REGION } from '../../demo/parts.ts'
import { HOME_ACCOUNT } from '#test/harness/aws/aws.ts'
import { costOf, residentMb, type Cost } from '../../bench/support/process-cost.ts'
import { report, rounded, sayFor } from '../../bench/support/report.ts'
import { ask } from '#test/e2e/operator-process.ts'
import type { Fleet, Life } from '../storm/fleet.ts'
import { change, create, pathOf } from '../storm/world.ts'
import { startLoadStage, type LoadStage } from './stage.ts'

/*
 * 10,000 targets due in the same second: are all of them queued within 10 seconds, none twice, and is a person who edits a
 * target meanwhile still answered? `leader-killed`: the leader is killed as soon as the time has come, and the other
 * operator does it all once the Lease has run out.
 *
 *   node chaos/load/due-at-once.ts [leader-killed]     prints one JSON line, appends it to chaos/results
 *
 * Operators only: nobody takes the jobs. Exit code 1: a bound is broken.
 */

const isKilled = process.argv[2] === 'leader-killed'
const targets = Number(process.env['TARGETS'] ?? 10_000)
/** Operators hold the Lease for 15 s. */
const leaseMs = 15_000
const bounds = { queuedWithinMs: 10_000 + (isKilled ? leaseMs : 0), duplicates: 0 }
const say = sayFor('due-at-once')
const watchMs = 90_000

const stops: (() => Promise<unknown>)[] = []
try {
  const stage = await startLoadStage({ targets, stops, say })
  const fleet = await stage.start({ operators: isKilled ? 2 : 1, workers: 0 })
  const figures = await measure(stage, fleet)
  await report(isKilled ? 'due-at-once-leader-killed' : 'due-at-once', figures, new URL('../results/', import.meta.url))
} finally {
  for (const stop of stops.splice(0).reverse()) await stop()
}

async function measure(stage: LoadStage, fleet: Fleet) {
  const { pool, parts, namespace } = stage
  const credentials = parts.aws.adminCredentials(HOME_ACCOUNT)
  const sqs = new SQSClient({ region: REGION, endpoint: parts.aws.url, credentials })
  stops.push(async () => sqs.destroy())
  const leader = await leaderOf(fleet)
  const idleMb = await residentMb(leader.pid)
  // Far enough from the next minute that the schedule is known by then.
  await wait(Math.max(0, 45_000 - (Date.now() % 60_000)))
  await create({ parts }, 'ScanSchedule', { namespace, name: 'all' }, { schedule: '* * * * *', targetSelector: {} })
  const dueAt = Math.ceil(Date.now() / 60_000) * 60_000
  say(`all ${targets} are due at ${new Date(dueAt).toISOString()}`)
  await wait(dueAt - Date.now())
  const editing = new AbortController()
  const edits = edit(stage, editing.signal)
  const writesBefore = stage.statusWrites()

  const seen: { queuedMs?: number; sentMs?: number; sent: number; cost?: Cost } = { sent: 0 }
  const work = async (): Promise<void> => {
    if (isKilled) {
      await wait(300)
      await fleet.end(leader, 'SIGKILL', 60_000 + leaseMs)
    }
  }
  const killed = work()
  const follow = async (): Promise<void> => {
    while (Date.now() < dueAt + watchMs && (seen.sentMs === undefined || Date.now() < dueAt + 30_000)) {
      const { rows } = await pool.query<{ queued: number; sent: number }>(
        `select (select count(*) from jobs j join scan_triggers t using (scan_id) where t.kind = 'schedule')::int as queued,
           (select count(*) from outbox where sent_at is not null)::int as sent`,
      )
      const [row] = rows
      const ms = Date.now() - dueAt
      if (row !== undefined && row.queued >= targets && seen.queuedMs === undefined) {
        seen.queuedMs = ms
        say(`all queued after ${ms} ms`)
        await change({ parts }, 'scanschedules', { namespace, name: 'all' }, { spec: { suspend: true } })
      }
      seen.sent = row?.sent ?? seen.sent
      if (seen.sent >= targets) seen.sentMs ??= ms
      // As workers would empty it: moto takes longer for each message the more there are.
      await sqs.send(new PurgeQueueCommand({ QueueUrl: parts.queueUrl }))
      await wait(200)
    }
  }
  const other = fleet.running('operator').find((life) => life !== leader) ?? leader
  seen.cost = await costOf(other.pid, follow)
  editing.abort()
  const reactions = (await edits).sort((a, b) => a.ms - b.ms)
  await killed

  const { rows } = await pool.query<{ started: number; duplicates: number; jobs: number }>(
    `select count(distinct target_id)::int as started, (count(*) - count(distinct (target_id, token)))::int as duplicates,
       (select count(*) from jobs where kind = 'prepare' and scan_id in (select scan_id from scan_triggers where kind = 'schedule'))::int as jobs
     from scan_triggers where kind = 'schedule'`,
  )
  const { started, duplicates, jobs } = rows[0] ?? { started: 0, duplicates: 0, jobs: 0 }
  const share = (of: number): number => rounded(reactions[Math.floor(reactions.length * of)]?.ms ?? 0, 0)
  const { queuedMs = null, sentMs = null, sent } = seen
  return {
    targets,
    started,
    duplicates,
    jobs,
    queuedMs,
    sent,
    sentMs,
    operatorIdleMb: idleMb,
    operatorPeakMb: seen.cost.peakMb,
    operatorCpuSeconds: seen.cost.cpuSeconds,
    statusWrites: stage.statusWrites() - writesBefore,
    edits: reactions.length,
    editsUnanswered: reactions.filter(({ isAnswered }) => !isAnswered).length,
    editP50Ms: share(0.5),
    editP95Ms: share(0.95),
    bounds,
    ok:
      queuedMs !== null &&
      queuedMs <= bounds.queuedWithinMs &&
      duplicates === 0 &&
      started === targets &&
      jobs === targets,
  }
}

async function leaderOf(fleet: Fleet): Promise<Life> {
  for (;;) {
    for (const life of fleet.running('operator')) {
      const { text } = await ask(`${await life.url}/metrics`)
      if (/^leader_election_master_status.* 1$/m.test(text)) return life
    }
    await wait(200)
  }
}

interface Reaction {
  readonly ms: number
  readonly isAnswered: boolean
}

/** Edits another target every half second, and tells how long each took to be seen (its observedGeneration). */
async function edit(stage: LoadStage, signal: AbortSignal): Promise<Reaction[]> {
  const reactions: Promise<Reaction>[] = []
  // A prime apart: they are spread over whatever order the operator has.
  for (let index = 0; !signal.aborted; index++) {
    reactions.push(reactionTo(stage, `target-${(index * 7919) % targets}`, 1000 + index, signal))
    await wait(500, undefined, { signal }).catch(() => undefined)
  }
  return Promise.all(reactions)
}

async function reactionTo(
  { parts, namespace }: LoadStage,
  name: string,
  deadlineSeconds: number,
  signal: AbortSignal,
): Promise<Reaction> {
  const begun = performance.now()
  await change({ parts }, 'scantargets', { namespace, name }, { spec: { deadlineSeconds } })
  for (;;) {
    const { body } = await parts.cluster.request('GET', pathOf('scantargets', namespace, name))
    // A ScanTarget.
    const { metadata, status } = body as {
      readonly metadata: { readonly generation: number }
      readonly status?: { readonly observedGeneration?: number }
    }
    const ms = performance.now() - begun
    if (status?.observedGeneration === metadata.generation) return { ms, isAnswered: true }
    if (signal.aborted) return { ms, isAnswered: false }
    await wait(50 + ms / 10)
  }
}
