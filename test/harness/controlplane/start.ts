import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '#platform/process/temporary-folder.ts'
import { withFreePorts } from '#platform/process/free-ports.ts'
import { startProcess, type Exit, type RunningProcess } from '../process.ts'
import { controlPlaneAccess, type ControlPlaneAccess, type ControlPlaneInfo } from './access.ts'
import { apiRequest } from './api-request.ts'
import { findBinaries } from './binaries.ts'
import type { BinaryName } from './build.ts'
import { apiserverArgs, etcdArgs, signingKey, webhookConfig } from './flags.ts'
import { startUserWebhook } from './users.ts'

/** What an operator's users count on: owner references, namespace deletion, default service accounts, aggregated roles. */
const usualControllers = [
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'clusterrole-aggregation-controller',
] as const

export interface ControlPlaneOptions {
  /** Controllers of kube-controller-manager to run (names: its `--controllers`); none: it is not started. */
  readonly controllers?: readonly string[]
  /** More flags for kube-apiserver, such as `--event-ttl=5s`. */
  readonly apiserverFlags?: readonly string[]
  readonly say?: (line: string) => void
  readonly signal?: AbortSignal
}

export interface ControlPlane extends ControlPlaneAccess {
  /** For another process: `controlPlaneAccess(info)`. */
  readonly info: ControlPlaneInfo
  readonly apiserver: {
    pid(): number
    /** The last lines of its log. */
    output(): string
    /** SIGKILL; resolves when it is gone. etcd keeps all that was written. */
    kill(): Promise<Exit>
    /** Stops in order. */
    halt(): Promise<Exit>
    /** Starts again after `kill` or `halt`: same port, same etcd, same certificate; resolves when ready. */
    start(): Promise<void>
  }
  /** Pids of all processes now running. */
  pids(): readonly number[]
  /** Stops everything and removes its folder. */
  stop(): Promise<void>
}

/**
 * A real control plane of the caller's own on loopback: etcd, kube-apiserver with RBAC, kube-controller-manager; about 4 s, and
 * 900 MB of memory. No kubelet and no scheduler: pods stay Pending. Tests share one through `useControlPlane` unless they break it.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { controllers = usualControllers, say = () => undefined, signal } = options
  const names: BinaryName[] = ['etcd', 'kube-apiserver']
  if (controllers.length > 0) names.push('kube-controller-manager')
  const binaries = await findBinaries(names, { env: process.env, say, signal })
  // A failed attempt leaves nothing: the next one gets a folder and an etcd of its own.
  return withFreePorts(3, (ports) => startOn(ports, controllers, binaries, options))
}

async function startOn(
  [port = 0, etcdPort = 0, peerPort = 0]: readonly number[],
  controllers: readonly string[],
  binaries: Readonly<Partial<Record<BinaryName, string>>>,
  { signal, apiserverFlags = [] }: ControlPlaneOptions,
): Promise<ControlPlane> {
  const folder = await temporaryFolder('controlplane')
  const path = (name: string): string => join(folder.path, name)
  const stops: (() => Promise<unknown>)[] = [() => folder.remove()]
  const stop = async (): Promise<void> => {
    for (const undo of stops.splice(0).reverse()) await undo()
  }
  const run = (name: BinaryName, args: readonly string[], ready?: (signal: AbortSignal) => Promise<boolean>) =>
    startProcess({
      name,
      command: binaries[name] ?? name,
      args,
      logFile: path(`${name}.log`),
      folder: folder.path,
      ...(ready ? { ready: { probe: ready } } : {}),
      signal,
    })

  try {
    const [adminToken, userSecret] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')]
    const webhook = await startUserWebhook(userSecret)
    stops.push(() => webhook.stop())
    await writeFile(path('tokens.csv'), `${adminToken},test-admin,test-admin,"system:masters"\n`, { mode: 0o600 })
    await writeFile(path('service-accounts.key'), signingKey(), { mode: 0o600 })
    await writeFile(path('webhook.json'), webhookConfig(webhook.url))

    const etcdUrl = `http://127.0.0.1:${etcdPort}`
    const etcd = await run('etcd', etcdArgs(path('etcd'), etcdUrl, `http://127.0.0.1:${peerPort}`), async (within) => {
      const health = await fetch(`${etcdUrl}/health`, { signal: within })
      return health.ok
    })
    stops.push(() => etcd.stop(2_000))

    const info = {
      url: `https://127.0.0.1:${port}`,
      caFile: path('apiserver.crt'),
      adminToken,
      userSecret,
      folder: folder.path,
    }
    const launch = (): Promise<RunningProcess> =>
      run('kube-apiserver', [...apiserverArgs(folder.path, port, etcdUrl), ...apiserverFlags], async (within) => {
        const server = { url: info.url, ca: await readFile(info.caFile, 'utf8'), token: adminToken }
        return (await apiRequest(server, 'GET', '/readyz', { signal: within })).status === 200
      })
    let apiserver = await launch()
    stops.push(() => apiserver.stop(2_000))
    const access = controlPlaneAccess(info)

    let manager: RunningProcess | undefined
    if (controllers.length > 0) {
      manager = await run('kube-controller-manager', [
        `--kubeconfig=${access.adminKubeconfig}`,
        `--controllers=${controllers.join(',')}`,
        '--leader-elect=false',
        '--secure-port=0',
      ])
      stops.push(() => manager?.stop(2_000) ?? Promise.resolve())
    }
    return {
      ...access,
      info,
      apiserver: {
        pid: () => apiserver.pid,
        output: () => apiserver.output(),
        kill: () => {
          apiserver.kill('SIGKILL')
          return apiserver.exited
        },
        halt: () => apiserver.stop(),
        start: async () => {
          apiserver = await launch()
        },
      },
      pids: () => [etcd.pid, apiserver.pid, ...(manager ? [manager.pid] : [])],
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
