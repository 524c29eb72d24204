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
  useSharedVedette,
  type TestOperator,
} from './operator-fixture.ts'

// What operator.test.ts does not ask of ScanRequests: taking back, sharing a scan, and when their time is over.
const cluster = useSharedVedette()
const { objects } = cluster
const database = usePostgres()
const scans = scansOf(() => pool)
let pool: Pool
let operator: TestOperator
let namespace = ''
/** The operator's clock is an hour ahead of the API server's. */
const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + 3_600_000) }

const request = (name: string) => objects.get(namespace, 'scanrequest', name)
const finished = (name: string) =>
  eventually(
    () => request(name),
    (one) => condition(one, 'Finished')?.status === 'True',
  )
const pathOf = (name: string): string => `/apis/vedette.dev/v1alpha1/namespaces/${namespace}/scanrequests/${name}`

/** Has a request reconciled, and waits until it was. */
async function lookAgain(name: string): Promise<void> {
  const before = await operator.reconciles('scan-request')
  await pool.query(`select pg_notify('vedette', $1)`, [`ScanRequest/${namespace}/${name}`])
  await eventually(
    () => operator.reconciles('scan-request'),
    (count) => count > before,
  )
}

beforeAll(async () => {
  pool = await migratedPool(database.url)
  namespace = await cluster.access.createNamespace('requests')
  operator = await startOperator({
    access: cluster.access,
    pool,
    databaseUrl: database.url,
    clock,
    options: { namespace },
  })
  await objects.apply(namespace, 'ScanTarget', 'prod', { accountId: '700000000001' })
  await eventually(
    () => objects.get(namespace, 'scantarget', 'prod'),
    (one) => one.status?.activeScan !== undefined,
  )
})
afterAll(async () => {
  await operator?.stop()
  await pool?.end()
})

describe('a ScanRequest whose scan answers another one too', () => {
  it('is over once it is cancelled; the scan goes on for the other, and nobody turns in circles meanwhile', async () => {
    // Both wait for the scan of the new target, and so for one scan of their own.
    for (const name of ['kept', 'taken-back']) {
      const spec = { request: { targetName: 'prod', scope: { services: ['s3'] } } }
      await objects.apply(namespace, 'ScanRequest', name, { ...spec, ttlSecondsAfterFinished: 7200 })
      await eventually(
        () => request(name),
        (one) => one.status?.scanId !== undefined,
      )
    }
    expect((await request('kept')).status.scanId).toBe((await request('taken-back')).status.scanId)
    await objects.kubectl(
      'patch',
      'scanrequest',
      'taken-back',
      '-n',
      namespace,
      '--type=merge',
      '-p',
      '{"spec":{"cancel":true}}',
    )
    const cancelled = await finished('taken-back')
    expect(cancelled.status).toMatchObject({ result: 'Cancelled', completionTime: expect.any(String) })
    expect((await request('kept')).status.result).toBeUndefined()

    // The end of what the target was busy with, and the other's: whatever turned in circles has had its time by then.
    const before = await operator.reconciles('scan-request')
    await scans.finish(await scans.active(namespace, 'prod'))
    await eventually(
      () => request('kept'),
      (one) => condition(one, 'Finished')?.reason === 'Running',
    )
    await scans.finish(await scans.active(namespace, 'prod'))
    expect(await finished('kept')).toMatchObject({ status: { result: 'Succeeded' } })
    expect(await operator.reconciles('scan-request')).toBeLessThan(before + 12)
    expect((await request('taken-back')).status).toEqual(cancelled.status)
  })
})

describe('a ScanRequest that was refused', () => {
  it('stays so: what its target becomes later starts nothing that nobody waits for any more', async () => {
    const spec = { accountId: '700000000003', checks: { include: ['no-such-check'] } }
    await objects.apply(namespace, 'ScanTarget', 'typo', spec)
    await eventually(
      () => objects.get(namespace, 'scantarget', 'typo'),
      (one) => condition(one, 'Stalled') !== undefined,
    )
    await objects.apply(namespace, 'ScanRequest', 'refused', { request: { targetName: 'typo' } })
    const refused = await finished('refused')
    expect(condition(refused, 'Finished')).toMatchObject({ reason: 'InvalidChecks' })

    await objects.apply(namespace, 'ScanTarget', 'typo', { accountId: spec.accountId })
    await eventually(
      () => objects.get(namespace, 'scantarget', 'typo'),
      (one) => one.status?.activeScan !== undefined,
    )
    await lookAgain('refused')
    expect((await request('refused')).status).toEqual(refused.status)
    expect((await pool.query(`select from scan_triggers where request_name = 'refused'`)).rowCount).toBe(0)
  })
})

describe('a ScanRequest whose scan retention has removed', () => {
  it('stays finished, and is not scanned again', async () => {
    await objects.apply(namespace, 'ScanTarget', 'old', { accountId: '700000000004' })
    // Right after its target, which nobody has taken up yet; it need not wait for the next look, 15 s later.
    await objects.apply(namespace, 'ScanRequest', 'old', { request: { targetName: 'old' } })
    await eventually(
      () => request('old'),
      (one) => one.status?.scanId !== undefined,
      7_000,
    )
    await scans.finish(await scans.active(namespace, 'old'))
    const { status } = await finished('old')
    await pool.query('delete from scans where id = $1', [status.scanId])
    await lookAgain('old')
    expect((await request('old')).status).toEqual(status)
    expect((await pool.query(`select from scan_triggers where request_name = 'old'`)).rowCount).toBe(0)
  })
})

describe('cancelling', () => {
  it.each([
    ['removing the field', [{ op: 'remove', path: '/spec/cancel' }]],
    ['setting it to false', [{ op: 'replace', path: '/spec/cancel', value: false }]],
    ['writing the spec anew', [{ op: 'replace', path: '/spec', value: { request: { targetName: 'nobody' } } }]],
  ])('cannot be taken back by %s, and the refusal says what to do', async (how, patch) => {
    const name = how.replaceAll(' ', '-')
    await objects.apply(namespace, 'ScanRequest', name, { request: { targetName: 'nobody' }, cancel: true })
    const contentType = 'application/json-patch+json'
    const refused = await cluster.access.request('PATCH', pathOf(name), { body: patch, contentType })
    expect(refused).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('cancel cannot be taken back: create another ScanRequest instead') },
    })
  })
})

describe('the time to live', () => {
  it('counts from the end, also of a request that never came to a scan', async () => {
    await objects.apply(namespace, 'ScanRequest', 'late', {
      request: { targetName: 'nobody' },
      ttlSecondsAfterFinished: 600,
    })
    await eventually(
      () => request('late'),
      (one) => condition(one, 'Finished')?.reason === 'TargetNotFound',
    )
    await objects.kubectl(
      'patch',
      'scanrequest',
      'late',
      '-n',
      namespace,
      '--type=merge',
      '-p',
      '{"spec":{"cancel":true}}',
    )
    expect(condition(await finished('late'), 'Finished')).toMatchObject({ reason: 'Cancelled' })
    await lookAgain('late')
    expect((await cluster.access.request('GET', pathOf('late'))).status).toBe(200)
  })
})

describe('a status', () => {
  it('that met a newer version of its object is written all the same', async () => {
    const isStatusOf = (name: string) => (one: { readonly method: string; readonly path: string }) =>
      one.method === 'PATCH' && one.path.endsWith(`/${name}/status`)
    const met = [
      ['ScanTarget', 'met-target', { accountId: '700000000002', checks: { include: ['no-such-check'] } }],
      ['ScanSchedule', 'met-schedule', { schedule: '@yearly', targetSelector: {} }],
      ['ScanRequest', 'met-request', { request: { targetName: 'nobody' } }],
    ] as const
    for (const [kind, name, spec] of met) {
      operator.proxy.inject({ when: isStatusOf(name), answer: { status: 409 } })
      await objects.apply(namespace, kind, name, spec)
    }
    for (const [kind, name] of met) {
      await eventually(
        () => objects.get(namespace, kind.toLowerCase(), name),
        (one) => one.status?.conditions !== undefined,
      )
      expect(operator.statusWrites(name)).toBe(2)
    }
  })
})
