import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { GetQueueAttributesCommand, PurgeQueueCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import { join } from 'node:path'
import { createLogger } from '#platform/log/logger.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import { HOME_ACCOUNT } from '#test/harness/aws/aws.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { createRole, policy } from '#test/harness/aws/roles.ts'
import { REGION, startParts, type Parts } from '../../demo/parts.ts'
import { openSlot, type Slot } from './slot.ts'

export const ACCOUNT = '111122223333'
const root = new URL('../../', import.meta.url).pathname
const ROLE = 'vedette-scanner'

export interface Stage {
  readonly parts: Parts
  kubectl(args: readonly string[], input?: string): Promise<string>
  readonly database: Pool
  readonly slots: readonly Slot[]
  /** Which of two buckets is open to the public: what the second scan finds changed. */
  openBucket(which: 0 | 1): Promise<void>
  purgeQueue(): Promise<void>
  /** Puts messages on the queue, as if they were delivered again. */
  send(bodies: readonly string[]): Promise<void>
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
    send: async (bodies) => {
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }))
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: parts.queueUrl, Entries }))
      if (Failed.length > 0) throw new Error(`the queue refused ${Failed.length} messages`)
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

/** The target of a case, as its namespace gets it. */
export const TARGET = {
  accountId: ACCOUNT,
  roleName: ROLE,
  regions: [REGION],
  services: ['s3', 'ec2'],
  checks: { include: ['s3-bucket-block-public-access', 'ec2-instance-imdsv2'] },
}
