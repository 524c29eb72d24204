import { RunInstancesCommand } from '@aws-sdk/client-ec2'
import { CreateBucketCommand, DeletePublicAccessBlockCommand } from '@aws-sdk/client-s3'
import { CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach } from 'vitest'
import { Client } from 'pg'
import { CHECKS } from '#checks/registry.ts'
import type { ScanSpec } from '#core/scan.ts'
import { parseSettings } from '#platform/config/parse.ts'
import { createLogger } from '#platform/log/logger.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import { systemClock } from '#platform/system-clock.ts'
import type { Queue } from '#queue/queue.ts'
import { createSqsQueue } from '#queue/sqs.ts'
import { migrate } from '#store/migrate.ts'
import { requestScan } from '#store/scans.ts'
import { ensureTarget } from '#store/targets.ts'
import { HOME_ACCOUNT, type Aws } from '#test/harness/aws/aws.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { createRole, policy, trustPolicy } from '#test/harness/aws/roles.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { createDatabase, dropDatabase } from '#test/harness/database.ts'
import { usePostgres } from '#test/harness/use.ts'
import { runWorker } from '#worker/worker.ts'

export const ACCOUNT = '111122223333'
export const ROLE = 'vedette-scanner'

const log = createLogger({ process: 'test', level: 'silent' })

async function migrated(url: string): Promise<void> {
  const pool = createPool({ connectionString: url, applicationName: 'test', max: 2, log })
  await migrate(pool, { signal: AbortSignal.timeout(30_000), log })
  await pool.end()
}

export interface ScanRow {
  readonly state: string
  readonly reason: string | null
  readonly message: string | null
  readonly summary: {
    readonly coveragePercent: number
    readonly opened: number
    readonly resolved: number
    readonly findings: Readonly<Record<string, number>>
  } | null
}

/** What a test of the worker has: fresh for each test, with no account seeded and no worker running. */
export interface WorkerFixture {
  readonly aws: Aws
  readonly pool: Pool
  readonly queueUrl: string
  readonly externalId: string
  readonly targetId: string
  /** Makes the role that the target names, as the product asks people to. */
  readonly createScannerRole: (options?: { readonly trust?: object; readonly policy?: object }) => Promise<void>
  readonly request: (spec?: Partial<ScanSpec>) => Promise<string>
  /** Runs a worker in this process until the test ends or `stop` is called. */
  readonly startWorker: (environment?: Readonly<Record<string, string>>) => RunningWorker
  /** The scan, once it has ended. */
  readonly ended: (scanId: string, withinMs?: number) => Promise<ScanRow>
  /** Resolves as soon as `read` gives something; asked whenever a scan or job changes state, and every 100 ms. */
  readonly eventually: <T>(read: () => Promise<T | undefined>, withinMs?: number) => Promise<T>
  readonly send: (body: string) => Promise<void>
  /** What a worker needs to be told, as environment variables, without who it is. */
  readonly environment: Readonly<Record<string, string>>
  /** The queues, as an administrator sees them. */
  readonly queue: Queue
  readonly deadLetters: Queue
}

export interface RunningWorker {
  /** Lines of its log, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  readonly stop: () => Promise<void>
}

export const REGION = 'eu-central-1'
/** One check, one region: what most tests need to look at. */
export const SMALL = {
  regions: [REGION],
  services: ['ec2'],
  checks: { include: ['ec2-instance-imdsv2'], exclude: [], minSeverity: null, parameters: [] },
}

/** An account with a role for us, an instance without IMDSv2 and a bucket without its public access block. */
export async function seed({ aws, createScannerRole }: WorkerFixture): Promise<{ readonly instanceId: string }> {
  // Besides: the home region, and the one that answers for multi-region access points.
  aws.account(ACCOUNT).enableRegions([REGION, 'us-east-1', 'us-west-2'])
  await createScannerRole()
  const { ec2, s3 } = clientsFor(aws.url, aws.adminCredentials(ACCOUNT), REGION)
  const instance = { ImageId: 'ami-12345678', MinCount: 1, MaxCount: 1 }
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({ ...instance, MetadataOptions: { HttpTokens: 'optional' } }),
  )
  const Bucket = 'reports'
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }))
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
  return { instanceId: Instances[0]?.InstanceId ?? '' }
}

/** Real Postgres, moto behind AWS's rules, SQS: see the harness. */
export function useWorker(): { readonly now: WorkerFixture } {
  const cloud = useAws()
  const server = usePostgres()
  let held: { fixture: WorkerFixture; close: () => Promise<void> } | undefined
  beforeEach(async () => {
    await cloud.aws.reset()
    const url = await createDatabase(server.serverUrl, { name: 'worker-e2e', prepare: migrated })
    const made = await open(cloud.aws, url)
    held = {
      fixture: made.fixture,
      close: async () => {
        await made.close()
        await dropDatabase(server.serverUrl, url)
      },
    }
  })
  afterEach(() => held?.close())
  return {
    get now() {
      if (held === undefined) throw new Error('useWorker() is there inside tests only')
      return held.fixture
    },
  }
}

async function open(aws: Aws, url: string): Promise<{ fixture: WorkerFixture; close: () => Promise<void> }> {
  const pool = createPool({ connectionString: url, applicationName: 'test', max: 4, log })
  const { sqs } = clientsFor(aws.url, aws.adminCredentials(HOME_ACCOUNT))
  const { QueueUrl: queueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }))
  const { QueueUrl: deadLetterQueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'dead-letters' }))
  const signal = AbortSignal.timeout(120_000)
  const target = await ensureTarget(pool, {
    namespace: 'team-a',
    namespaceUid: 'ns-1',
    name: 'prod',
    uid: 'target-1',
    partition: 'aws',
    accountId: ACCOUNT,
    signal,
  })
  if (target.kind !== 'ok') throw new Error(`the target could not be made: ${target.kind}`)
  const { targetId, externalId } = target
  const workers: RunningWorker[] = []
  let token = 0

  const changes = new Client({ connectionString: url })
  await changes.connect()
  await changes.query('listen vedette')
  let change = Promise.withResolvers<void>()
  const changed = (): void => {
    change.resolve()
    change = Promise.withResolvers<void>()
  }
  changes.on('notification', changed)
  // What is not notified: listings, dead letters.
  const ticking = setInterval(changed, 100)

  const eventually: WorkerFixture['eventually'] = async (read, withinMs = 60_000) => {
    const until = AbortSignal.timeout(withinMs)
    for (;;) {
      const found = await read()
      if (found !== undefined) return found
      until.throwIfAborted()
      await change.promise
    }
  }
  const scanRow = async (scanId: string): Promise<ScanRow> => {
    const { rows } = await pool.query<ScanRow>('select state, reason, message, summary from scans where id = $1', [
      scanId,
    ])
    if (rows[0] === undefined) throw new Error(`there is no scan ${scanId}`)
    return rows[0]
  }

  const fixture: WorkerFixture = {
    aws,
    pool,
    environment: {
      VEDETTE_DATABASE_URL: url,
      VEDETTE_QUEUE_URL: queueUrl,
      VEDETTE_DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
      VEDETTE_HTTP_HOST: '127.0.0.1',
      VEDETTE_HTTP_PORT: '0',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: aws.url,
    },
    queue: createSqsQueue({ client: sqs, url: queueUrl }),
    deadLetters: createSqsQueue({ client: sqs, url: deadLetterQueueUrl }),
    queueUrl,
    externalId,
    targetId,
    createScannerRole: async (options = {}) => {
      await createRole(aws, ACCOUNT, {
        name: ROLE,
        trust: options.trust ?? trustPolicy(aws.workerRoleArn(), externalId),
        policy: options.policy ?? policy('Allow', ['*']),
      })
    },
    request: async (spec = {}) => {
      const asked = await requestScan(pool, {
        targetId,
        generation: 1,
        spec: {
          partition: 'aws',
          accountId: ACCOUNT,
          roleArn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`,
          externalId,
          regions: null,
          services: null,
          checks: { include: CHECKS.map(({ id }) => id), exclude: [], minSeverity: null, parameters: [] },
          deadlineSeconds: 600,
          isWholeTarget: true,
          ...spec,
        },
        trigger: { kind: 'annotation', token: String(token++) },
        signal,
      })
      if (asked.kind !== 'requested') throw new Error('the target is gone')
      return asked.scanId
    },
    startWorker: (environment = {}) => {
      const worker = start({
        credentials: aws.workerCredentials(),
        environment: { ...fixture.environment, ...environment },
      })
      workers.push(worker)
      return worker
    },
    ended: async (scanId, withinMs = 60_000) =>
      eventually(async () => {
        const row = await scanRow(scanId)
        return row.state === 'Pending' || row.state === 'Running' ? undefined : row
      }, withinMs),
    eventually,
    send: async (MessageBody) => {
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }))
    },
  }
  return {
    fixture,
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop()))
      clearInterval(ticking)
      await changes.end()
      await pool.end()
      sqs.destroy()
    },
  }
}

function start(of: {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly environment: Readonly<Record<string, string>>
}): RunningWorker {
  const stop = new AbortController()
  const lines: Readonly<Record<string, unknown>>[] = []
  const running = runWorker({
    settings: parseSettings('worker', of.environment),
    log: createLogger({
      process: 'worker',
      level: 'info',
      destination: { write: (line) => void lines.push(JSON.parse(line)) },
    }),
    clock: systemClock,
    signal: stop.signal,
    baseCredentials: () => Promise.resolve(of.credentials),
  })
  return {
    lines,
    stop: async () => {
      stop.abort()
      await running
    },
  }
}
