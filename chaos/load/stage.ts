import { join } from 'node:path'
import { Agent, request } from 'undici'
import { readFile } from 'node:fs/promises'
import { createQueues, type Parts } from '../../demo/parts.ts'
import { eventually, installVedette, migratedPool, objectsOf } from '#test/e2e/operator-fixture.ts'
import type { TargetFacts } from '#core/target-facts.ts'
import { FIELD_MANAGER, type ScanTargetObject } from '#operator/kinds.ts'
import { targetStatus } from '#operator/scan-target/status.ts'
import { ask } from '#test/e2e/operator-process.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { temporaryFolder } from '#platform/process/temporary-folder.ts'
import { startAws } from '#test/harness/aws/aws.ts'
import { startControlPlane } from '#test/harness/controlplane/start.ts'
import { createDatabase } from '#test/harness/database.ts'
import { startKubeProxy, type AnsweredPatch, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { startPostgres } from '#test/harness/postgres.ts'
import { startFleet, type Fleet } from '../storm/fleet.ts'
import { pathOf } from '../storm/world.ts'

/** Many targets that were taken up long ago and that nothing is to be done for, and operators in front of them. */
export interface LoadStage {
  readonly parts: Parts
  readonly pool: Pool
  readonly kube: KubeProxy
  readonly namespace: string
  /** Status writes that the API server answered with 200 so far. */
  readonly statusWrites: () => number
  /** Starts operators and workers, and waits until the leader has looked at every target. */
  readonly start: (of: { readonly operators: number; readonly workers: number }) => Promise<Fleet>
}

const reconciles = async (url: string): Promise<number> => {
  const { text } = await ask(`${url}/metrics`)
  const lines = text.matchAll(/^controller_runtime_reconcile_total\{.*controller="scan-target".*\} (\d+)$/gm)
  return sumOf([...lines].map(([, count]) => Number(count)))
}
const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

const TAKE_OVER_MS = 900_000

/** Starts the parts and puts `targets` into one namespace and into the database. */
export async function startLoadStage(of: {
  readonly targets: number
  readonly stops: (() => Promise<unknown>)[]
  readonly say: (line: string) => void
}): Promise<LoadStage> {
  const { targets, stops, say } = of
  const kept = async <T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> => {
    const part = await starting
    stops.push(() => part.stop())
    return part
  }
  const cluster = await kept(startControlPlane({ say }))
  const postgres = await kept(startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } }))
  const aws = await kept(startAws())
  const databaseUrl = await createDatabase(postgres.url)
  const parts = { cluster, postgres, aws, databaseUrl, ...(await createQueues(aws)) }
  const pool = await migratedPool(databaseUrl)
  stops.push(() => pool.end())
  await pool.query('create extension pg_stat_statements')
  await installVedette(objectsOf(() => cluster))

  let statusWrites = 0
  const onPatched = ({ path, status }: AnsweredPatch): void => {
    if (status === 200 && path.endsWith('/status')) statusWrites++
  }
  const kube = await startKubeProxy(cluster, { onPatched })
  stops.push(() => kube.stop())
  const namespace = await cluster.createNamespace('load')
  say(`${targets} targets`)
  await createTargets(parts, pool, namespace, targets)

  const folder = await temporaryFolder('load')
  stops.push(() => folder.remove())
  return {
    parts,
    pool,
    kube,
    namespace,
    statusWrites: () => statusWrites,
    start: async ({ operators, workers }) => {
      const fleet = await startFleet({
        parts,
        logFolder: join(folder.path, 'logs'),
        operators,
        workers,
        databaseUrl,
        awsUrl: aws.url,
        kubeconfig: await cluster.serviceAccountKubeconfig('vedette-system', 'vedette-operator', kube.url),
      })
      stops.push(() => fleet.stop())
      say('the operator takes over, and looks at every target')
      const looked = async (): Promise<number> =>
        sumOf(await Promise.all(fleet.running('operator').map(async (life) => reconciles(await life.url))))
      await eventually(looked, (count) => count >= targets, TAKE_OVER_MS)
      return fleet
    },
  }
}

/**
 * Objects over the API server, with the status that the operator would give them, and their rows as if they had been taken
 * up and their identity been proven: by itself the operator would take 20 a second.
 */
async function createTargets({ cluster }: Parts, pool: Pool, namespace: string, count: number): Promise<void> {
  const dispatcher = new Agent({ connections: 16, connect: { ca: await readFile(cluster.caFile) } })
  const send = async (method: 'POST' | 'PATCH', path: string, contentType: string, body: object) => {
    const headers = { authorization: `Bearer ${cluster.info.adminToken}`, 'content-type': contentType }
    const answer = await request(`${cluster.url}${path}`, { method, headers, body: JSON.stringify(body), dispatcher })
    const object = await answer.body.json()
    if (answer.statusCode > 299) throw new Error(`${method} ${path}: ${JSON.stringify(object)}`)
    return object as ScanTargetObject // that was written
  }
  const rows: { name: string; uid: string; account: string }[] = []
  const indices = Array.from({ length: count }, (_, index) => index).values()
  const createSome = async (): Promise<void> => {
    for (const index of indices) {
      const account = String(600_000_000_000 + index)
      const name = `target-${index}`
      const head = { apiVersion: 'vedette.dev/v1alpha1', kind: 'ScanTarget', metadata: { name, namespace } }
      const path = pathOf('scantargets', namespace)
      const made = await send('POST', path, 'application/json', { ...head, spec: { accountId: account } })
      const standing = { kind: 'followed', externalId: EXTERNAL_ID, facts: TAKEN_UP, suspended: false } as const
      const status = targetStatus(made, undefined, standing, new Date())
      const statusPath = `${path}/${name}/status?fieldManager=${FIELD_MANAGER}`
      await send('PATCH', statusPath, 'application/apply-patch+yaml', { ...head, status })
      rows.push({ name, uid: made.metadata.uid, account })
    }
  }
  await Promise.all(Array.from({ length: 16 }, createSome))
  await dispatcher.close()

  const { body } = await cluster.request('GET', `/api/v1/namespaces/${namespace}`)
  const { metadata } = body as { readonly metadata: { readonly uid: string } } // a Namespace
  await pool.query(`insert into namespaces (namespace, uid, external_id) values ($1, $2, $3)`, [
    namespace,
    metadata.uid,
    EXTERNAL_ID,
  ])
  await pool.query(
    `insert into targets (namespace, name, uid, partition, account_id, generation, proven_generation, proven_at)
     select $1, name, uid, 'aws', account, 1, 1, now() from unnest($2::text[], $3::text[], $4::text[]) as t (name, uid, account)`,
    [namespace, rows.map(({ name }) => name), rows.map(({ uid }) => uid), rows.map(({ account }) => account)],
  )
  await pool.query('analyze')
}

const EXTERNAL_ID = 'vedette-load'
/** What the database will tell of each of them: proven, and never scanned. */
const TAKEN_UP: TargetFacts = {
  targetId: '',
  identity: 'proven',
  refusal: null,
  requestedGeneration: 1,
  handledScanNow: null,
  activeScan: null,
  lastScan: null,
  lastSuccessfulTime: null,
  findings: null,
  coveragePercent: null,
  topGaps: [],
}
