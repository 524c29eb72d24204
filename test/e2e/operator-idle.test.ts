import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import type { ScanTargetObject } from '#operator/kinds.ts'
import { parseTargetSpec, resolveScan } from '#operator/scan-target/resolve.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { requestScan } from '#store/scans.ts'
import { ensureTarget } from '#store/targets.ts'
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

// Promise 6: an idle cluster sees no writes. A new leader takes over 200 targets that were scanned, reconciles each of
// them again and again, and writes nothing but its Lease.
const cluster = useSharedVedette()
const { objects } = cluster
const database = usePostgres()
const scans = scansOf(() => pool)
const { signal } = new AbortController()
const TARGETS = 200
const IDLE_MS = 60_000
const RESYNC_MS = 10_000
let pool: Pool
let namespace = ''

const start = (): Promise<TestOperator> => {
  const leaderElection = { namespace: 'vedette-system', name: 'vedette-operator', identity: crypto.randomUUID() }
  const options = { leaderElection, resyncMs: RESYNC_MS, namespace }
  return startOperator({ access: cluster.access, pool, databaseUrl: database.url, options })
}
const targets = async (): Promise<readonly ScanTargetObject[]> => {
  const { body } = await cluster.access.request('GET', `/apis/vedette.dev/v1alpha1/namespaces/${namespace}/scantargets`)
  return (body as { readonly items: readonly ScanTargetObject[] }).items // a ScanTargetList
}

/** The whole of a scan, without an operator or a worker. */
async function scan({ metadata, spec }: ScanTargetObject, namespaceUid: string): Promise<void> {
  const parsed = parseTargetSpec(spec)
  if (!parsed.ok) throw new Error(parsed.faults.join())
  const { name, uid } = metadata
  const { partition, accountId } = parsed.spec
  const ensured = await ensureTarget(pool, { namespace, namespaceUid, name, uid, partition, accountId, signal })
  if (ensured.kind !== 'ok') throw new Error(ensured.kind)
  const resolved = resolveScan(parsed.spec, { catalogue: CHECKS, externalId: ensured.externalId })
  if (!resolved.ok) throw new Error(resolved.faults.join())
  const wish = { targetId: ensured.targetId, generation: 1, spec: resolved.spec }
  await requestScan(pool, { ...wish, trigger: { kind: 'spec', generation: 1 }, signal })
  await scans.finish(await scans.active(namespace, name))
}

beforeAll(async () => {
  pool = await migratedPool(database.url)
  namespace = await cluster.access.createNamespace('idle')
  const items = Array.from({ length: TARGETS }, (_, index) => ({
    apiVersion: 'vedette.dev/v1alpha1',
    kind: 'ScanTarget',
    metadata: { name: `target-${index}`, namespace },
    spec: { accountId: String(600_000_000_000 + index) },
  }))
  const path = `/apis/vedette.dev/v1alpha1/namespaces/${namespace}/scantargets`
  const created = await Promise.all(items.map((body) => cluster.access.request('POST', path, { body })))
  expect(new Set(created.map(({ status }) => status))).toEqual(new Set([201]))
  const { body } = await cluster.access.request('GET', `/api/v1/namespaces/${namespace}`)
  const { metadata } = body as { readonly metadata: { readonly uid: string } } // a Namespace
  await Promise.all((await targets()).map((target) => scan(target, metadata.uid)))

  const first = await start()
  await objects.apply(namespace, 'ScanSchedule', 'yearly', { schedule: '@yearly', targetSelector: {} })
  await objects.apply(namespace, 'ScanRequest', 'done', { request: { targetName: 'target-0' } })
  const request = () => objects.get(namespace, 'scanrequest', 'done')
  await eventually(request, (one) => one.status?.scanId !== undefined, 30_000)
  await scans.finish(await scans.active(namespace, 'target-0'))
  await eventually(request, (one) => condition(one, 'Finished')?.status === 'True', 30_000)
  await eventually(
    targets,
    (all) => all.every(({ status }) => status?.lastScan !== undefined && status.activeScan === undefined),
    60_000,
  )
  await first.stop()
}, 120_000)
afterAll(() => pool?.end())

it(
  'writes nothing but its Lease for a minute, and not when it takes over',
  async () => {
    const operator = await start()
    try {
      const idle = wait(IDLE_MS)
      const settled = () => operator.reconciles('scan-target')
      await eventually(settled, (count) => count >= TARGETS, 30_000)
      await idle

      const writes = operator.proxy.requests().filter(({ method }) => method !== 'GET')
      const others = writes.filter(({ path }) => !path.endsWith('/leases/vedette-operator'))
      expect(others.map(({ method, path }) => `${method} ${path}`)).toEqual([])
      expect(writes.length).toBeGreaterThan(IDLE_MS / 4400)
      expect(writes.length).toBeLessThan(IDLE_MS / 2000 + 15)
      // Not because nobody looked: the whole of it was gone through at each resync, a tenth early or late.
      const rounds = 1 + Math.floor(IDLE_MS / (RESYNC_MS * 1.1))
      expect(await settled()).toBeGreaterThanOrEqual(TARGETS * rounds)
    } finally {
      await operator.stop()
    }
  },
  IDLE_MS + 60_000,
)
