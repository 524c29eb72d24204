import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { GetQueueAttributesCommand, PurgeQueueCommand } from '@aws-sdk/client-sqs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createLogger } from '#platform/log/logger.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import { HOME_ACCOUNT } from '#test/harness/aws/aws.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { createRole, policy } from '#test/harness/aws/roles.ts'
import { startProcess, type RunningProcess } from '#test/harness/process.ts'
import { startPostgresProxy, type PostgresProxy } from '#test/harness/postgres-proxy.ts'
import { startQueueProxy, type QueueProxy } from '#test/harness/queue-proxy.ts'
import { startKubeProxy, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { REGION, startParts, type Parts } from '../../demo/parts.ts'

export const ACCOUNT = '111122223333'
const root = new URL('../../', import.meta.url).pathname
const ROLE = 'vedette-scanner'
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
  start(): Promise<void>
  stop(): Promise<void>
  /** SIGKILL, now; resolves when another one runs in its place, as also follows any other end. */
  replace(): Promise<void>
  /** For an operator. */
  isLeader(): Promise<boolean>
}

export interface Stage {
  readonly parts: Parts
  kubectl(args: readonly string[], input?: string): Promise<string>
  readonly database: Pool
  readonly slots: readonly Slot[]
  /** Which of two buckets is open to the public: what the second scan finds changed. */
  openBucket(which: 0 | 1): Promise<void>
  purgeQueue(): Promise<void>
  /** Waiting, delayed and in flight. */
  queueDepth(): Promise<number>
}

/** Starts the parts, an account with two buckets, two operators and two workers from the bundles in `dist`. */
export async function openStage(of: {
  readonly dist: string
  readonly logs: string
  readonly stops: (() => Promise<unknown>)[]
  readonly say: (line: string) => void
}): Promise<Stage> {
  const { stops, say } = of
  const parts = await startParts(stops, say)
  const { aws } = parts
  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await parts.cluster.kubectl(args, input === undefined ? {} : { input })
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  await kubectl(['apply', '--server-side', '-f', join(root, 'crds'), '-f', join(root, 'deploy/rbac.yaml')])
  await kubectl(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all'])
  aws.account(ACCOUNT).enableRegions([REGION, 'us-east-1', 'us-west-2'])
  // Every namespace has an ExternalId of its own: one role for them all asks for any.
  const condition = { StringLike: { 'sts:ExternalId': '*' } }
  const statement = { Effect: 'Allow', Principal: { AWS: aws.workerRoleArn() }, Action: 'sts:AssumeRole' }
  await createRole(aws, ACCOUNT, {
    name: ROLE,
    trust: { Version: '2012-10-17', Statement: [{ ...statement, Condition: condition }] },
    policy: policy('Allow', ['*']),
  })
  const { s3 } = clientsFor(aws.url, aws.adminCredentials(ACCOUNT), REGION)
  for (const Bucket of BUCKETS)
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }))
  const { sqs } = clientsFor(aws.url, aws.adminCredentials(HOME_ACCOUNT), REGION)
  const log = createLogger({ process: 'test', level: 'silent' })
  const database = createPool({ connectionString: parts.databaseUrl, applicationName: 'chaos', max: 2, log })
  stops.push(() => database.end())
  const names = ['operator-1', 'operator-2', 'worker-1', 'worker-2'] as const
  const slots: Slot[] = []
  for (const name of names) slots.push(await openSlot(parts, name, of))
  return {
    parts,
    kubectl,
    database,
    slots,
    openBucket: (which) => openBucket(s3, which),
    purgeQueue: async () => {
      await sqs.send(new PurgeQueueCommand({ QueueUrl: parts.queueUrl }))
    },
    queueDepth: async () => {
      const asked = {
        QueueUrl: parts.queueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages' as const,
          'ApproximateNumberOfMessagesDelayed' as const,
          'ApproximateNumberOfMessagesNotVisible' as const,
        ],
      }
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand(asked))
      return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0)
    },
  }
}

const BUCKETS = ['crash-first', 'crash-second'] as const

async function openBucket(s3: S3Client, which: 0 | 1): Promise<void> {
  const PublicAccessBlockConfiguration = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  }
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket: BUCKETS[which] }))
  const Bucket = BUCKETS[which === 0 ? 1 : 0]
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }))
}

async function openSlot(
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
      env,
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
    start: async () => {
      isEnding = false
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

/** The target of a case, as its namespace gets it. */
export const TARGET = {
  accountId: ACCOUNT,
  roleName: ROLE,
  regions: [REGION],
  services: ['s3', 'ec2'],
  checks: { include: ['s3-bucket-block-public-access', 'ec2-instance-imdsv2'] },
}
