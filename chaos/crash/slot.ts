import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startProcess, type RunningProcess } from '#test/harness/process.ts'
import { startPostgresProxy, type PostgresProxy } from '#test/harness/postgres-proxy.ts'
import { startQueueProxy, type QueueProxy } from '#test/harness/queue-proxy.ts'
import { startKubeProxy, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { REGION, type Parts } from '../../demo/parts.ts'

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/vedette-system/leases/vedette-operator'

export type Role = 'operator' | 'worker'

/** A process of the product, alone behind proxies of its own. */
export interface Slot {
  readonly role: Role
  readonly postgres: PostgresProxy
  readonly queue: QueueProxy
  readonly kube: KubeProxy
  /** The process that is running now. */
  current(): RunningProcess
  /** With these settings beside the usual ones, and whoever replaces it too. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>
  stop(): Promise<void>
  /** SIGKILL, now; resolves when another one runs in its place, as also follows any other end. */
  replace(): Promise<void>
  /** For an operator. */
  isLeader(): Promise<boolean>
}

/** Starts a process from its bundle in `dist`, behind proxies of its own. */
export async function openSlot(
  parts: Parts,
  name: string,
  of: { readonly dist: string; readonly logs: string; readonly stops: (() => Promise<unknown>)[] },
): Promise<Slot> {
  const role: Role = name.startsWith('operator') ? 'operator' : 'worker'
  const postgres = await startPostgresProxy(parts.databaseUrl)
  const queue = await startQueueProxy(parts.aws.url)
  const kube = await startKubeProxy(parts.cluster)
  of.stops.push(() => Promise.all([postgres.stop(), queue.stop(), kube.stop()]))
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    VEDETTE_DATABASE_URL: postgres.through(parts.databaseUrl),
    VEDETTE_QUEUE_URL: parts.queueUrl,
    VEDETTE_DEAD_LETTER_QUEUE_URL: parts.deadLetterQueueUrl,
    VEDETTE_HTTP_HOST: '127.0.0.1',
    VEDETTE_HTTP_PORT: '0',
    ...parts.aws.env({ region: REGION }),
    AWS_ENDPOINT_URL: queue.url,
    ...(role === 'worker'
      ? { VEDETTE_JOB_LEASE_SECONDS: '2', VEDETTE_JOB_ATTEMPTS: '10' }
      : {
          VEDETTE_NAMESPACE: 'vedette-system',
          KUBECONFIG: await parts.cluster.serviceAccountKubeconfig('vedette-system', 'vedette-operator', kube.url),
        }),
  }
  let running: RunningProcess | undefined
  let isEnding = false
  let settings: Readonly<Record<string, string>> = {}
  // As a kubelet would: an operator that has lost its Lease ends by itself.
  const restartWhenEnded = (ended: RunningProcess): void => {
    void ended.exited.then(async () => {
      if (running === ended && !isEnding) await start()
    })
  }
  const start = async (): Promise<void> => {
    running = await startProcess({
      name,
      command: process.execPath,
      args: [join(of.dist, `${role}.js`)],
      env: { ...env, ...settings },
      logFile: join(of.logs, `${name}.log`),
      ready: { line: /"message":"ready"/ },
    })
    restartWhenEnded(running)
  }
  await start()
  const stop = async (): Promise<void> => {
    isEnding = true
    await running?.stop()
    running = undefined
  }
  of.stops.push(stop)
  const replaced = async (before: RunningProcess): Promise<void> => {
    const isStill = (): boolean => running === before
    while (isStill()) await wait(50)
  }
  const isLeader = async (): Promise<boolean> => {
    const { instance }: { readonly instance?: string } = JSON.parse(await current().line(/"message":"ready"/))
    return instance !== undefined && instance === (await leader(parts))
  }
  const current = (): RunningProcess => {
    if (running === undefined) throw new Error(`${name} is not running`)
    return running
  }
  return {
    role,
    postgres,
    queue,
    kube,
    current,
    start: async (more = {}) => {
      isEnding = false
      settings = more
      await start()
    },
    stop,
    isLeader,
    replace: async () => {
      const killed = current()
      const wasLeader = role === 'operator' && (await isLeader())
      killed.kill('SIGKILL')
      // As if its time had run out: the product's own is 15 s, and is tested apart.
      if (wasLeader) await endLease(parts)
      await killed.exited
      await replaced(killed)
    },
  }
}

/** Who leads; empty while nobody does. */
export async function leader({ cluster }: Parts): Promise<string> {
  const { status, body } = await cluster.request('GET', LEASE)
  if (status !== 200) return ''
  return (body as { readonly spec?: { readonly holderIdentity?: string } }).spec?.holderIdentity ?? '' // a Lease
}

/** Whoever comes first leads from here on; one that leads now and is awake makes it anew. */
export async function endLease({ cluster }: Parts): Promise<void> {
  await cluster.request('DELETE', LEASE)
}
