import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { withFreePorts } from '../process/free-ports.ts'
import { takeLock, type TakenLock } from '../process/lock.ts'
import { temporaryFolder } from '../process/temporary-folder.ts'
import { openCluster, type Cluster } from './cluster.ts'
import { accountForPostgres, closedFolder, type Account } from './embedded-binaries.ts'

export interface EmbeddedPostgres {
  /** Connection string, as superuser. */
  readonly url: string
  readonly pid: number
  /** Stops the server; a folder that was not asked for goes with it. */
  close(): Promise<void>
}

export type OpenedPostgres =
  | { readonly kind: 'opened'; readonly postgres: EmbeddedPostgres }
  /** A sentence that says why, and what to do. */
  | { readonly kind: 'refused'; readonly message: string }

/** Of the scans of one program; the rest is for whoever looks into it by hand. */
const SETTINGS = { max_connections: '50' }

/**
 * A Postgres of this process's own, without any set-up: the server from npm, on a loopback port. With `state` the data
 * stays in that folder, which one process uses at a time; without, it lies in a temporary one and is gone afterwards,
 * also when this process is killed. A folder whose last user was killed is recovered. Cost: 0.1 s, 0.6 s the first time.
 */
export async function openEmbeddedPostgres(options: {
  readonly state: string | null
  readonly signal: AbortSignal
}): Promise<OpenedPostgres> {
  const account = await accountForPostgres()
  return options.state === null
    ? openTemporary(account, options.signal)
    : openState(resolve(options.state), account, options.signal)
}

async function openTemporary(account: Account | undefined, signal: AbortSignal): Promise<OpenedPostgres> {
  const folder = await temporaryFolder('scan')
  try {
    const closed = await letIn(folder.path, account)
    if (closed !== undefined) {
      await folder.remove()
      return refused(`${closed}: set TMPDIR to a folder that everybody may pass through, or run as an ordinary user.`)
    }
    if (account !== undefined) await chown(folder.path, account.uid, account.gid)
    const cluster = await openCluster({
      folder: join(folder.path, 'postgres'),
      account,
      scratch: folder.path,
      settings: SETTINGS,
      isKept: false,
      removeWith: folder.path,
      signal,
    })
    return await serve(cluster, () => folder.remove())
  } catch (error) {
    await folder.remove()
    throw error
  }
}

async function openState(state: string, account: Account | undefined, signal: AbortSignal): Promise<OpenedPostgres> {
  await mkdir(state, { recursive: true, mode: 0o700 })
  const closed = await letIn(state, account)
  if (closed !== undefined) {
    return refused(
      `${closed}: choose a state folder that everybody may pass through, such as /var/lib/vedette, or run as an ordinary user.`,
    )
  }
  const lock = await takeLock(join(state, 'lock'))
  if (lock.kind === 'held') return refused(inUse(state, lock))
  const scratch = await temporaryFolder('server')
  const leave = async (): Promise<void> => {
    await scratch.remove()
    await lock.release()
  }
  try {
    if (account !== undefined) await chown(scratch.path, account.uid, account.gid)
    const folder = join(state, 'postgres')
    const foreign = await foreignOwner(folder, account)
    if (foreign !== undefined) {
      await leave()
      return refused(foreign)
    }
    const cluster = await openCluster({
      folder,
      account,
      scratch: scratch.path,
      settings: SETTINGS,
      isKept: true,
      signal,
    })
    const other = await otherVersion(folder, cluster)
    if (other !== undefined) {
      await leave()
      return refused(other)
    }
    return await serve(cluster, leave)
  } catch (error) {
    await leave()
    if (/lock file "postmaster.pid"/.test(String(error))) return refused(inUse(state))
    throw error
  }
}

async function serve(cluster: Cluster, leave: () => Promise<void>): Promise<OpenedPostgres> {
  return withFreePorts(1, async ([port = 0]) => {
    const server = await cluster.launch(port)
    return {
      kind: 'opened',
      postgres: {
        url: cluster.url(port),
        pid: server.pid,
        close: async () => {
          await server.stop()
          await leave()
        },
      },
    }
  })
}

/** What keeps the account that Postgres runs as out of the folder; undefined: nothing, now. */
async function letIn(folder: string, account: Account | undefined): Promise<string | undefined> {
  if (account === undefined) return undefined
  // Passing through is enough; what lies in it is the account's own, and closed.
  const { mode } = await stat(folder)
  await chmod(folder, mode | 0o011)
  const closed = await closedFolder(folder)
  if (closed === undefined) return undefined
  return `Postgres refuses to run as root and runs as "${account.name}" instead, who may not enter ${closed}`
}

async function foreignOwner(folder: string, account: Account | undefined): Promise<string | undefined> {
  const wanted = account?.uid ?? process.getuid?.()
  const owner = await stat(join(folder, 'data')).then(
    ({ uid }) => uid,
    () => undefined,
  )
  if (owner === undefined || wanted === undefined || owner === wanted) return undefined
  return `${folder} belongs to the user with id ${owner}, and Postgres runs as the one with id ${wanted}: scan as the user who made the state folder, or choose another one.`
}

/** Data of one major version of Postgres cannot be read by another. */
async function otherVersion(folder: string, { binaries }: Cluster): Promise<string | undefined> {
  const written = (await readFile(join(folder, 'data', 'PG_VERSION'), 'utf8')).trim()
  const { stdout } = await promisify(execFile)(binaries.postgres, ['--version'])
  const ours = /\b(\d+)/.exec(stdout)?.[1] ?? ''
  if (written === ours) return undefined
  return `${folder} was written by Postgres ${written}, and this version of Vedette brings Postgres ${ours}, which cannot read it: scan with another state folder, or move this one with pg_dump and pg_restore.`
}

function inUse(state: string, lock?: Extract<TakenLock, { kind: 'held' }>): string {
  const holder = lock === undefined ? 'a Postgres that is running' : `process ${lock.pid} on ${lock.host}`
  return `The state folder ${state} is in use by ${holder}: wait until that scan has ended, or choose another one.`
}

function refused(message: string): OpenedPostgres {
  return { kind: 'refused', message }
}
