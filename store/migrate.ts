import { readdir, readFile } from 'node:fs/promises'
import { hash } from 'node:crypto'
import { Umzug, type UmzugStorage } from 'umzug'
import type { Logger } from '#platform/log/logger.ts'
import { connectUntil, type Pool } from '#platform/postgres/pool.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import { errorCode } from '#platform/postgres/errors.ts'
import { transactionOn } from '#platform/postgres/transaction.ts'

/** Raised together with `schema_info.major` by a migration that older code cannot work with. */
export const SCHEMA_MAJOR = 1

/** Where the migrations lie: beside this module, or beside the bundle that holds it. */
export const MIGRATIONS: URL = new URL('./migrations/', import.meta.url)

/** Any number, as long as it stays: the advisory lock that migrating processes wait for. */
const LOCK = 7_210_340_117

interface Migration {
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

export interface MigrateOptions {
  readonly signal: AbortSignal
  readonly log: Logger
  readonly folder?: URL
}

/**
 * Brings the database to the newest schema. Safe to run from many pods at once: one migrates, the others wait on an
 * advisory lock (of a session of its own) and find nothing left to do. Each migration is one transaction with its
 * record. Throws when a migration that was applied has been edited since, or when the schema is of a newer major.
 */
export async function migrate(pool: Pool, options: MigrateOptions): Promise<{ readonly applied: readonly string[] }> {
  const { signal, log } = options
  const migrations = await readMigrations(options.folder ?? MIGRATIONS)
  const session = await connectUntil(pool, signal)
  try {
    await session.query('select pg_advisory_lock($1)', [LOCK])
    await session.query(
      `create table if not exists schema_migrations (
         name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    )
    await refuseNewerMajor(session)
    await refuseEdited(session, migrations)
    const storage: UmzugStorage<Sql> = {
      executed: async ({ context }) => (await recorded(context)).map(({ name }) => name),
      // Recorded in the migration's own transaction, below.
      logMigration: () => Promise.resolve(),
      unlogMigration: () => Promise.reject(new Error('migrations only go forward')),
    }
    const umzug = new Umzug<Sql>({
      migrations: migrations.map(({ name, sql, checksum }) => ({
        name,
        up: () =>
          transactionOn(session, signal, async (tx) => {
            await tx.query(sql)
            await tx.query('insert into schema_migrations (name, checksum) values ($1, $2)', [name, checksum])
          }),
      })),
      context: session,
      storage,
      logger: undefined,
    })
    const applied = (await umzug.up()).map(({ name }) => name)
    if (applied.length > 0) log.info({ applied }, 'database migrated')
    await session.query('select pg_advisory_unlock($1)', [LOCK])
    return { applied }
  } catch (error) {
    // Closing the session is what surely gives the lock back.
    session.release(true)
    throw error
  } finally {
    session.release()
  }
}

/** The schema is of a newer major than this program knows. */
export class SchemaTooNew extends Error {
  constructor(major: number) {
    super(
      `The database has schema ${major}.x and this program knows ${SCHEMA_MAJOR}.x: deploy the version that migrated it, or a later one.`,
    )
    this.name = 'SchemaTooNew'
  }
}

/** Migrations that this program needs have not been applied. */
export class SchemaTooOld extends Error {
  constructor(missing: readonly string[]) {
    super(
      `The database lacks the migrations ${missing.join(', ')}: start the operator of this version first, which applies them.`,
    )
    this.name = 'SchemaTooOld'
  }
}

/** For processes that do not migrate: throws `SchemaTooNew` or `SchemaTooOld`, whose messages say what to do. */
export async function assertSchema(pool: Pool, options: { readonly folder?: URL } = {}): Promise<void> {
  const migrations = await readMigrations(options.folder ?? MIGRATIONS)
  await refuseNewerMajor(pool)
  const applied = new Set((await recorded(pool)).map(({ name }) => name))
  const missing = migrations.map(({ name }) => name).filter((name) => !applied.has(name))
  if (missing.length > 0) throw new SchemaTooOld(missing)
}

async function readMigrations(folder: URL): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (file) => {
      const sql = await readFile(new URL(file, folder), 'utf8')
      return { name: file.slice(0, -'.sql'.length), sql, checksum: hash('sha256', sql, 'hex') }
    }),
  )
}

async function recorded(sql: Sql): Promise<readonly { readonly name: string; readonly checksum: string }[]> {
  return ifTable(async () => {
    const { rows } = await sql.query<{ name: string; checksum: string }>('select name, checksum from schema_migrations')
    return rows
  }, [])
}

async function refuseNewerMajor(sql: Sql): Promise<void> {
  const major = await ifTable(async () => {
    const { rows } = await sql.query<{ major: number }>('select major from schema_info')
    return rows[0]?.major ?? 0
  }, 0)
  if (major > SCHEMA_MAJOR) throw new SchemaTooNew(major)
}

async function refuseEdited(sql: Sql, migrations: readonly Migration[]): Promise<void> {
  const checksums = new Map((await recorded(sql)).map(({ name, checksum }) => [name, checksum]))
  const edited = migrations.filter(({ name, checksum }) => (checksums.get(name) ?? checksum) !== checksum)
  if (edited.length > 0) {
    const names = edited.map(({ name }) => name).join(', ')
    throw new Error(
      `The migration ${names} was edited after it had been applied: put it back as it was, and write the change as a new migration.`,
    )
  }
}

/** An empty database has no tables yet. */
async function ifTable<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const undefinedTable = '42P01'
    if (errorCode(error) === undefinedTable) return otherwise
    throw error
  }
}
