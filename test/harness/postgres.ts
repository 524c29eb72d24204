import { randomBytes } from 'node:crypto'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { temporaryFolder } from './folder.ts'
import { withFreePorts } from './ports.ts'
import { accountForPostgres, postgresBinaries } from './postgres-binaries.ts'
import { startProcess, type Exit, type RunningProcess } from './process.ts'

/**
 * Without fsync a commit is lost when the machine goes down, not when a process is killed, which is all that tests do.
 * `synchronous_commit` stays on: without it the last commits do get lost with the process. The rest keeps a server small.
 */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '64MB',
  autovacuum_naptime: '10s',
  log_min_messages: 'warning',
  timezone: 'UTC',
}

export interface PostgresServer {
  /** Connection string of the maintenance database, as superuser. */
  readonly url: string
  readonly port: number
  /** Of the postmaster now running. */
  pid(): number
  /** The last lines of the server's log. */
  output(): string
  /** Stops in order: open transactions are rolled back, connections closed ("fast"). */
  halt(): Promise<Exit>
  /** SIGKILL to the postmaster: what a crash looks like to its clients. Resolves when it is gone. */
  kill(): Promise<Exit>
  /** Starts again after `halt` or `kill`: same port, same data. */
  start(): Promise<void>
  /** Stops for good and removes the data. */
  stop(): Promise<void>
}

/**
 * A real Postgres 18 of the caller's own, on a free loopback port, with an empty cluster (UTF-8, C.UTF-8 order, superuser with a
 * password). Takes under a second: tests share one through `usePostgres` unless they stop or configure the server.
 */
export async function startPostgres(
  options: { readonly settings?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {},
): Promise<PostgresServer> {
  const folder = await temporaryFolder('postgres')
  try {
    const account = await accountForPostgres()
    const binaries = await postgresBinaries(folder.path, account)
    const owner = account ?? {}
    const password = randomBytes(12).toString('hex')
    const data = join(folder.path, 'data')
    const passwordFile = join(folder.path, 'password')
    await mkdir(data, { mode: 0o700 })
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (account) for (const path of [folder.path, data, passwordFile]) await chown(path, account.uid, account.gid)
    const env = { ...process.env, LC_ALL: 'C', PGDATA: undefined, PGPORT: undefined }

    const initdb = await startProcess({
      name: 'initdb',
      command: binaries.initdb,
      args: [
        `--pgdata=${data}`,
        '--no-sync',
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
      ],
      ...owner,
      cwd: folder.path,
      env,
      signal: options.signal,
    })
    const { code } = await initdb.exited
    if (code !== 0) throw new Error(`initdb ended with exit code ${code}.\n${initdb.output()}`)

    const launch = (port: number): Promise<RunningProcess> =>
      startProcess({
        name: 'Postgres',
        command: binaries.postgres,
        args: [
          '-D',
          data,
          '-p',
          String(port),
          ...Object.entries({ ...settings, ...options.settings }).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
        ],
        ...owner,
        cwd: folder.path,
        env,
        // SIGTERM would wait for every client to leave.
        stopSignal: 'SIGINT',
        folder: folder.path,
        ready: { probe: () => answers(urlOn(port)) },
        signal: options.signal,
      })
    const urlOn = (port: number): string => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`

    return await withFreePorts(1, async ([port = 0]) => {
      let server = await launch(port)
      return {
        url: urlOn(port),
        port,
        pid: () => server.pid,
        output: () => server.output(),
        halt: () => server.stop(),
        kill: () => {
          server.kill('SIGKILL')
          return server.exited
        },
        start: async () => {
          server = await relaunch(() => launch(port))
        },
        stop: async () => {
          await server.stop()
          await folder.remove()
        },
      }
    })
  } catch (error) {
    await folder.remove()
    throw error
  }
}

/** After a crash the old server's children hold its shared memory until they notice, a moment later. */
async function relaunch(launch: () => Promise<RunningProcess>): Promise<RunningProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch()
    } catch (error) {
      if (attempt === 20 || !/pre-existing shared memory|lock file "postmaster.pid"/.test(String(error))) throw error
    }
  }
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
