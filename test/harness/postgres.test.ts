import { existsSync } from 'node:fs'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, dropDatabase } from './database.ts'
import { startPostgres, type PostgresServer } from './postgres.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

test('it is Postgres 18 and compares text as bytes, on every machine alike', async () => {
  const [version] = await rows(server.url, `select current_setting('server_version_num')::int / 10000 as major`)
  expect(version).toEqual({ major: 18 })
  expect(await rows(server.url, `select x from unnest(array['b', 'A', 'a']) as x order by x`)).toEqual([
    { x: 'A' },
    { x: 'a' },
    { x: 'b' },
  ])
})

test('each database is empty and of its own', async () => {
  const [one, two] = [await createDatabase(server.url), await createDatabase(server.url)]
  await rows(one, 'create table t (x int)')
  expect(await rows(two, `select to_regclass('t') as t`)).toEqual([{ t: null }])
  await dropDatabase(server.url, one)
  await expect(rows(one, 'select 1')).rejects.toThrow(/does not exist/)
})

test('a template is prepared once, however many ask for it at a time', async () => {
  let prepared = 0
  const template = {
    name: 'counted',
    prepare: async (url: string) => {
      prepared += 1
      await rows(url, 'create table t as select 42 as x')
    },
  }
  const urls = await Promise.all([1, 2, 3].map(() => createDatabase(server.url, template)))
  expect(new Set(urls).size).toBe(3)
  for (const url of urls) expect(await rows(url, 'select x from t')).toEqual([{ x: 42 }])
  expect(prepared).toBe(1)
})

test('a template whose preparation failed is prepared again', async () => {
  const failing = { name: 'broken', prepare: () => Promise.reject(new Error('no such migration')) }
  await expect(createDatabase(server.url, failing)).rejects.toThrow('no such migration')
  const url = await createDatabase(server.url, {
    ...failing,
    prepare: async (at) => void (await rows(at, 'create table t ()')),
  })
  expect(await rows(url, 'select * from t')).toEqual([])
})

test('a private server comes back on the same port with its data, after a halt and after a crash', async () => {
  const own = await startPostgres()
  const firstPid = own.pid()
  await rows(own.url, 'create table t as select 1 as x')
  const client = new Client({ connectionString: own.url })
  const cut = new Promise((resolve) => client.on('error', resolve))
  await client.connect()

  await own.halt()
  await cut
  await expect(rows(own.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/)
  await own.start()
  expect(await rows(own.url, 'select x from t')).toEqual([{ x: 1 }])

  await rows(own.url, 'insert into t values (2)')
  expect(await own.kill()).toEqual({ code: null, signal: 'SIGKILL' })
  await own.start()
  expect(await rows(own.url, 'select x from t')).toEqual([{ x: 1 }, { x: 2 }])
  expect(own.pid()).not.toBe(firstPid)

  const [where] = await rows(own.url, 'show data_directory')
  await own.stop()
  expect(existsSync(String(where?.['data_directory']))).toBe(false)
})

async function rows(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const result = await client.query<Record<string, unknown>>(sql)
    return result.rows
  } finally {
    await client.end()
  }
}
