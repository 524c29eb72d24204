import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Pool } from '#platform/postgres/pool.ts'
import { startParts, type Parts } from '../../demo/parts.ts'
import { startKubeProxy, type KubeProxy } from '../harness/kube-proxy.ts'
import { eventually, installVedette, migratedPool, objectsOf, scansOf } from './operator-fixture.ts'
import { launchOperator, type OperatorProcess } from './operator-process.ts'

// Two operator processes, of which one leads: what happens when it stops, is stopped, or dies.
const stops: (() => Promise<unknown>)[] = []
const objects = objectsOf(() => parts.cluster)
const scans = scansOf(() => pool)
let parts: Parts
let pool: Pool
let namespace = ''
let leader: OperatorProcess
let standby: OperatorProcess
/** Between the operators and the API server. */
let network: KubeProxy
const LEASE_MS = 15_000
const RENEW_MS = 10_000

const target = (name: string) => objects.get(namespace, 'scantarget', name)
const leads = async (operator: OperatorProcess): Promise<boolean> =>
  (await operator.metric(/^leader_election_master_status/)) === 1

async function holder(): Promise<string> {
  const path = '/apis/coordination.k8s.io/v1/namespaces/vedette-system/leases/vedette-operator'
  const { body } = await parts.cluster.request('GET', path)
  const { spec } = body as { readonly spec: { readonly holderIdentity?: string } } // a Lease
  return spec.holderIdentity ?? ''
}

const ended = async (name: string): Promise<string> => {
  const scanId = await scans.active(namespace, name)
  await scans.finish(scanId)
  await eventually(
    () => target(name),
    (one) => one.status?.lastScan?.id === scanId,
  )
  return scanId
}

/** Leaves behind what only a leader that takes over can see: an edit, and a scheduled time that has come. */
async function leaveWork(how: string): Promise<() => Promise<void>> {
  const name = `schedule-${how}`
  await objects.apply(namespace, 'ScanSchedule', name, {
    schedule: '@yearly',
    targetSelector: { matchLabels: { scheduled: 'yes' } },
  })
  const { metadata } = await eventually(
    () => objects.get(namespace, 'scanschedule', name),
    (one) => one.status?.matchedTargets === 2,
  )
  const since = await pool.query(`update schedules set since = since - interval '2 years' where uid = $1`, [
    metadata.uid,
  ])
  expect(since.rowCount).toBe(1)
  const { metadata: edited } = await target('edited')
  const deadlineSeconds = 1000 + edited.generation
  await objects.apply(namespace, 'ScanTarget', 'edited', { accountId: '500000000001', deadlineSeconds })
  return async () => {
    await eventually(
      () => target('edited'),
      (one) => one.status?.observedGeneration === edited.generation + 1 && one.status.activeScan !== undefined,
    )
    await ended('edited')
    for (const scheduled of ['a', 'b']) {
      await eventually(
        () => target(scheduled),
        (one) => one.status?.activeScan?.trigger === 'schedule',
      )
      await ended(scheduled)
    }
  }
}

beforeAll(async () => {
  const started = await startParts(stops, () => undefined)
  network = await startKubeProxy(started.cluster)
  stops.push(() => network.stop())
  const { cluster } = started
  parts = {
    ...started,
    cluster: {
      ...cluster,
      serviceAccountKubeconfig: (of, name) => cluster.serviceAccountKubeconfig(of, name, network.url),
    },
  }
  await installVedette(objects)
  pool = await migratedPool(parts.databaseUrl)
  stops.push(() => pool.end())
  namespace = await cluster.createNamespace('leaders')
  const both = await Promise.all([launchOperator(parts, stops), launchOperator(parts, stops)])
  await eventually(
    async () => (await Promise.all(both.map(leads))).indexOf(true),
    (index) => index >= 0,
  )
  const [first, second] = both
  ;[leader, standby] = (await leads(first)) ? [first, second] : [second, first]
  for (const [index, name] of ['edited', 'a', 'b', 'stale'].entries()) {
    const labels = name.length === 1 ? { scheduled: 'yes' } : {}
    await objects.apply(namespace, 'ScanTarget', name, { accountId: `50000000000${index + 1}` }, labels)
    await eventually(
      () => target(name),
      (one) => one.status?.activeScan !== undefined,
    )
    await ended(name)
  }
  await objects.apply(namespace, 'ScanTarget', 'quiet', { accountId: '500000000009', suspend: true })
  await eventually(
    () => target('quiet'),
    (one) => one.status?.externalId !== undefined,
  )
})
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

it('a leader that is told to stop releases the Lease, and the other takes over at once', async () => {
  const done = await leaveWork('stopped')
  const before = await holder()
  leader.process.kill('SIGTERM')
  expect(await leader.process.exited).toEqual({ code: 0, signal: null })
  expect((await leader.log()).map(({ message }) => message)).toContain('released the lease')
  const released = performance.now()
  await eventually(() => leads(standby), Boolean)
  // It tries every 2 to 4.4 seconds.
  expect(performance.now() - released).toBeLessThan(LEASE_MS / 2)
  expect(await holder()).not.toBe(before)
  await done()
  leader = standby
  standby = await launchOperator(parts, stops)
})

it('a leader that was stopped past its Lease and woken ends, and leaves no stale status behind', async () => {
  await objects.kubectl('annotate', 'scantarget', 'stale', '-n', namespace, 'vedette.dev/scan-now=1')
  await eventually(
    () => target('stale'),
    (one) => one.status?.activeScan?.trigger === 'annotation',
  )
  // It is stopped in the middle of a transaction that asks for a scan …
  const lock = await pool.connect()
  await lock.query('begin; lock table scan_triggers in share row exclusive mode')
  const done = await leaveWork('frozen')
  const waiting = `select from pg_stat_activity where application_name = 'vedette-operator' and wait_event_type = 'Lock'`
  await eventually(
    async () => (await pool.query(waiting)).rowCount,
    (count) => count > 0,
  )
  // … and while the write of a verdict is on its way, and stays there.
  const late = Promise.withResolvers<void>()
  const isVerdict = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
    method === 'PATCH' && path.endsWith('/stale/status')
  network.forget()
  network.inject({ when: isVerdict, answer: { passOnAfter: late.promise } })
  const scanId = await scans.active(namespace, 'stale')
  await scans.finish(scanId)
  await eventually(async () => network.requests().some(isVerdict), Boolean)
  leader.process.kill('SIGSTOP')
  await lock.query('rollback')
  lock.release()

  await eventually(() => leads(standby), Boolean, LEASE_MS + RENEW_MS)
  const next = launchOperator(parts, stops)
  await done()
  await eventually(
    () => target('stale'),
    (one) => one.status?.lastScan?.id === scanId,
  )
  await objects.kubectl('annotate', 'scantarget', 'stale', '-n', namespace, 'vedette.dev/scan-now=2', '--overwrite')
  const after = await eventually(
    () => target('stale'),
    (one) => one.status?.lastHandledScanNow === '2',
  )
  late.resolve()
  leader.process.kill('SIGCONT')
  expect(await leader.process.exited).toEqual({ code: 1, signal: null })
  const log = await leader.log()
  expect(log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    'lost the lease',
    'lost the lease: ending at once, another replica may be at work',
  ])
  expect((await target('stale')).status).toEqual(after.status)
  await ended('stale')
  leader = standby
  standby = await next
}, 60_000)

it('a leader that is killed is followed by the other within a lease and a renewal', async () => {
  const done = await leaveWork('killed')
  leader.process.kill('SIGKILL')
  const killed = performance.now()
  await eventually(() => leads(standby), Boolean, LEASE_MS + RENEW_MS)
  expect(performance.now() - killed).toBeGreaterThan(RENEW_MS)
  await done()
}, 60_000)

it('corrects what somebody else wrote over a status that this leader has only found, not written', async () => {
  const { status } = await target('quiet')
  const lie = JSON.stringify({ status: { externalId: 'a-lie', coveragePercent: 1 } })
  await objects.kubectl(
    'patch',
    'scantarget',
    'quiet',
    '-n',
    namespace,
    '--subresource=status',
    '--type=merge',
    '-p',
    lie,
  )
  // In two writes: what is ours is applied, and then what is nobody's goes.
  await eventually(
    () => target('quiet'),
    (one) => isDeepStrictEqual(one.status, status),
  )
})

it('nothing was started twice, by whichever leader', async () => {
  const { rows: specs } = await pool.query(
    `select name, scans.generation::int, count(*)::int from scans join targets on targets.id = target_id
     where trigger_kind = 'spec' group by 1, 2 order by 1, 2`,
  )
  expect(specs).toEqual([
    { name: 'a', generation: 1, count: 1 },
    { name: 'b', generation: 1, count: 1 },
    ...[1, 2, 3, 4].map((generation) => ({ name: 'edited', generation, count: 1 })),
    { name: 'stale', generation: 1, count: 1 },
  ])
  const { rows: scheduled } = await pool.query(
    `select schedules.name, targets.name as target, count(distinct scan_id)::int as scans, count(*)::int as times
     from scan_triggers join schedules on uid = schedule_uid join targets on targets.id = target_id group by 1, 2 order by 1, 2`,
  )
  expect(scheduled).toEqual(
    ['frozen', 'killed', 'stopped'].flatMap((how) =>
      ['a', 'b'].map((target) => ({ name: `schedule-${how}`, target, scans: 1, times: 1 })),
    ),
  )
  expect((await pool.query(`select from scans where trigger_kind = 'schedule'`)).rowCount).toBe(6)
})
