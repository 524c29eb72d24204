import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { startProcess } from '../process.ts'
import { withLock } from '#platform/process/lock.ts'
import { etcdVersion, kubernetesVersion, neededGo } from './versions.ts'

export const binaryNames = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const

export type BinaryName = (typeof binaryNames)[number]

export interface BuildOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Told what happens and how long it takes. */
  readonly say: (line: string) => void
  readonly signal?: AbortSignal | undefined
}

const [major, minor] = kubernetesVersion.split('.')
const versionPackage = 'k8s.io/component-base/version'

/** Where each comes from and how long it takes on two cores with nothing in Go's caches, in this order. */
const sources = {
  etcd: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3', flags: '', takes: 'half a minute' },
  'kube-apiserver': kubernetes('kube-apiserver', 'about 4 minutes'),
  'kube-controller-manager': kubernetes('kube-controller-manager', 'about a minute'),
  kubectl: kubernetes('kubectl', 'half a minute'),
} as const

function kubernetes(name: string, takes: string) {
  const version = `-X ${versionPackage}.gitVersion=v${kubernetesVersion} -X ${versionPackage}.gitMajor=${major} -X ${versionPackage}.gitMinor=${minor}`
  return { module: 'kubernetes', package: `k8s.io/kubernetes/cmd/${name}`, flags: version, takes }
}

/**
 * Builds those of `names` that `folder` lacks from Go modules (their sums are committed) and puts each there in one step, so that
 * a build cut short leaves only whole binaries. One process at a time builds into a folder; others wait and find the work done.
 * Needs Go, the module proxy and about 3 GB for Go's caches; what is missing is named in the error.
 */
export async function buildBinaries(
  folder: string,
  names: readonly BinaryName[],
  options: BuildOptions,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const { say, signal } = options
  const onWait = (holder: number): void =>
    say(`Process ${holder} is already building the test control plane; waiting for it.`)
  await withLock(join(folder, '.lock'), { onWait, signal }, async () => {
    const missing = await absent(folder, names)
    if (missing.length === 0) return
    await requireGo(missing, options)
    for (const name of missing) await build(folder, name, options)
  })
}

/** Those of `names` that `folder` does not have. */
export async function absent(folder: string, names: readonly BinaryName[]): Promise<readonly BinaryName[]> {
  const have = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (found) => found.isFile(),
        () => false,
      ),
    ),
  )
  return names.filter((_, index) => have[index] !== true)
}

async function build(folder: string, name: BinaryName, { env, say, signal }: BuildOptions): Promise<void> {
  const source = sources[name]
  const version = name === 'etcd' ? etcdVersion : kubernetesVersion
  const started = performance.now()
  const seconds = (): string => `${Math.round((performance.now() - started) / 1000)} s`
  say(`Building ${name} ${version} from its Go modules; ${source.takes} the first time, then it is kept in ${folder}.`)
  const temporary = join(folder, `.${name}.${process.pid}`)
  const compiler = await startProcess({
    name: `go build ${source.package}`,
    command: 'go',
    args: [
      'build',
      '-mod=readonly',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags',
      `-s -w ${source.flags}`,
      '-o',
      temporary,
      source.package,
    ],
    cwd: join(import.meta.dirname, 'modules', source.module),
    env: { ...env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' },
    signal,
  })
  const stop = (): void => void compiler.stop()
  signal?.addEventListener('abort', stop)
  const progress = setInterval(() => say(`Still building ${name} (${seconds()}).`), 30_000)
  const { code } = await compiler.exited
  clearInterval(progress)
  signal?.removeEventListener('abort', stop)
  if (code !== 0) {
    await rm(temporary, { force: true })
    signal?.throwIfAborted()
    throw new Error(`Building ${name} failed (exit code ${code}).\n${compiler.output()}`)
  }
  await rename(temporary, join(folder, name))
  say(`Built ${name} in ${seconds()}.`)
}

async function requireGo(missing: readonly BinaryName[], { env }: BuildOptions): Promise<void> {
  const remedy =
    `It is needed to build ${missing.join(', ')}: tests and the demo run a real Kubernetes API server. ` +
    `Install Go ${neededGo} or newer (https://go.dev/dl/), or set KUBEBUILDER_ASSETS to a folder with these binaries.`
  const go = await startProcess({ name: 'go', command: 'go', args: ['env', 'GOVERSION'], env }).catch(
    (cause: unknown) => {
      throw new Error(`Go is not on PATH. ${remedy}`, { cause })
    },
  )
  await go.exited
  const found = /^go(\d+)\.(\d+)/m.exec(go.output())
  if (found === null) throw new Error(`"go env GOVERSION" does not name a version but says: ${go.output()}\n${remedy}`)
  const [neededMajor = 0, neededMinor = 0] = neededGo.split('.').map(Number)
  const [, goMajor, goMinor] = found.map(Number)
  const enough = (goMajor ?? 0) > neededMajor || (goMajor === neededMajor && (goMinor ?? 0) >= neededMinor)
  if (!enough) throw new Error(`Go ${found[0].slice(2)} is too old. ${remedy}`)
}
