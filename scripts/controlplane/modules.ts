/**
 * Writes the two Go modules (`go.mod`, `go.sum`) from which the test control plane is built, for the versions in
 * `test/harness/controlplane/versions.ts`. They are committed: a build then uses exactly the sources whose sums were reviewed.
 *
 *   node scripts/controlplane/modules.ts
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { etcdVersion, kubernetesVersion, neededGo } from '#test/harness/controlplane/versions.ts'

const modules = join(import.meta.dirname, '../../test/harness/controlplane/modules')
const header = '// Written by scripts/controlplane/modules.ts; do not edit.\n'

/** `k8s.io/kubernetes` names its staging modules at v0.0.0, which exists nowhere: each is replaced by its published twin. */
function stagingReplaces(version: string): string[] {
  const download = JSON.parse(go(['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`], modules)) as {
    readonly GoMod: string // documented in `go help mod download`
  }
  const edit = JSON.parse(go(['mod', 'edit', '-json', download.GoMod], modules)) as {
    readonly Require: readonly { readonly Path: string; readonly Version: string }[] // documented in `go help mod edit`
  }
  const published = `v0.${version.split('.').slice(1).join('.')}`
  return edit.Require.filter((one) => one.Version === 'v0.0.0').map(
    (one) => `replace ${one.Path} => ${one.Path} ${published}`,
  )
}

function go(args: readonly string[], cwd: string): string {
  return execFileSync('go', [...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

function write(name: string, lines: readonly string[]): void {
  const folder = join(modules, name)
  mkdirSync(folder, { recursive: true })
  rmSync(join(folder, 'go.sum'), { force: true })
  writeFileSync(join(folder, 'go.mod'), `${header}${lines.join('\n')}\n`)
  go(['mod', 'tidy'], folder)
}

mkdirSync(modules, { recursive: true })
write('kubernetes', [
  'module vedette.dev/controlplane/kubernetes',
  `go ${neededGo}`,
  ...['kube-apiserver', 'kube-controller-manager', 'kubectl'].map((name) => `tool k8s.io/kubernetes/cmd/${name}`),
  `require k8s.io/kubernetes v${kubernetesVersion}`,
  ...stagingReplaces(kubernetesVersion),
])
write('etcd', [
  'module vedette.dev/controlplane/etcd',
  `go ${neededGo}`,
  'tool go.etcd.io/etcd/server/v3',
  `require go.etcd.io/etcd/server/v3 v${etcdVersion}`,
])
