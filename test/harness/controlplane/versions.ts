/** Kubernetes as tests and the demo run it. A bump: change it here, then run `node scripts/controlplane/modules.ts`. */
export const kubernetesVersion = '1.34.4'

/** The newest etcd 3.6 that Go 1.24 builds; Kubernetes 1.34 is tested with 3.6. */
export const etcdVersion = '3.6.8'

/** The Go that the newest of the two modules asks for. */
export const neededGo = '1.24'

/** The official archive of test binaries nearest to `kubernetesVersion`: not every patch release has one. */
export const envtestVersion = '1.34.1'
