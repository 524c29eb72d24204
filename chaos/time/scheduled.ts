import { readFile, writeFile } from 'node:fs/promises'
import type { Pool } from '#platform/postgres/pool.ts'
import { eventually, installVedette, migratedPool, objectsOf, scansOf } from '#test/e2e/operator-fixture.ts'
import { launchOperator, type OperatorProcess } from '#test/e2e/operator-process.ts'
import { createFakeTime, type FakeTime } from '#test/harness/fake-time.ts'
import { startParts } from '../../demo/parts.ts'

/** Two operators, each with a clock of its own, and a ScanTarget that their schedules match. */
export interface ScheduledWorld {
  readonly pool: Pool
  /** Who leads, and by which clock. */
  leader(): Promise<{ readonly operator: OperatorProcess; readonly clock: FakeTime }>
  readonly clocks: readonly FakeTime[]
  schedule(name: string, spec: { readonly schedule: string; readonly timeZone?: string }): Promise<void>
  /** Makes the leader look at its schedules now, and ends the scans that it started, as a worker would. */
  look(): Promise<void>
  /** Every scheduled time that was started, in order: as often as it was, whoever counted it how. */
  started(name: string): Promise<readonly string[]>
  /** How often the Lease has changed hands. */
  transitions(): Promise<number>
  stop(): Promise<void>
}

export async function startScheduledWorld(at: Date): Promise<ScheduledWorld> {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const parts = await startParts(stops, () => undefined)
    const { cluster } = parts
    const objects = objectsOf(() => cluster)
    await installVedette(objects)
    const pool = await migratedPool(parts.databaseUrl)
    stops.push(() => pool.end())
    const namespace = await cluster.createNamespace('clock')
    const scans = scansOf(() => pool)

    // The API server's certificate is of the real time, and need not be valid by a clock that is not.
    const serviceAccountKubeconfig = async (of: string, name: string): Promise<string> => {
      const path = await cluster.serviceAccountKubeconfig(of, name)
      const config = JSON.parse(await readFile(path, 'utf8'))
      config.clusters[0].cluster = { server: cluster.url, 'insecure-skip-tls-verify': true }
      await writeFile(path, JSON.stringify(config))
      return path
    }
    const unverified = { ...parts, cluster: { ...cluster, serviceAccountKubeconfig } }
    const operators: { readonly operator: OperatorProcess; readonly clock: FakeTime }[] = []
    for (let n = 0; n < 2; n++) {
      const clock = await createFakeTime()
      stops.push(() => clock.remove())
      await clock.set(at)
      operators.push({ operator: await launchOperator(unverified, stops, clock.environment), clock })
    }
    const leader: ScheduledWorld['leader'] = () =>
      eventually(
        async () => {
          for (const one of operators)
            if ((await one.operator.metric(/^leader_election_master_status/)) === 1) return one
          return undefined
        },
        (found) => found !== undefined,
        60_000,
      ).then((found) => found ?? Promise.reject(new Error('nobody leads')))

    await objects.apply(namespace, 'ScanTarget', 'account', { accountId: '111122223333' })
    await eventually(
      () => objects.get(namespace, 'scantarget', 'account'),
      (one) => one.status?.activeScan !== undefined,
    )
    await scans.finish(await scans.active(namespace, 'account'))

    let looks = 0
    const reconciles = async (): Promise<number> =>
      (await leader()).operator.metric(/^controller_runtime_reconcile_total\{.*controller="scan-schedule"/)
    const look = async (): Promise<void> => {
      const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from schedules')
      const before = await reconciles()
      await objects.kubectl('label', 'scantarget', 'account', '-n', namespace, `look=${looks++}`, '--overwrite')
      await eventually(reconciles, (count) => count >= before + (rows[0]?.count ?? 1), 30_000)
      const open = await pool.query<{ id: string }>(`select id from scans where state = 'Running'`)
      for (const { id } of open.rows) await scans.finish(id)
    }
    return {
      pool,
      leader,
      clocks: operators.map(({ clock }) => clock),
      schedule: async (name, spec) => {
        await objects.apply(namespace, 'ScanSchedule', name, { targetSelector: {}, ...spec })
        await eventually(
          () => objects.get(namespace, 'scanschedule', name),
          (one) => one.status?.nextScheduleTime !== undefined,
        )
      },
      look,
      started: async (name) => {
        const { rows } = await pool.query<{ time: string; scans: number }>(
          `select split_part(t.token, '/', 2) as time from scan_triggers t join schedules s on s.uid = t.schedule_uid
           join scans on scans.id = t.scan_id where s.name = $1 order by t.id`,
          [name],
        )
        return rows.map(({ time }) => time)
      },
      transitions: async () => {
        const path = '/apis/coordination.k8s.io/v1/namespaces/vedette-system/leases/vedette-operator'
        const { body } = await cluster.request('GET', path)
        const { spec } = body as { readonly spec: { readonly leaseTransitions?: number } } // a Lease
        return spec.leaseTransitions ?? 0
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
