import { Client } from 'pg'
import { startParts, type Parts } from '../../demo/parts.ts'
import type { ScanTargetObject } from '#operator/kinds.ts'
import { HOME_ACCOUNT } from '#test/harness/aws/aws.ts'
import { startReplayProcess, type Replay } from '#test/harness/aws/replay.ts'
import { startFaultProxy, type FaultProxy } from '#test/harness/fault-proxy.ts'
import { startKubeProxy, type AnsweredPatch, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { installVedette, objectsOf } from '#test/e2e/operator-fixture.ts'
import { SQSClient } from '@aws-sdk/client-sqs'

const ACCOUNTS = 20
export const REGIONS = ['eu-central-1', 'eu-west-1'] as const

/** A target, while it is there and while it is not. */
export interface Home {
  readonly namespace: string
  readonly name: string
  readonly accountId: string
}

/** What a storm stands on: the real parts, each behind a proxy of its own, and who is watched. */
export interface World {
  readonly parts: Parts
  readonly replay: Replay
  /** Between our processes and Postgres. */
  readonly postgres: FaultProxy
  /** Between the operators and the API server. */
  readonly kube: KubeProxy
  /** As an administrator, past the faults. */
  readonly sqs: SQSClient
  readonly namespaces: readonly string[]
  readonly homes: readonly Home[]
}

/** As much of a world as it takes to look into its database. */
export interface Watched extends Pick<World, 'homes' | 'namespaces'> {
  readonly parts: Pick<Parts, 'databaseUrl'>
}

/** Starts the parts and puts schedules into `targets / 20` namespaces; the targets come with `createTargets`. */
export async function buildWorld(of: {
  readonly targets: number
  readonly stops: (() => Promise<unknown>)[]
  readonly say: (line: string) => void
  readonly onPatched: (patch: AnsweredPatch) => void
}): Promise<World> {
  const { stops, say, targets } = of
  const parts = await startParts(stops, say)
  const replay = await startReplayProcess({
    regions: [...REGIONS],
    instancesPerRegion: 20,
    securityGroupsPerRegion: 10,
    latencyMs: 5,
    sqsUrl: parts.aws.url,
  })
  stops.push(() => replay.stop())
  const postgres = await startFaultProxy(parts.databaseUrl)
  stops.push(() => postgres.stop())
  const kube = await startKubeProxy(parts.cluster, { onPatched: of.onPatched })
  stops.push(() => kube.stop())
  await installVedette(objectsOf(() => parts.cluster))
  const sqs = new SQSClient({
    region: REGIONS[0],
    endpoint: parts.aws.url,
    credentials: parts.aws.adminCredentials(HOME_ACCOUNT),
  })
  stops.push(async () => sqs.destroy())

  const namespaces = await Promise.all(
    Array.from({ length: Math.ceil(targets / ACCOUNTS) }, () => parts.cluster.createNamespace('storm')),
  )
  const homes = Array.from({ length: targets }, (_, index) => ({
    namespace: namespaces[Math.floor(index / ACCOUNTS)] ?? '',
    name: `account-${index % ACCOUNTS}`,
    accountId: String(600_000_000_000 + (index % ACCOUNTS)),
  }))
  return { parts, replay, postgres, kube, sqs, namespaces, homes }
}

/** What people let their targets look at: an edit goes from one to another. */
const SCOPES = [
  { regions: [REGIONS[0]], include: ['ec2-instance-imdsv2', 'ec2-sg-remote-admin-ipv4'] },
  { regions: [...REGIONS], include: ['ec2-instance-imdsv2', 'ec2-sg-remote-admin-ipv4'] },
  { regions: [REGIONS[0]], include: ['ec2-instance-imdsv2', 'ec2-instance-iam-role'] },
] as const

export function specOf({ accountId }: Home, pick: number) {
  const scope = SCOPES[Math.floor(pick * SCOPES.length)] ?? SCOPES[0]
  return {
    accountId,
    regions: scope.regions,
    services: ['ec2'],
    checks: { include: scope.include },
    deadlineSeconds: 600,
  }
}

export const pathOf = (plural: string, namespace: string, name = ''): string =>
  `/apis/vedette.dev/v1alpha1/namespaces/${namespace}/${plural}${name === '' ? '' : `/${name}`}`

/** Creates an object of ours, past the faults. False: it is there already. */
export async function create(
  { parts }: Pick<World, 'parts'>,
  kind: 'ScanTarget' | 'ScanSchedule' | 'ScanRequest',
  of: { readonly namespace: string; readonly name: string },
  spec: object,
): Promise<boolean> {
  const path = pathOf(`${kind.toLowerCase()}s`, of.namespace)
  const body = { apiVersion: 'vedette.dev/v1alpha1', kind, metadata: of, spec }
  const { status, body: answer } = await parts.cluster.request('POST', path, { body })
  if (status !== 201 && status !== 409) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`)
  return status === 201
}

/** Merges a change into an object of ours. False: it is not there. */
export async function change(
  { parts }: Pick<World, 'parts'>,
  plural: string,
  of: { readonly namespace: string; readonly name: string },
  body: object,
): Promise<boolean> {
  const path = pathOf(plural, of.namespace, of.name)
  const { status, body: answer } = await parts.cluster.request('PATCH', path, {
    body,
    contentType: 'application/merge-patch+json',
  })
  if (status !== 200 && status !== 404) throw new Error(`PATCH ${path}: ${status} ${JSON.stringify(answer)}`)
  return status === 200
}

export async function listTargets({
  parts,
}: {
  readonly parts: Pick<Parts, 'cluster'>
}): Promise<readonly ScanTargetObject[]> {
  const { body } = await parts.cluster.request('GET', '/apis/vedette.dev/v1alpha1/scantargets')
  return (body as { readonly items: readonly ScanTargetObject[] }).items // a ScanTargetList
}

/** Asks the database, past the faults. Rejects while Postgres is away. */
export async function query<Row extends object>(
  databaseUrl: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const client = new Client({ connectionString: databaseUrl })
  // A server that is killed meanwhile is told by the query.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<Row>(text, [...values])
    return rows
  } finally {
    await client.end().catch(() => undefined)
  }
}
