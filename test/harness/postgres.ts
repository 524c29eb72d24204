import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import { openCluster } from '#platform/postgres/cluster.ts'
import { accountForPostgres } from '#platform/postgres/embedded-binaries.ts'
import { withFreePorts } from '#platform/process/free-ports.ts'
import { temporaryFolder } from '#platform/process/temporary-folder.ts'
import type { Exit } from './process.ts'

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
    if (account !== undefined) await chown(folder.path, account.uid, account.gid)
    const cluster = await openCluster({
      folder: join(folder.path, 'cluster'),
      account,
      scratch: folder.path,
      // `synchronous_commit` stays on: without it the last commits do get lost with a process that is killed.
      settings: { max_connections: '200', ...options.settings },
      isKept: false,
      removeWith: folder.path,
      signal: options.signal,
    })
    return await withFreePorts(1, async ([port = 0]) => {
      let server = await cluster.launch(port)
      return {
        url: cluster.url(port),
        port,
        pid: () => server.pid,
        output: () => server.output(),
        halt: () => server.stop(),
        kill: () => {
          server.kill('SIGKILL')
          return server.exited
        },
        start: async () => {
          server = await cluster.launch(port)
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
