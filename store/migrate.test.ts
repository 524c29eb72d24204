import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Pool } from '#platform/postgres/pool.ts'
import { never, silent, testPool } from '#test/builders/store.ts'
import { createDatabase, dropDatabase } from '#test/harness/database.ts'
import { sharedPart } from '#test/harness/use.ts'
import { assertSchema, migrate, MIGRATIONS, SchemaTooNew, SchemaTooOld } from './migrate.ts'

let serverUrl: string
let url: string
let folder: string
let pools: Pool[]

beforeEach(async () => {
  serverUrl = (await sharedPart('postgres')).url
  url = await createDatabase(serverUrl)
  folder = await mkdtemp(join(tmpdir(), 'vedette-migrations-'))
  await cp(MIGRATIONS, folder, { recursive: true })
  pools = []
})
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await dropDatabase(serverUrl, url)
  await rm(folder, { recursive: true })
})

const open = (): Pool => {
  const pool = testPool(url, 3)
  pools.push(pool)
  return pool
}
const run = (pool: Pool) => migrate(pool, { signal: never, log: silent, folder: at() })
const at = (): URL => pathToFileURL(`${folder}/`)

describe('migrate', () => {
  it('is run by five at once on an empty database: one migrates, the others find nothing left', async () => {
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => run(open())))
    expect(outcomes.filter(({ applied }) => applied.length > 0)).toEqual([{ applied: ['0001-initial'] }])
    await assertSchema(open(), { folder: at() })
  })

  it('is run by five at once on a database that lacks only the last migration', async () => {
    await run(open())
    await writeFile(join(folder, '0002-more.sql'), 'create table more (x int);')
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => run(open())))
    expect(outcomes.filter(({ applied }) => applied.length > 0)).toEqual([{ applied: ['0002-more'] }])
  })

  it('leaves nothing of a migration that fails, and says which it was', async () => {
    await writeFile(join(folder, '0002-broken.sql'), 'create table more (x int); select no_such_column;')
    await expect(run(open())).rejects.toThrow(/0002-broken/)
    const { rows } = await open().query(`select to_regclass('more') as more`)
    expect(rows).toEqual([{ more: null }])
    await writeFile(join(folder, '0002-broken.sql'), 'create table more (x int);')
    expect(await run(open())).toEqual({ applied: ['0002-broken'] })
  })

  it('refuses a migration that was edited after it had been applied', async () => {
    await run(open())
    await writeFile(join(folder, '0001-initial.sql'), '-- something else')
    await expect(run(open())).rejects.toThrow(/0001-initial was edited/)
  })

  it('gives up waiting for another process when it is aborted', async () => {
    const holder = await open().connect()
    await holder.query('select pg_advisory_lock(7210340117)')
    const stop = new AbortController()
    const waiting = migrate(open(), { signal: stop.signal, log: silent, folder: at() })
    stop.abort()
    await expect(waiting).rejects.toThrow()
    holder.release(true)
  })
})

describe('assertSchema', () => {
  it('refuses a database that was not migrated, and says what to do', async () => {
    await expect(assertSchema(open(), { folder: at() })).rejects.toThrow(SchemaTooOld)
    await expect(assertSchema(open(), { folder: at() })).rejects.toThrow(/start the operator/)
  })

  it('refuses a schema of a newer major, in workers and in operators that would migrate it', async () => {
    const pool = open()
    await run(pool)
    await pool.query('update schema_info set major = 2')
    await expect(assertSchema(pool, { folder: at() })).rejects.toThrow(SchemaTooNew)
    await expect(run(pool)).rejects.toThrow(/schema 2.x and this program knows 1.x/)
  })
})
