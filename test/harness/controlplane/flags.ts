import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'

/** How etcd is started. */
export function etcdArgs(data: string, clientUrl: string, peerUrl: string): string[] {
  return [
    `--data-dir=${data}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--log-level=warn',
    // A crash of the machine may lose data; tests crash processes only.
    '--unsafe-no-fsync',
  ]
}

/** How kube-apiserver is started; the files it names lie in `folder`. */
export function apiserverArgs(folder: string, port: number, etcdUrl: string): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    // Without a certificate in it, the server issues its own there, valid for the advertised address, and keeps it.
    `--cert-dir=${folder}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--allow-privileged=true',
    // It would refuse pods until the service account controller has run.
    '--disable-admission-plugins=ServiceAccount',
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    `--authentication-token-webhook-config-file=${join(folder, 'webhook.json')}`,
    '--authentication-token-webhook-version=v1',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'service-accounts.key')}`,
    `--service-account-signing-key-file=${join(folder, 'service-accounts.key')}`,
  ]
}

/** A key for service account tokens, PEM. */
export function signingKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
}

/** Tells the API server where to ask who holds a token. */
export function webhookConfig(url: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'users', cluster: { server: url } }],
    users: [{ name: 'apiserver', user: {} }],
    contexts: [{ name: 'users', context: { cluster: 'users', user: 'apiserver' } }],
    'current-context': 'users',
  })
}
