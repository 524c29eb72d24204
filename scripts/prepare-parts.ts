// Gets the real parts that tests and the demo run on: the Kubernetes control plane, kubectl and moto. Once; then they
// are in the cache, and this takes no time.
import { MOTO, pythonWith } from '#test/harness/python.ts'
import { findBinaries, findKubectl } from '#test/harness/controlplane/binaries.ts'

const say = (line: string): void => console.log(line)
const env = process.env
const parts = await Promise.allSettled([
  findBinaries(['etcd', 'kube-apiserver', 'kube-controller-manager'], { env, say }).then(() =>
    findKubectl({ env, say }),
  ),
  pythonWith(MOTO, { env, log: say, signal: new AbortController().signal }),
])
for (const part of parts) {
  if (part.status === 'fulfilled') continue
  console.error(part.reason instanceof Error ? part.reason.message : part.reason)
  process.exitCode = 1
}
