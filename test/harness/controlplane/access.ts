import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiRequest, type ApiResponse } from './api-request.ts'
import { findKubectl } from './binaries.ts'
import { userToken } from './users.ts'

/** All that a process needs to talk to a running control plane; plain data, so that it can be handed to test workers. */
export interface ControlPlaneInfo {
  /** `https://127.0.0.1:<port>` */
  readonly url: string
  /** PEM file with the authority that the server's certificate chains to. */
  readonly caFile: string
  readonly adminToken: string
  readonly userSecret: string
  readonly folder: string
}

export interface KubectlResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ControlPlaneAccess {
  readonly url: string
  readonly caFile: string
  /** PEM files with which a proxy can stand in for the server. */
  readonly servingCertificate: { readonly certFile: string; readonly keyFile: string }
  /** Path of a kubeconfig in group system:masters. */
  readonly adminKubeconfig: string
  /** Path of a kubeconfig that makes its holder `user` in `groups`: RBAC decides what they may do. `server`: a proxy's address. */
  kubeconfig(user: string, groups?: readonly string[], server?: string): string
  /** Path of a kubeconfig with a token that the API server issued for an existing service account, valid for an hour. */
  serviceAccountKubeconfig(namespace: string, name: string, server?: string): Promise<string>
  /** Creates a namespace `<prefix>-<random>` and returns its name: what a test puts there collides with nobody. */
  createNamespace(prefix?: string): Promise<string>
  /** A raw request as admin; any status is a value. */
  request(method: string, path: string, options?: Parameters<typeof apiRequest>[3]): Promise<ApiResponse>
  /** Runs the real kubectl, as admin unless told another kubeconfig; `input` is its stdin. Any exit code is a value. */
  kubectl(
    args: readonly string[],
    options?: { readonly kubeconfig?: string; readonly input?: string; readonly signal?: AbortSignal },
  ): Promise<KubectlResult>
}

/** The way into a control plane that this or another process runs. */
export function controlPlaneAccess(info: ControlPlaneInfo): ControlPlaneAccess {
  const ca = readFileSync(info.caFile, 'utf8')
  const write = (token: string, server = info.url): string => writeKubeconfig(info, token, server)
  const request: ControlPlaneAccess['request'] = (method, path, options) =>
    apiRequest({ url: info.url, ca, token: info.adminToken }, method, path, options)
  const create = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await request('POST', path, { body })
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const adminKubeconfig = write(info.adminToken)
  let kubectlPath: Promise<string> | undefined

  return {
    url: info.url,
    caFile: info.caFile,
    servingCertificate: { certFile: info.caFile, keyFile: join(info.folder, 'apiserver.key') },
    adminKubeconfig,
    request,
    kubeconfig: (user, groups = [], server) => write(userToken({ name: user, groups }, info.userSecret), server),
    serviceAccountKubeconfig: async (namespace, name, server) => {
      const issued = await create(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 3600 },
      })
      const { status } = issued as { readonly status: { readonly token: string } } // a TokenRequest that was granted
      return write(status.token, server)
    },
    createNamespace: async (prefix = 'test') => {
      const metadata = { generateName: `${prefix}-` }
      const created = await create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata })
      const namespace = created as { readonly metadata: { readonly name: string } } // a Namespace
      return namespace.metadata.name
    },
    kubectl: async (args, { kubeconfig = adminKubeconfig, input, signal } = {}) => {
      kubectlPath ??= findKubectl({ env: process.env, say: (line) => console.error(line), signal })
      const command = await kubectlPath
      return new Promise((resolve, reject) => {
        const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(info.folder, 'kubectl-cache') }
        const options = { env, maxBuffer: 64 * 1024 * 1024, ...(signal ? { signal } : {}) }
        const child = execFile(command, args, options, (error, stdout, stderr) => {
          if (error && typeof error.code !== 'number') return reject(error)
          resolve({ code: child.exitCode ?? 1, stdout, stderr })
        })
        // A kubectl that refuses its arguments ends without reading.
        child.stdin?.on('error', () => undefined)
        child.stdin?.end(input)
      })
    },
  }
}

/** As JSON, which is YAML too. */
function writeKubeconfig(info: ControlPlaneInfo, token: string, server: string): string {
  const path = join(info.folder, `kubeconfig-${randomBytes(6).toString('hex')}`)
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': info.caFile } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  }
  writeFileSync(path, JSON.stringify(config, undefined, 2), { mode: 0o600 })
  return path
}
