import { pathToFileURL } from 'node:url'
import { createQueues, REGION } from '../../demo/parts.ts'
import { bundle } from '../../scripts/bundle.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { systemClock } from '#platform/system-clock.ts'
import { migrate } from '#store/migrate.ts'
import { never, silent, testPool } from '#test/builders/store.ts'
import { startAws, type Aws } from '#test/harness/aws/aws.ts'
import { temporaryFolder } from '#platform/process/temporary-folder.ts'
import { startPostgres } from '#test/harness/postgres.ts'
import { startProcess, type RunningProcess } from '#test/harness/process.ts'
import { environmentOfTheImage } from './image.ts'

/** What a worker stands on: a real Postgres with our schema, and moto, which has the queue. */
export interface Stage {
  readonly pool: Pool
  readonly aws: Aws
  /** Starts the worker that the image runs, with its Node flags, and waits until it takes jobs. */
  readonly startWorker: (options?: WorkerOptions) => Promise<RunningProcess>
  /** The scan, once it has ended; rejects when the worker ends first. */
  readonly ended: (scanId: string, worker: RunningProcess) => Promise<EndedScan>
  readonly stop: () => Promise<void>
}

export interface WorkerOptions {
  /** The AWS that it asks; default: moto behind AWS's rules. */
  readonly endpoint?: string
  readonly environment?: Readonly<Record<string, string>>
}

export interface EndedScan {
  readonly state: string
  readonly reason: string | null
  readonly message: string | null
  readonly summary: { readonly coveragePercent: number; readonly opened: number } | null
}

export async function startStage(): Promise<Stage> {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const folder = await temporaryFolder('bench')
    stops.push(() => folder.remove())
    await bundle('worker', pathToFileURL(`${folder.path}/`))
    const aws = await startAws()
    stops.push(() => aws.stop())
    const postgres = await startPostgres()
    stops.push(() => postgres.stop())
    const pool = testPool(postgres.url, 10)
    stops.push(() => pool.end())
    await migrate(pool, { signal: never, log: silent })
    const { queueUrl, deadLetterQueueUrl } = await createQueues(aws)
    const image = await environmentOfTheImage()

    const startWorker: Stage['startWorker'] = async ({ endpoint = aws.url, environment = {} } = {}) => {
      const worker = await startProcess({
        name: 'the worker',
        command: process.execPath,
        args: [`${folder.path}/worker.js`],
        env: {
          PATH: process.env['PATH'],
          ...image,
          ...aws.env({ region: REGION }),
          AWS_ENDPOINT_URL: endpoint,
          VEDETTE_DATABASE_URL: postgres.url,
          VEDETTE_QUEUE_URL: queueUrl,
          VEDETTE_DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
          VEDETTE_HTTP_HOST: '127.0.0.1',
          VEDETTE_HTTP_PORT: '0',
          ...environment,
        },
        ready: { line: /"message":"ready"/ },
      })
      stops.push(() => worker.stop())
      return worker
    }
    const ended = async (scanId: string, worker: RunningProcess): Promise<EndedScan> => {
      let isGone = false
      void worker.exited.then(() => (isGone = true))
      for (;;) {
        if (isGone) throw new Error(`the worker ended before the scan.\n${worker.output()}`)
        const { rows } = await pool.query<EndedScan>(
          'select state, reason, message, summary from scans where id = $1 and finished_at is not null',
          [scanId],
        )
        if (rows[0] !== undefined) return rows[0]
        await systemClock.sleep(100, never)
      }
    }
    return { pool, aws, startWorker, ended, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
