import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runChecks } from '#platform/http/health-check.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { transaction } from '#platform/postgres/transaction.ts'
import { startParts, type Parts } from '../../demo/parts.ts'
import { freePort } from '#platform/process/free-ports.ts'
import {
  condition,
  eventually,
  installVedette,
  migratedPool,
  objectsOf,
  scansOf,
  startOperator,
  type TestOperator,
} from './operator-fixture.ts'
import { ask, launchOperator, type OperatorProcess } from './operator-process.ts'

// What the operator does while the API server or the database is away, and afterwards.
const stops: (() => Promise<unknown>)[] = []
const objects = objectsOf(() => parts.cluster)
const scans = scansOf(() => pool)
const { signal } = new AbortController()
let parts: Parts
let pool: Pool
let namespace = ''

const target = (name: string) => objects.get(namespace, 'scantarget', name)
/** Triggers of a target's scans, oldest first. */
const triggersOf = async (name: string): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ trigger_kind: string }>(
    `select trigger_kind from scans join targets on targets.id = target_id
     where targets.namespace = $1 and name = $2 order by scans.created_at`,
    [namespace, name],
  )
  return rows.map(({ trigger_kind }) => trigger_kind)
}
let account = 400_000_000_000
/** A target whose first scan has ended. */
async function scanned(name: string): Promise<{ readonly accountId: string }> {
  const spec = { accountId: String(++account) }
  await objects.apply(namespace, 'ScanTarget', name, spec)
  await eventually(
    () => target(name),
    (one) => one.status?.activeScan !== undefined,
  )
  await scans.finish(await scans.active(namespace, name))
  await eventually(
    () => target(name),
    (one) => one.status?.lastScan !== undefined,
  )
  return spec
}
const scanNow = (name: string, token: string): Promise<string> =>
  objects.kubectl('annotate', 'scantarget', name, '-n', namespace, `vedette.dev/scan-now=${token}`, '--overwrite')

beforeAll(async () => {
  parts = await startParts(stops, () => undefined)
  await installVedette(objects)
  pool = await migratedPool(parts.databaseUrl)
  stops.push(() => pool.end())
  namespace = await parts.cluster.createNamespace('outages')
})
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

describe('an API server that is killed and started again', () => {
  let operator: TestOperator
  beforeAll(async () => {
    // A lease that outlasts a server that is slow to start: with the usual one the process ends after ten seconds.
    const lease = { namespace: 'vedette-system', name: 'vedette-operator', identity: 'patient' }
    const leaderElection = { ...lease, leaseDurationMs: 90_000, renewDeadlineMs: 80_000 }
    operator = await startOperator({
      access: parts.cluster,
      pool,
      databaseUrl: parts.databaseUrl,
      options: { leaderElection },
    })
  })
  afterAll(() => operator?.stop())
  const report = async (endpoint: 'healthz' | 'readyz') =>
    runChecks(endpoint, operator.manager[endpoint], AbortSignal.timeout(1000))

  it('is waited for: a scan that ended meanwhile is told, a target edited right after is scanned', async () => {
    const spec = await scanned('edited')
    await scanned('under-way')
    await scanNow('under-way', 'one')
    await eventually(
      () => target('under-way'),
      (one) => one.status?.lastHandledScanNow === 'one',
    )
    expect(await report('readyz')).toMatchObject({ ok: true })
    const scanId = await scans.active(namespace, 'under-way')
    await parts.cluster.apiserver.kill()

    await eventually(
      () => report('readyz'),
      ({ text }) => /\[-\]caches failed: .*scantargets\.vedette\.dev \(.+\)/.test(text),
    )
    expect(await report('healthz')).toMatchObject({ ok: true })
    const before = await operator.reconciles('scan-target')
    await scans.finish(scanId)
    await eventually(
      async () => operator.proxy.requests().filter(({ path }) => path.endsWith('/under-way/status')).length,
      (count) => count > 3,
    )
    expect(await operator.reconciles('scan-target')).toBeLessThan(before + 10)

    await parts.cluster.apiserver.start()
    await objects.apply(namespace, 'ScanTarget', 'edited', { ...spec, deadlineSeconds: 600 })
    const told = await eventually(
      () => target('under-way'),
      (one) => one.status?.lastScan?.id === scanId,
      30_000,
    )
    expect(told.status.activeScan).toBeUndefined()
    const again = await eventually(
      () => target('edited'),
      (one) => one.status?.activeScan !== undefined,
      30_000,
    )
    expect(again.status).toMatchObject({ observedGeneration: 2, activeScan: { trigger: 'spec' } })
    expect(await triggersOf('edited')).toEqual(['spec', 'spec'])
    expect(await triggersOf('under-way')).toEqual(['spec', 'annotation'])
    await eventually(
      () => report('readyz'),
      ({ ok }) => ok,
      30_000,
    )
    expect(await report('healthz')).toMatchObject({ ok: true })
    expect(operator.errors).toEqual([])
  }, 90_000)
})

describe('a Postgres that is stopped and started again', () => {
  let operator: OperatorProcess
  beforeAll(async () => {
    operator = await launchOperator(parts, stops)
  })
  const isReady = async (ready: boolean) =>
    eventually(
      () => ask(`${operator.url}/readyz`),
      ({ status }) => (status === 200) === ready,
    )

  it.each(['halt', 'kill'] as const)('is waited for (%s): edits made meanwhile are scanned, once', async (end) => {
    const spec = await scanned(`edited-${end}`)
    await scanned(`annotated-${end}`)
    await isReady(true)
    await parts.postgres[end]()

    await objects.apply(namespace, 'ScanTarget', `edited-${end}`, { ...spec, deadlineSeconds: 600 })
    await objects.apply(namespace, 'ScanTarget', `edited-${end}`, { ...spec, deadlineSeconds: 601 })
    await scanNow(`annotated-${end}`, 'one')
    expect((await isReady(false)).text).toMatch(/^\[-\]database failed: .+/m)
    expect((await ask(`${operator.url}/healthz`)).status).toBe(200)
    const errors = () => operator.metric(/^controller_runtime_reconcile_errors_total\{controller="scan-target"/)
    const before = await errors()
    await eventually(errors, (now) => now > before + 1)

    await parts.postgres.start()
    for (const name of [`edited-${end}`, `annotated-${end}`]) {
      await eventually(
        () => target(name),
        (one) => one.status?.activeScan !== undefined,
      )
    }
    await isReady(true)
    expect(await target(`edited-${end}`)).toMatchObject({ status: { observedGeneration: 3 } })
    expect(await triggersOf(`edited-${end}`)).toEqual(['spec', 'spec'])
    expect(await triggersOf(`annotated-${end}`)).toEqual(['spec', 'annotation'])
  })

  it('loses no verdict with the connection that hears of it', async () => {
    await scanned('unheard')
    await scanNow('unheard', 'one')
    await eventually(
      () => target('unheard'),
      (one) => one.status?.activeScan !== undefined,
    )
    const scanId = await scans.active(namespace, 'unheard')
    // Committed, and notified, while nobody listens.
    await transaction(pool, signal, async (tx) => {
      const ended = await tx.query(
        `select pg_terminate_backend(pid, 5000) as ended from pg_stat_activity
         where application_name = 'vedette-operator-notifications'`,
      )
      expect(ended.rows).toEqual([{ ended: true }])
      await scans.finish(scanId, 'Succeeded', 100, tx)
    })
    const told = await eventually(
      () => target('unheard'),
      (one) => one.status?.lastScan?.id === scanId,
      20_000,
    )
    expect(condition(told, 'Ready')).toMatchObject({ status: 'True' })
  })

  it('is a defect of nobody: nothing threw, nothing was left unhandled', async () => {
    expect(await operator.metric(/^controller_runtime_reconcile_panics_total/)).toBe(0)
    const log = await operator.log()
    expect(log.filter(({ level }) => level === 'error')).toEqual([])
    expect(log.some(({ message }) => /unhandled/i.test(message))).toBe(false)
    expect(await operator.process.stop()).toEqual({ code: 0, signal: null })
  })

  it('is waited for at the start too, by a process that is alive and says for what', async () => {
    const port = await freePort()
    await parts.postgres.halt()
    const starting = launchOperator(parts, stops, { VEDETTE_HTTP_PORT: String(port) })
    const url = `http://127.0.0.1:${port}`
    const red = await eventually(
      () => ask(`${url}/readyz`),
      ({ status }) => status === 503,
    )
    expect(red.text).toMatch(/^\[-\]database failed: .+/m)
    expect((await ask(`${url}/healthz`)).status).toBe(200)
    await parts.postgres.start()
    await starting
    await eventually(
      () => ask(`${url}/readyz`),
      ({ status }) => status === 200,
    )
  })
})
