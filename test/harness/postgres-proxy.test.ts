import { connect } from 'node:net'
import { Client } from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { writesOf } from './postgres-messages.ts'
import { startPostgresProxy, type DatabaseEffect, type PostgresProxy } from './postgres-proxy.ts'
import { usePostgres } from './use.ts'

const database = usePostgres()
let proxy: PostgresProxy
let direct: Client
let client: Client
const clients: Client[] = []

async function open(url: string): Promise<Client> {
  const opened = new Client({ connectionString: url, application_name: 'tester' })
  // Cut connections are what is tested.
  opened.on('error', () => undefined)
  await opened.connect()
  clients.push(opened)
  return opened
}
const values = async (): Promise<readonly number[]> =>
  (await direct.query<{ value: number }>('select value from notes order by value')).rows.map(({ value }) => value)

beforeEach(async () => {
  proxy = await startPostgresProxy(database.url)
  direct = await open(database.url)
  await direct.query('drop table if exists notes; create table notes (value int primary key)')
  client = await open(proxy.through(database.url))
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((one) => one.end()))
  await proxy.stop()
})

test('a transaction is named by what it writes, a lone statement by itself; what only reads has no name', async () => {
  const effects: DatabaseEffect[] = []
  proxy.intercept((effect) => {
    effects.push(effect)
    return 'pass'
  })
  await client.query('begin isolation level read committed')
  await client.query('select from notes for update')
  await client.query('insert into notes (value) values ($1)', [1])
  await client.query('insert into notes (value) values ($1)', [2])
  await client.query('update notes set value = value + 10 where value = $1', [1])
  await client.query('commit')
  await client.query('delete from notes where value = $1', [11])
  await client.query('select * from notes')
  await client.query('begin')
  await client.query('insert into notes (value) values (3)')
  await client.query('rollback')
  await client.query('begin')
  await client.query('commit')
  const applicationName = 'tester'
  expect(effects).toEqual([
    { kind: 'commit', template: 'insert notes, update notes.value', applicationName },
    { kind: 'statement', template: 'delete notes', applicationName },
  ])
  expect(await values()).toEqual([2])
})

test('every statement is heard as it arrives, also what only reads and locks', async () => {
  const heard: string[] = []
  proxy.listen((statement) => void heard.push(statement))
  await client.query('begin')
  await client.query('select from notes where value = $1 for key share', [1])
  await client.query('commit')
  proxy.listen(undefined)
  await client.query('select * from notes')
  expect(heard).toEqual(['begin', 'select from notes where value = $1 for key share', 'commit'])
})

test('a commit is held until it is told to pass, while other connections go on', async () => {
  const seen = Promise.withResolvers<void>()
  const verdict = Promise.withResolvers<'pass'>()
  proxy.intercept(() => {
    seen.resolve()
    return verdict.promise
  })
  const written = client.query('insert into notes (value) values (1)')
  await seen.promise
  expect(await values()).toEqual([])
  expect((await (await open(proxy.through(database.url))).query('select 1 as one')).rows).toEqual([{ one: 1 }])
  verdict.resolve('pass')
  await written
  expect(await values()).toEqual([1])
})

test('a commit that is cut never happens; one that is cut after it has happened, unheard', async () => {
  proxy.intercept(() => 'cut')
  await client.query('begin')
  await client.query('insert into notes (value) values (1)')
  await expect(client.query('commit')).rejects.toThrow()
  expect(await values()).toEqual([])

  proxy.intercept(() => 'cut-after')
  const other = await open(proxy.through(database.url))
  await other.query('begin')
  await other.query('insert into notes (value) values ($1)', [2])
  await expect(other.query('commit')).rejects.toThrow()
  expect(await values()).toEqual([2])
})

test('a client that goes while its commit is held is rolled back, whatever is said afterwards', async () => {
  const seen = Promise.withResolvers<void>()
  const verdict = Promise.withResolvers<'pass'>()
  proxy.intercept(() => {
    seen.resolve()
    return verdict.promise
  })
  await client.query('begin')
  await client.query('insert into notes (value) values (1)')
  const committed = client.query('commit')
  await seen.promise
  client.connection.stream.destroy()
  await expect(committed).rejects.toThrow()
  // Waits for the row's lock: it is granted when the server has rolled back.
  proxy.intercept(undefined)
  await direct.query('insert into notes (value) values (1)')
  verdict.resolve('pass')
  expect(await values()).toEqual([1])
})

test('notifications arrive, until they are dropped', async () => {
  const heard: (string | undefined)[] = []
  const first = Promise.withResolvers<void>()
  client.on('notification', ({ payload }) => {
    heard.push(payload)
    first.resolve()
  })
  await client.query('listen news')
  await direct.query(`notify news, 'one'`)
  await first.promise
  proxy.dropNotifications(true)
  await direct.query(`notify news, 'two'`)
  // What was notified before an answer arrives before it.
  await client.query('select')
  expect(heard).toEqual(['one'])
})

test('a request to cancel, which comes on a connection of its own, passes', async () => {
  const slow = client.query('select pg_sleep(60)').catch((error: unknown) => error)
  // pg keeps both for this.
  const { processID, secretKey } = client as Client & { readonly processID: number; readonly secretKey: number }
  const running = `select from pg_stat_activity where pid = $1 and state = 'active'`
  await vi.waitFor(async () => expect((await direct.query(running, [processID])).rowCount).toBe(1))
  const request = Buffer.alloc(16)
  for (const [index, value] of [16, 80_877_102, processID, secretKey].entries()) request.writeInt32BE(value, index * 4)
  connect(Number(new URL(proxy.through(database.url)).port), '127.0.0.1').end(request)
  expect(await slow).toMatchObject({ code: '57014' })
})

test.each([
  ['select from jobs where id = $1 for update of jobs', []],
  ['insert into jobs (a) select 1 on conflict (a) do update set a = excluded.a', ['insert jobs']],
  [
    `with s as (update scans s set open_jobs = 1 where s.id = 1 returning id) insert into jobs (id) select id from s`,
    ['update scans.open_jobs', 'insert jobs'],
  ],
  [`select pg_notify('vedette', key) from keys`, ['notify']],
  ['insert into pg_temp.results (a) values (1)', []],
])('what is written by %s', (statement, expected) => {
  expect(writesOf(statement)).toEqual(expected)
})
