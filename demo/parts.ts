import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startAws, HOME_ACCOUNT, type Aws } from '#test/harness/aws/aws.ts'
import { startControlPlane, type ControlPlane } from '#test/harness/controlplane/start.ts'
import { createDatabase } from '#test/harness/database.ts'
import { startPostgres, type PostgresServer } from '#test/harness/postgres.ts'
import { startProcess, type RunningProcess } from '#platform/process/child-process.ts'

export const REGION = 'eu-central-1'
const root = new URL('../', import.meta.url).pathname

/** Everything that the product runs on, started and empty. */
export interface Parts {
  readonly cluster: ControlPlane
  readonly postgres: PostgresServer
  readonly databaseUrl: string
  readonly aws: Aws
  readonly queueUrl: string
  readonly deadLetterQueueUrl: string
}

/** Starts the real parts side by side; what was started is stopped by `stops`, last first, also when another part fails. */
export async function startParts(stops: (() => Promise<unknown>)[], say: (line: string) => void): Promise<Parts> {
  const kept = async <T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> => {
    const part = await starting
    stops.push(() => part.stop())
    return part
  }
  const settled = await Promise.allSettled([kept(startControlPlane({ say })), kept(startPostgres()), kept(startAws())])
  const [cluster, postgres, aws] = settled
  for (const part of settled) if (part.status === 'rejected') throw part.reason
  if (cluster.status !== 'fulfilled' || postgres.status !== 'fulfilled' || aws.status !== 'fulfilled')
    throw new Error('a part did not start')
  return {
    cluster: cluster.value,
    postgres: postgres.value,
    databaseUrl: await createDatabase(postgres.value.url),
    aws: aws.value,
    ...(await createQueues(aws.value)),
  }
}

/** A queue and its dead-letter queue, as `deploy/` would make them: `<name>-jobs` and `<name>-dead-letters`. */
export async function createQueues(
  aws: Aws,
  name = 'vedette',
): Promise<{ readonly queueUrl: string; readonly deadLetterQueueUrl: string }> {
  const sqs = new SQSClient({ region: REGION, endpoint: aws.url, credentials: aws.adminCredentials(HOME_ACCOUNT) })
  try {
    const deadLetters = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dead-letters` }))
    const deadLetterQueueUrl = deadLetters.QueueUrl ?? ''
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
    )
    const redrive = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 100 }
    const queue = await sqs.send(
      new CreateQueueCommand({ QueueName: `${name}-jobs`, Attributes: { RedrivePolicy: JSON.stringify(redrive) } }),
    )
    return { queueUrl: queue.QueueUrl ?? '', deadLetterQueueUrl }
  } finally {
    sqs.destroy()
  }
}

/** Our own processes, as the deployment would run them: from source, with their own identities. */
export interface Processes {
  readonly operator: RunningProcess
  readonly workers: readonly RunningProcess[]
  /** `http://127.0.0.1:port` of each, operator first. */
  readonly urls: readonly string[]
}

export interface LaunchOptions {
  readonly parts: Parts
  readonly stops: (() => Promise<unknown>)[]
  readonly logFolder: string
  readonly workers: number
  /** Which file each process runs; the sources by default, a bundle in its test. */
  readonly entry?: (name: 'operator' | 'worker') => string
  readonly environment?: Readonly<Record<string, string>>
}

/** Starts the operator and the workers and waits until they are ready. */
export async function launch({
  parts,
  stops,
  logFolder,
  workers,
  environment = {},
  ...options
}: LaunchOptions): Promise<Processes> {
  const entry = options.entry ?? ((name) => join(root, name, 'main.ts'))
  await mkdir(logFolder, { recursive: true })
  const kubeconfig = await parts.cluster.serviceAccountKubeconfig('vedette-system', 'vedette-operator')
  const shared = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_OPTIONS: '--enable-source-maps',
    VEDETTE_DATABASE_URL: parts.databaseUrl,
    VEDETTE_QUEUE_URL: parts.queueUrl,
    VEDETTE_DEAD_LETTER_QUEUE_URL: parts.deadLetterQueueUrl,
    VEDETTE_HTTP_HOST: '127.0.0.1',
    VEDETTE_HTTP_PORT: '0',
    ...parts.aws.env({ region: REGION }),
    ...environment,
  }
  const run = async (
    name: string,
    kind: 'operator' | 'worker',
    env: Readonly<Record<string, string>>,
  ): Promise<RunningProcess> => {
    const child = await startProcess({
      name,
      command: process.execPath,
      args: [entry(kind)],
      cwd: root,
      env: { ...shared, ...env },
      logFile: join(logFolder, `${name}.log`),
      ready: { line: /"message":"ready"/ },
    })
    stops.push(() => child.stop())
    return child
  }
  const [operator, ...started] = await Promise.all([
    run('operator', 'operator', { KUBECONFIG: kubeconfig, VEDETTE_NAMESPACE: 'vedette-system' }),
    ...Array.from({ length: workers }, (_, index) => run(`worker-${index + 1}`, 'worker', {})),
  ])
  const urls = await Promise.all([operator, ...started].map(urlOf))
  return { operator, workers: started, urls }
}

async function urlOf(child: RunningProcess): Promise<string> {
  const line: { readonly port?: number } = JSON.parse(await child.line(/"message":"ready"/))
  return `http://127.0.0.1:${line.port}`
}
