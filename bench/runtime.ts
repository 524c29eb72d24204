import { fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { KubeClient } from '#platform/kube/client.ts'
import { toKubeTime } from '#platform/kube/micro-time.ts'
import { unwrap } from '#platform/kube/kube-error.ts'
import { createKubeMetrics } from '#platform/kube/metrics.ts'
import type { KubeObject } from '#platform/kube/object.ts'
import { PooledKubeConfig } from '#platform/kube/pooled-kube-config.ts'
import { kubeResource } from '#platform/kube/resource.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { systemClock } from '#platform/system-clock.ts'
import { startControlPlane, type ControlPlane } from '#test/harness/controlplane/start.ts'
import { report, rounded, sayFor } from './support/report.ts'

/*
 * What does the operator runtime cost beside client-node's own informer? 10,000 ScanTargets on a real API server are
 * listed and watched while 2,000 statuses change, by processes of their own: ours, theirs, ours, theirs, ... Medians.
 * Then a controller reconciles all of them twice: a full resync must not write.
 *
 *   node bench/runtime.ts          prints one JSON line, appends it to bench/results/runtime.jsonl
 *
 * Exit code 1: a bound is broken.
 */

const objects = 10_000
const updates = 2_000
const rounds = 5
const bounds = { cpuRatio: 1.2, heapRatio: 0.75, resyncWrites: 0 } as const

const { signal } = new AbortController()
const targets = kubeResource<KubeObject>({
  group: 'vedette.dev',
  version: 'v1alpha1',
  plural: 'scantargets',
  kind: 'ScanTarget',
  namespaced: true,
})

interface Measured {
  readonly cpuMs: number
  readonly syncMs: number
  readonly heapMb: number
  readonly totalHeapMb: number
  readonly objects: number
}

const say = sayFor('runtime')

const plane = await startControlPlane({ controllers: [], say })
try {
  await report('runtime', await measure(plane))
} finally {
  await plane.stop()
}

async function measure(plane: ControlPlane) {
  const kubeConfig = new PooledKubeConfig()
  kubeConfig.loadFromFile(plane.adminKubeconfig)
  const metrics = createKubeMetrics(createMetrics({ processMetrics: false }))
  const client = new KubeClient({ kubeConfig, clock: systemClock, metrics, ratePerSecond: 1e6, burst: 1e6 })
  say(`creating ${objects} ScanTargets`)
  await seed(plane, client)

  const runs: Record<'ours' | 'stock', Measured[]> = { ours: [], stock: [] }
  for (let round = 1; round <= rounds; round++) {
    for (const mode of ['ours', 'stock'] as const) {
      const measured = await watchFrom(mode, plane, client, round)
      say(`${mode} ${round}/${rounds}: ${measured.cpuMs.toFixed(0)} ms CPU, ${measured.heapMb.toFixed(1)} MB heap`)
      runs[mode].push(measured)
    }
  }
  say('reconciling all of them, twice')
  const writesBefore = await writesSeen(plane)
  const { reconciles, resyncMs } = await resync(plane)
  const resyncWrites = (await writesSeen(plane)) - writesBefore
  await kubeConfig.close()

  const [ours, stock] = [medians(runs.ours), medians(runs.stock)]
  const cpuRatio = rounded(ours.cpuMs / stock.cpuMs, 2)
  const heapRatio = rounded(ours.heapMb / stock.heapMb, 2)
  return {
    objects,
    updates,
    rounds,
    ours,
    stock,
    cpuRatio,
    heapRatio,
    reconciles,
    resyncMs: Math.round(resyncMs),
    resyncWrites,
    bounds,
    ok: cpuRatio <= bounds.cpuRatio && heapRatio <= bounds.heapRatio && resyncWrites <= bounds.resyncWrites,
  }
}

/** Targets as a GitOps tool applies them, with the status of one that was scanned: two owners of fields each. */
async function seed(plane: ControlPlane, client: KubeClient): Promise<void> {
  const crd: unknown = parse(await readFile(new URL('../crds/scantargets.yaml', import.meta.url), 'utf8'))
  const created = await plane.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: crd })
  if (created.status !== 201) throw new Error(`cannot create the CRD: ${JSON.stringify(created.body)}`)
  while (!(await client.list(targets, { limit: 1 }, { signal })).ok) await systemClock.sleep(100, signal)
  await inParallel(objects, async (index) => {
    const metadata = { namespace: 'default', name: nameOf(index) }
    const common = { apiVersion: 'vedette.dev/v1alpha1', kind: 'ScanTarget' }
    const labels = { team: `team-${index % 50}`, stage: index % 3 === 0 ? 'production' : 'development' }
    const annotations = { 'argocd.argoproj.io/tracking-id': `accounts:vedette.dev/ScanTarget:default/${metadata.name}` }
    const spec = {
      accountId: String(100_000_000_000 + index),
      regions: ['eu-central-1', 'eu-west-1', 'us-east-1'],
      services: ['ec2', 'iam', 's3'],
    }
    unwrap(
      await client.apply(
        targets,
        { ...common, metadata: { ...metadata, labels, annotations }, spec },
        {
          signal,
          fieldManager: 'argocd-controller',
        },
      ),
    )
    unwrap(
      await client.apply(
        targets,
        { ...common, metadata, status: statusOf(index) },
        {
          signal,
          fieldManager: 'vedette.dev/operator',
          subresource: 'status',
        },
      ),
    )
  })
}

function statusOf(index: number) {
  const time = toKubeTime(new Date())
  const scan = `scan-${index.toString(16).padStart(12, '0')}`
  return {
    observedGeneration: 1,
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        observedGeneration: 1,
        lastTransitionTime: time,
        reason: 'Succeeded',
        message: 'the account can be looked at',
      },
    ],
    externalId: `vdt-${index.toString(36).padStart(24, '0')}`,
    lastScan: { id: scan, result: 'Succeeded', startTime: time, completionTime: time },
    lastSuccessfulTime: time,
    findings: { critical: index % 5, high: index % 20, medium: index % 50, low: index % 100, excepted: 0 },
    coveragePercent: 100,
  }
}

/** Starts a process that lists and watches, changes statuses once it is in sync, and takes its figures. */
async function watchFrom(
  mode: 'ours' | 'stock',
  plane: ControlPlane,
  client: KubeClient,
  round: number,
): Promise<Measured> {
  return inChild<Measured>([mode, plane.adminKubeconfig, String(objects), String(updates)], 'measured', async () => {
    await inParallel(updates, async (index) => {
      const patch = { status: { coveragePercent: (round * 2 + (mode === 'ours' ? 0 : 1)) % 100 } }
      const key = { namespace: 'default', name: nameOf(index) }
      unwrap(await client.mergePatch(targets, key, patch, { signal, subresource: 'status' }))
    })
  })
}

async function resync(plane: ControlPlane) {
  const args = ['resync', plane.adminKubeconfig, String(objects)]
  return inChild<{ readonly reconciles: number; readonly resyncMs: number }>(args, 'resynced')
}

/** Runs `runtime-process.ts` until it sends a message of this type; `onSynced` when it has its first list. */
async function inChild<T>(args: readonly string[], type: string, onSynced?: () => Promise<void>): Promise<T> {
  const child = fork(new URL('./runtime-process.ts', import.meta.url), args, { execArgv: ['--expose-gc'] })
  const answer = Promise.withResolvers<T>()
  child.on('message', (message: { readonly type: string }) => {
    // The other messages of that process have the type that the caller names, and its fields.
    if (message.type === type) answer.resolve(message as T)
    else if (message.type === 'synced') onSynced?.().catch(answer.reject)
  })
  child.once('exit', (code) =>
    answer.reject(new Error(`${args[0]} ended with ${code} before it had measured anything`)),
  )
  child.once('error', answer.reject)
  try {
    return await answer.promise
  } finally {
    child.kill('SIGKILL')
  }
}

/** Writes to ScanTargets that the API server itself has counted. */
async function writesSeen(plane: ControlPlane): Promise<number> {
  const { body } = await plane.request('GET', '/metrics')
  let writes = 0
  for (const line of String(body).split('\n')) {
    if (!line.startsWith('apiserver_request_total{') || !line.includes('resource="scantargets"')) continue
    if (/verb="(?:APPLY|PATCH|PUT|POST|DELETE)"/.test(line)) writes += Number(line.slice(line.lastIndexOf(' ')))
  }
  return writes
}

async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await work(index)
  }
  await Promise.all(Array.from({ length: 24 }, lane))
}

function nameOf(index: number): string {
  return `account-${String(index).padStart(5, '0')}`
}

function medians(runs: readonly Measured[]): Measured {
  const median = (field: keyof Measured) =>
    rounded(runs.map((run) => run[field]).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)] ?? 0, 2)
  return {
    cpuMs: median('cpuMs'),
    syncMs: median('syncMs'),
    heapMb: median('heapMb'),
    totalHeapMb: median('totalHeapMb'),
    objects: median('objects'),
  }
}
