import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import type { Clock } from '#core/clock.ts'
import type { EndedScanState } from '#core/scan.ts'
import { addControllers } from '#operator/controllers.ts'
import { Manager, type ManagerOptions } from '#platform/kube/manager.ts'
import { createKubeMetrics } from '#platform/kube/metrics.ts'
import { PooledKubeConfig } from '#platform/kube/pooled-kube-config.ts'
import { createLogger } from '#platform/log/logger.ts'
import { createMetrics, type Metrics } from '#platform/metrics/metrics.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { transaction } from '#platform/postgres/transaction.ts'
import { systemClock } from '#platform/system-clock.ts'
import { migrate } from '#store/migrate.ts'
import { endScan } from '#store/scan-steps.ts'
import type { ControlPlaneAccess } from '../harness/controlplane/access.ts'
import { startControlPlane, type ControlPlane } from '../harness/controlplane/start.ts'
import { startKubeProxy, type KubeProxy } from '../harness/kube-proxy.ts'
import { started, useControlPlane } from '../harness/use.ts'

// The operator on a real API server and a real Postgres, under its own RBAC identity. Workers are played by the tests:
// they end scans in the database, which is all that the operator sees of them.

export const root = new URL('../../', import.meta.url).pathname
const { signal } = new AbortController()

/** Waits until what is looked at is as expected; the last look is what a failure shows. */
export async function eventually<T>(
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  withinMs = 15_000,
): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${JSON.stringify(seen, undefined, 1)}`)
    await wait(50)
  }
}

interface SeenCondition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}
interface Conditioned {
  readonly status?: { readonly conditions?: readonly SeenCondition[] }
}

export const condition = (object: Conditioned, type: string) =>
  object.status?.conditions?.find((one) => one.type === type)

interface SeenEvent {
  readonly reason: string
  readonly note: string
  readonly regarding: { readonly name: string }
}

/** A cluster's objects, as an administrator edits and sees them. */
export interface Objects {
  readonly kubectl: (...args: readonly string[]) => Promise<string>
  readonly apply: (namespace: string, kind: string, name: string, spec: object, labels?: object) => Promise<void>
  // eslint-disable-next-line typescript/no-explicit-any -- what the API server answers is looked into by expectations
  readonly get: (namespace: string, kind: string, name: string) => Promise<any>
  /** Events of one object, in order of time. */
  readonly events: (namespace: string, name: string) => Promise<readonly SeenEvent[]>
}

export function objectsOf(access: () => ControlPlaneAccess): Objects {
  const run = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await access().kubectl(args, input === undefined ? {} : { input })
    if (code !== 0) throw new Error(stderr)
    return stdout
  }
  return {
    kubectl: (...args) => run(args),
    apply: async (namespace, kind, name, spec, labels = {}) => {
      const object = { apiVersion: 'vedette.dev/v1alpha1', kind, metadata: { name, namespace, labels }, spec }
      await run(['apply', '-f', '-'], JSON.stringify(object))
    },
    get: async (namespace, kind, name) => {
      const path = `/apis/vedette.dev/v1alpha1/namespaces/${namespace}/${kind}s/${name}`
      const { status, body } = await access().request('GET', path)
      if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
    events: async (namespace, name) => {
      const { body } = await access().request('GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events`)
      const { items } = body as { readonly items: readonly SeenEvent[] } // an EventList
      return items.filter(({ regarding }) => regarding.name === name)
    },
  }
}

/** The CRDs, and the operator's own identity and rights. */
export async function installVedette({ kubectl }: Objects): Promise<void> {
  await kubectl('apply', '--server-side', '--force-conflicts', '-f', `${root}crds`)
  await kubectl('wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all')
  await kubectl('apply', '--server-side', '--force-conflicts', '-f', `${root}deploy/rbac.yaml`)
}

interface VedetteCluster<Access> {
  readonly access: Access
  readonly objects: Objects
}

/** A control plane of the file's own, with Vedette installed: for an operator that sees all namespaces. */
export function useOwnVedette(): VedetteCluster<ControlPlane> {
  const held: { access?: ControlPlane } = {}
  const access = (): ControlPlane => started(held.access, 'useOwnVedette')
  beforeAll(async () => {
    held.access = await startControlPlane()
    await installVedette(objectsOf(access))
  })
  afterAll(() => held.access?.stop())
  return vedetteOn(access)
}

/** The run's control plane, with Vedette installed: for an operator that sees one namespace (`options.namespace`). */
export function useSharedVedette(): VedetteCluster<ControlPlaneAccess> {
  const cluster = useControlPlane()
  const access = (): ControlPlaneAccess => cluster.access
  beforeAll(() => installVedette(objectsOf(access)))
  return vedetteOn(access)
}

function vedetteOn<Access extends ControlPlaneAccess>(access: () => Access): VedetteCluster<Access> {
  return {
    get access() {
      return access()
    },
    objects: objectsOf(access),
  }
}

/** The scans in the database, and what workers would have done about them. */
export interface Scans {
  /** The id of the scan of this target that is running; throws when none is. */
  readonly active: (namespace: string, name: string) => Promise<string>
  /** In a transaction of its own, or in the caller's. */
  readonly finish: (scanId: string, state?: EndedScanState, coveragePercent?: number, tx?: Sql) => Promise<void>
}

export function scansOf(pool: () => Pool): Scans {
  return {
    active: async (namespace, name) => {
      const { rows } = await pool().query<{ id: string }>(
        `select scans.id from scans join targets on targets.id = target_id
         where targets.namespace = $1 and targets.name = $2 and state = 'Running'`,
        [namespace, name],
      )
      if (rows[0] === undefined) throw new Error(`no scan of ${name} is running`)
      return rows[0].id
    },
    finish: async (scanId, state = 'Succeeded', coveragePercent = 100, tx) => {
      const findings = { critical: 1, high: 2, medium: 3, low: 4, excepted: 0 }
      const summary = { findings, coveragePercent, opened: 3, resolved: 1, reopened: 0, topGaps: [] }
      const end = async (sql: Sql): Promise<void> => {
        await sql.query(
          `update targets set proven_generation = scans.generation, refusal = null from scans
           where scans.id = $1 and targets.id = target_id`,
          [scanId],
        )
        await endScan(sql, { scanId, state, summary })
      }
      await (tx === undefined ? transaction(pool(), signal, end) : end(tx))
    },
  }
}

const testLog = createLogger({ process: 'test', level: 'silent' })

/** A pool to a database that is brought to the newest schema first. */
export async function migratedPool(url: string): Promise<Pool> {
  const pool = createPool({ connectionString: url, applicationName: 'test', max: 10, log: testLog })
  await migrate(pool, { signal, log: testLog })
  return pool
}

export interface TestOperator {
  readonly manager: Manager
  /** Between the operator and the API server: what it asked, and faults. */
  readonly proxy: KubeProxy
  readonly metrics: Metrics
  /** Status writes of the object of this name. */
  statusWrites(name: string): number
  /** What was logged as an error: a defect, or the end. */
  readonly errors: readonly string[]
  /** How often a controller has reconciled anything. */
  reconciles(controller: string): Promise<number>
  stop(): Promise<void>
}

/** The operator's controllers in this process; a database of its own goes with it. */
export async function startOperator(of: {
  readonly access: ControlPlaneAccess
  readonly pool: Pool
  readonly databaseUrl: string
  readonly clock?: Clock
  readonly options?: Partial<ManagerOptions>
}): Promise<TestOperator> {
  const { access, pool, databaseUrl, clock = systemClock, options = {} } = of
  const metrics = createMetrics({ processMetrics: false })
  const errors: string[] = []
  const log = createLogger({
    process: 'test',
    level: 'error',
    destination: { write: (line) => void errors.push(line) },
  })
  const proxy = await startKubeProxy(access)
  const kubeConfig = new PooledKubeConfig()
  kubeConfig.loadFromFile(await access.serviceAccountKubeconfig('vedette-system', 'vedette-operator', proxy.url))
  const manager = new Manager(
    { component: 'vedette.dev/operator', instance: 'test', freezeCaches: true, ...options },
    { kubeConfig, clock: systemClock, log, metrics: createKubeMetrics(metrics) },
  )
  addControllers({ manager, pool, databaseUrl, clock, log, catalogue: CHECKS })
  const running = manager.start()
  return {
    manager,
    proxy,
    metrics,
    errors,
    statusWrites: (name) =>
      proxy.requests().filter(({ method, path }) => method === 'PATCH' && path.includes(`/${name}/status`)).length,
    reconciles: async (controller) => {
      const results = ['success', 'error', 'requeue', 'requeue_after']
      const counts = await Promise.all(
        results.map((result) => metrics.value('controller_runtime_reconcile_total', { controller, result })),
      )
      return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
    },
    stop: async () => {
      await running.stop()
      await proxy.stop()
      await kubeConfig.close()
    },
  }
}
