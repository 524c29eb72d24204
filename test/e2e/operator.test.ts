import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Clock } from '#core/clock.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { systemClock } from '#platform/system-clock.ts'
import { usePostgres } from '../harness/use.ts'
import {
  condition,
  eventually,
  migratedPool,
  scansOf,
  startOperator,
  useOwnVedette,
  type TestOperator,
} from './operator-fixture.ts'

const cluster = useOwnVedette()
const database = usePostgres()
const { kubectl, apply, get } = cluster.objects
const { active: activeScan, finish } = scansOf(() => pool)
let pool: Pool
let operator: TestOperator
/** Where the operator thinks it is in time; moves on at the usual pace. */
let skewMs = 0
const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + skewMs) }
const statusWrites = (name: string): number => operator.statusWrites(name)

const target = (accountId: string): object => ({ accountId })

beforeAll(async () => {
  pool = await migratedPool(database.url)
  operator = await startOperator({ access: cluster.access, pool, databaseUrl: database.url, clock })
})
afterAll(async () => {
  await operator?.stop()
  await pool?.end()
})

describe('a ScanTarget', () => {
  it('costs two status writes per scan, and none when nothing happens', async () => {
    const namespace = await cluster.access.createNamespace('target')
    await apply(namespace, 'ScanTarget', 'two-writes', target('100000000001'))
    const started = await eventually(
      () => get(namespace, 'scantarget', 'two-writes'),
      (one) => one.status?.activeScan !== undefined,
    )
    expect(condition(started, 'Ready')).toMatchObject({ status: 'Unknown', reason: 'Progressing' })
    expect(started.status).toMatchObject({
      observedGeneration: 1,
      externalId: expect.stringMatching(/^vedette-[0-9a-f]{32}$/),
    })
    expect(started.metadata.finalizers).toBeUndefined()

    await finish(await activeScan(namespace, 'two-writes'))
    const ended = await eventually(
      () => get(namespace, 'scantarget', 'two-writes'),
      (one) => one.status?.lastScan !== undefined,
    )
    expect(condition(ended, 'Ready')).toMatchObject({ status: 'True', reason: 'Succeeded' })
    expect(condition(ended, 'Reconciling')).toBeUndefined()
    expect(ended.status).toMatchObject({
      findings: { critical: 1, high: 2 },
      coveragePercent: 100,
      lastScan: { result: 'Succeeded' },
    })
    expect(ended.status.activeScan).toBeUndefined()
    expect(statusWrites('two-writes')).toBe(2)

    // A full resync of the database's side reads everything again; it must write nothing.
    await pool.query(`select pg_notify('vedette', $1)`, [`ScanTarget/${namespace}/two-writes`])
    await wait(1500)
    expect(statusWrites('two-writes')).toBe(2)
    const events = await kubectl('get', 'events', '-n', namespace, '-o', 'jsonpath={.items[*].reason}')
    expect(events.split(' ').sort()).toEqual(['ScanCompleted', 'ScanStarted'])
  })

  it('scans again when the spec changes, and when the annotation does, and acknowledges the token', async () => {
    const namespace = await cluster.access.createNamespace('again')
    await apply(namespace, 'ScanTarget', 'again', target('100000000002'))
    await eventually(
      () => get(namespace, 'scantarget', 'again'),
      (one) => one.status?.activeScan !== undefined,
    )
    await finish(await activeScan(namespace, 'again'))
    const first = await eventually(
      () => get(namespace, 'scantarget', 'again'),
      (one) => one.status?.lastScan !== undefined,
    )

    await kubectl('annotate', 'scantarget', 'again', '-n', namespace, 'vedette.dev/scan-now=token-1')
    const annotated = await eventually(
      () => get(namespace, 'scantarget', 'again'),
      (one) => one.status?.lastHandledScanNow === 'token-1',
    )
    expect(annotated.status.activeScan).toMatchObject({ trigger: 'annotation' })
    await finish(await activeScan(namespace, 'again'))
    await eventually(
      () => get(namespace, 'scantarget', 'again'),
      (one) => one.status?.lastScan?.id !== first.status.lastScan.id,
    )

    await apply(namespace, 'ScanTarget', 'again', { ...target('100000000002'), deadlineSeconds: 600 })
    const edited = await eventually(
      () => get(namespace, 'scantarget', 'again'),
      (one) => one.status?.activeScan !== undefined,
    )
    expect(edited.status).toMatchObject({ observedGeneration: 2, activeScan: { trigger: 'spec' } })
  })

  it('stalls on a second target for an account, on a check that nobody knows, and does not scan', async () => {
    const namespace = await cluster.access.createNamespace('stalled')
    await apply(namespace, 'ScanTarget', 'first', target('100000000003'))
    await eventually(
      () => get(namespace, 'scantarget', 'first'),
      (one) => one.status !== undefined,
    )
    await apply(namespace, 'ScanTarget', 'second', target('100000000003'))
    const second = await eventually(
      () => get(namespace, 'scantarget', 'second'),
      (one) => one.status !== undefined,
    )
    expect(condition(second, 'Stalled')).toMatchObject({
      status: 'True',
      reason: 'DuplicateAccount',
      message: expect.stringContaining('ScanTarget first'),
    })

    await apply(namespace, 'ScanTarget', 'third', {
      ...target('100000000004'),
      checks: { include: ['s3-bucket-publik'] },
    })
    const third = await eventually(
      () => get(namespace, 'scantarget', 'third'),
      (one) => one.status !== undefined,
    )
    expect(condition(third, 'Stalled')).toMatchObject({
      reason: 'InvalidChecks',
      message: expect.stringContaining('there is no check "s3-bucket-publik"'),
    })
  })

  it('puts its status right when somebody else has overwritten it', async () => {
    const namespace = await cluster.access.createNamespace('overwritten')
    await apply(namespace, 'ScanTarget', 'lied', target('100000000005'))
    await eventually(
      () => get(namespace, 'scantarget', 'lied'),
      (one) => one.status?.externalId !== undefined,
    )
    await kubectl(
      'patch',
      'scantarget',
      'lied',
      '-n',
      namespace,
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"externalId":"a-lie"}}',
    )
    await eventually(
      () => get(namespace, 'scantarget', 'lied'),
      (one) => one.status?.externalId?.startsWith('vedette-'),
    )
  })

  it('needs no finalizer: what is deleted cancels its scans, and comes back with its history', async () => {
    const namespace = await cluster.access.createNamespace('deleted')
    await apply(namespace, 'ScanTarget', 'gone', target('100000000006'))
    await eventually(
      () => get(namespace, 'scantarget', 'gone'),
      (one) => one.status?.activeScan !== undefined,
    )
    const scanId = await activeScan(namespace, 'gone')
    await kubectl('delete', 'scantarget', 'gone', '-n', namespace)
    const row = async (): Promise<{ state: string; deleted: boolean } | undefined> =>
      (
        await pool.query<{ state: string; deleted: boolean }>(
          `select state, deleted_at is not null as deleted from scans join targets on targets.id = target_id where scans.id = $1`,
          [scanId],
        )
      ).rows[0]
    await eventually(row, (one) => one?.state === 'Cancelled' && one.deleted)
    await apply(namespace, 'ScanTarget', 'gone', target('100000000006'))
    await eventually(row, (one) => one?.deleted === false)
  })
})

describe('a ScanRequest', () => {
  it('can be waited for, belongs to its target, and costs three writes', async () => {
    const namespace = await cluster.access.createNamespace('request')
    await apply(namespace, 'ScanTarget', 'asked', target('100000000011'))
    await eventually(
      () => get(namespace, 'scantarget', 'asked'),
      (one) => one.status?.activeScan !== undefined,
    )
    await finish(await activeScan(namespace, 'asked'))
    await apply(namespace, 'ScanRequest', 'please', { request: { targetName: 'asked', scope: { services: ['s3'] } } })
    await eventually(
      () => get(namespace, 'scanrequest', 'please'),
      (one) => condition(one, 'Finished')?.reason === 'Running',
    )
    await finish(await activeScan(namespace, 'asked'), 'PartiallySucceeded', 80)
    await kubectl('wait', '--for=condition=Finished', '--timeout=20s', 'scanrequest/please', '-n', namespace)

    const please = await get(namespace, 'scanrequest', 'please')
    expect(please.status).toMatchObject({
      result: 'PartiallySucceeded',
      opened: 3,
      resolved: 1,
      reopened: 0,
      coveragePercent: 80,
    })
    expect(please.metadata.ownerReferences).toMatchObject([{ kind: 'ScanTarget', name: 'asked' }])
    expect(statusWrites('please')).toBe(2)
    expect(
      operator.proxy
        .requests()
        .filter(({ method, path }) => method === 'PATCH' && path.includes('/scanrequests/please')).length,
    ).toBe(3)
    // A narrower scan says nothing about the coverage of the target.
    expect((await get(namespace, 'scantarget', 'asked')).status.coveragePercent).toBe(100)
  })

  it('waits for a target that is not there yet, and says so', async () => {
    const namespace = await cluster.access.createNamespace('early')
    await apply(namespace, 'ScanRequest', 'early', { request: { targetName: 'late' } })
    const early = await eventually(
      () => get(namespace, 'scanrequest', 'early'),
      (one) => one.status !== undefined,
    )
    expect(condition(early, 'Finished')).toMatchObject({ status: 'False', reason: 'TargetNotFound' })
    await apply(namespace, 'ScanTarget', 'late', target('100000000012'))
    await eventually(
      () => get(namespace, 'scanrequest', 'early'),
      (one) => one.status?.scanId !== undefined,
      25_000,
    )
  })

  it('is cancelled for good', async () => {
    const namespace = await cluster.access.createNamespace('cancel')
    await apply(namespace, 'ScanTarget', 'busy', target('100000000013'))
    await eventually(
      () => get(namespace, 'scantarget', 'busy'),
      (one) => one.status?.activeScan !== undefined,
    )
    await finish(await activeScan(namespace, 'busy'))
    await apply(namespace, 'ScanRequest', 'stop', { request: { targetName: 'busy' } })
    await eventually(
      () => get(namespace, 'scanrequest', 'stop'),
      (one) => one.status?.scanId !== undefined,
    )
    await apply(namespace, 'ScanRequest', 'stop', { request: { targetName: 'busy' }, cancel: true })
    const stopped = await eventually(
      () => get(namespace, 'scanrequest', 'stop'),
      (one) => one.status?.result !== undefined,
    )
    expect(stopped.status.result).toBe('Cancelled')
    expect(condition(stopped, 'Finished')).toMatchObject({ status: 'True', reason: 'Cancelled' })
  })

  it('goes when its time to live is over', async () => {
    const namespace = await cluster.access.createNamespace('ttl')
    await apply(namespace, 'ScanTarget', 'brief', target('100000000014'))
    await eventually(
      () => get(namespace, 'scantarget', 'brief'),
      (one) => one.status?.activeScan !== undefined,
    )
    await finish(await activeScan(namespace, 'brief'))
    await apply(namespace, 'ScanRequest', 'brief', { request: { targetName: 'brief' }, ttlSecondsAfterFinished: 1 })
    await eventually(
      () => get(namespace, 'scanrequest', 'brief'),
      (one) => one.status?.scanId !== undefined,
    )
    await finish(await activeScan(namespace, 'brief'))
    await kubectl('wait', '--for=delete', '--timeout=20s', 'scanrequest/brief', '-n', namespace)
  })
})

describe('a ScanSchedule', () => {
  it('starts a scheduled time once for each matched target, and tells the next one', async () => {
    const namespace = await cluster.access.createNamespace('schedule')
    for (const [name, accountId, stage] of [
      ['a', '100000000021', 'prod'],
      ['b', '100000000022', 'prod'],
      ['c', '100000000023', 'dev'],
    ] as const) {
      await apply(namespace, 'ScanTarget', name, target(accountId), { stage })
      await eventually(
        () => get(namespace, 'scantarget', name),
        (one) => one.status?.activeScan !== undefined,
      )
      await finish(await activeScan(namespace, name))
    }
    skewMs = new Date('2030-03-01T11:59:57Z').getTime() - Date.now()
    await apply(namespace, 'ScanSchedule', 'noon', {
      schedule: '0 12 * * *',
      targetSelector: { matchLabels: { stage: 'prod' } },
    })
    const waiting = await eventually(
      () => get(namespace, 'scanschedule', 'noon'),
      (one) => one.status !== undefined,
    )
    expect(waiting.status).toMatchObject({ matchedTargets: 2, nextScheduleTime: '2030-03-01T12:00:00Z' })
    const started = await eventually(
      () => get(namespace, 'scanschedule', 'noon'),
      (one) => one.status?.lastScheduleTime !== undefined,
    )
    expect(started.status).toMatchObject({
      lastScheduleTime: '2030-03-01T12:00:00Z',
      nextScheduleTime: '2030-03-02T12:00:00Z',
      active: 2,
    })
    const { rows } = await pool.query<{ name: string; count: number }>(
      `select targets.name, count(*)::int from scan_triggers join targets on targets.id = target_id
       where kind = 'schedule' and targets.namespace = $1 group by 1 order by 1`,
      [namespace],
    )
    expect(rows).toEqual([
      { name: 'a', count: 1 },
      { name: 'b', count: 1 },
    ])
    await kubectl('delete', 'scanschedule', 'noon', '-n', namespace)
    const left = async (): Promise<number> =>
      (await pool.query('select from schedules where namespace = $1', [namespace])).rowCount
    await eventually(left, (count) => count === 0)
    skewMs = 0
  })

  it('stalls on a time zone that nobody knows', async () => {
    const namespace = await cluster.access.createNamespace('zone')
    await apply(namespace, 'ScanSchedule', 'mars', { schedule: '@daily', timeZone: 'Mars/Olympus', targetSelector: {} })
    const mars = await eventually(
      () => get(namespace, 'scanschedule', 'mars'),
      (one) => one.status !== undefined,
    )
    expect(condition(mars, 'Stalled')).toMatchObject({
      reason: 'UnknownTimeZone',
      message: expect.stringContaining('IANA'),
    })
  })
})

describe('rights', () => {
  it('of deploy/rbac.yaml are enough: nothing was refused', async () => {
    expect(await operator.metrics.value('rest_client_requests_total', { code: '200' })).toBeGreaterThan(0)
    expect(await operator.metrics.value('rest_client_requests_total', { code: '403' })).toBeUndefined()
  })
})
