import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { startProcess, type RunningProcess } from '../process/child-process.ts'
import { postgresBinaries, type Account, type PostgresBinaries } from './embedded-binaries.ts'

/** What every server of ours has: on loopback only, small, in UTC. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '64MB',
  autovacuum_naptime: '10s',
  log_min_messages: 'warning',
  timezone: 'UTC',
}

/** Without fsync a commit is lost when the machine goes down, not when a process is killed. */
const THROWN_AWAY = { fsync: 'off', full_page_writes: 'off' }

export interface ClusterOptions {
  /** Where it lies, or is made. */
  readonly folder: string
  /** Whom the folder belongs to, where that is not this process: `accountForPostgres`. */
  readonly account: Account | undefined
  /** For a copy of the binaries where the account may not read them. */
  readonly scratch: string
  readonly settings: Readonly<Record<string, string>>
  /** False: the data goes anyway, and need not outlive the machine. */
  readonly isKept: boolean
  /** Removed should this process die without having stopped its server. */
  readonly removeWith?: string
  readonly signal: AbortSignal | undefined
}

/** A database cluster in a folder, and how to start its server. */
export interface Cluster {
  readonly binaries: PostgresBinaries
  /** Connection string of the maintenance database, as superuser, for a server on that port. */
  url(port: number): string
  /**
   * Starts the server on a loopback port and waits until it answers. It dies with this process. One that ended a moment
   * ago, or whose process was killed, is waited for: up to 10 s.
   */
  launch(port: number): Promise<RunningProcess>
}

/**
 * Opens the cluster of a folder; where there is none, makes an empty one (UTF-8, C.UTF-8 order, superuser with a
 * password), in one step: a start cut short leaves nothing half made. Cost: 1 s the first time.
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { folder, account, signal } = options
  const binaries = await postgresBinaries(options.scratch, account)
  const owner = account === undefined ? {} : { uid: account.uid, gid: account.gid }
  const env = { ...process.env, LC_ALL: 'C', PGDATA: undefined, PGPORT: undefined }
  const run = { ...owner, cwd: '/', env, signal }
  if (!(await exists(folder))) await makeCluster(options, binaries, run)
  const password = await readFile(join(folder, 'password'), 'utf8')
  const url = (port: number): string => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
  const settings = Object.entries({ ...SETTINGS, ...(options.isKept ? {} : THROWN_AWAY), ...options.settings })
  return {
    binaries,
    url,
    launch: (port) =>
      afterTheLast(signal, () =>
        startProcess({
          ...run,
          name: 'Postgres',
          command: binaries.postgres,
          args: [
            '-D',
            join(folder, 'data'),
            '-p',
            String(port),
            ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
          ],
          // SIGTERM would wait for every client to leave.
          stopSignal: 'SIGINT',
          ...(options.removeWith === undefined ? {} : { folder: options.removeWith }),
          ready: { probe: () => answers(url(port)) },
        }),
      ),
  }
}

type Run = Pick<Parameters<typeof startProcess>[0], 'uid' | 'gid' | 'cwd' | 'env' | 'signal'>

async function makeCluster(
  { folder, account, isKept }: ClusterOptions,
  binaries: PostgresBinaries,
  run: Run,
): Promise<void> {
  const making = `${folder}.new`
  await rm(making, { recursive: true, force: true })
  const data = join(making, 'data')
  const passwordFile = join(making, 'password')
  await mkdir(data, { recursive: true, mode: 0o700 })
  await writeFile(passwordFile, randomBytes(12).toString('hex'), { mode: 0o600 })
  if (account !== undefined)
    for (const path of [making, data, passwordFile]) await chown(path, account.uid, account.gid)
  const initdb = await startProcess({
    ...run,
    name: 'initdb',
    command: binaries.initdb,
    args: [
      `--pgdata=${data}`,
      ...(isKept ? [] : ['--no-sync']),
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ],
  })
  const { code } = await initdb.exited
  if (code !== 0) throw new Error(`initdb ended with exit code ${code}.\n${initdb.output()}`)
  await rename(making, folder)
}

const TRIES = 50
const BETWEEN_MS = 200

/** A server that was killed leaves children that hold its memory until they notice; one whose owner was is being stopped. */
async function afterTheLast<T>(signal: AbortSignal | undefined, launch: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch()
    } catch (error) {
      if (attempt === TRIES || !/pre-existing shared memory|lock file "postmaster.pid"/.test(String(error))) throw error
      await wait(BETWEEN_MS, undefined, { signal })
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } finally {
    await client.end().catch(() => undefined)
  }
}
