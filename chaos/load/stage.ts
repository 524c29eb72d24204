import { join } from 'node:path'
import { Agent, request } from 'undici'
import { readFile } from 'node:fs/promises'
import { createQueues, type Parts } from '../../demo/parts.ts'
import { eventually, installVedette, migratedPool, objectsOf } from '#test/e2e/operator-fixture.ts'
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
  /** Starts operators and workers, and waits until every target has its status. */
  readonly start: (of: { readonly operators: number; readonly workers: number }) => Promise<Fleet>
}

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
      say('the operator takes over: each target gets its status')
      await eventually(
        () => Promise.resolve(statusWrites),
        (count) => count >= targets,
        TAKE_OVER_MS,
      )
      return fleet
    },
  }
}

/** Objects over the API server, and their rows as if they had been taken up and their identity been proven. */
async function createTargets({ cluster }: Parts, pool: Pool, namespace: string, count: number): Promise<void> {
  const dispatcher = new Agent({ connections: 16, connect: { ca: await readFile(cluster.caFile) } })
  const headers = { authorization: `Bearer ${cluster.info.adminToken}`, 'content-type': 'application/json' }
  const rows: { name: string; uid: string; account: string }[] = []
  const indices = Array.from({ length: count }, (_, index) => index).values()
  const create = async (): Promise<void> => {
    for (const index of indices) {
      const account = String(600_000_000_000 + index)
      const metadata = { name: `target-${index}`, namespace }
      const body = JSON.stringify({
        apiVersion: 'vedette.dev/v1alpha1',
        kind: 'ScanTarget',
        metadata,
        spec: { accountId: account },
      })
      const url = `${cluster.url}${pathOf('scantargets', namespace)}`
      const answer = await request(url, { method: 'POST', headers, body, dispatcher })
      const made = (await answer.body.json()) as { readonly metadata: { readonly uid: string } } // a ScanTarget
      if (answer.statusCode !== 201) throw new Error(`POST ${url}: ${answer.statusCode}`)
      rows.push({ name: metadata.name, uid: made.metadata.uid, account })
    }
  }
  await Promise.all(Array.from({ length: 16 }, create))
  await dispatcher.close()

  const { body } = await cluster.request('GET', `/api/v1/namespaces/${namespace}`)
  const { metadata } = body as { readonly metadata: { readonly uid: string } } // a Namespace
  await pool.query(`insert into namespaces (namespace, uid, external_id) values ($1, $2, 'vedette-load')`, [
    namespace,
    metadata.uid,
  ])
  await pool.query(
    `insert into targets (namespace, name, uid, partition, account_id, generation, proven_generation, proven_at)
     select $1, name, uid, 'aws', account, 1, 1, now() from unnest($2::text[], $3::text[], $4::text[]) as t (name, uid, account)`,
    [namespace, rows.map(({ name }) => name), rows.map(({ uid }) => uid), rows.map(({ account }) => account)],
  )
  await pool.query('analyze')
}
