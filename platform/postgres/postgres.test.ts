import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Client } from 'pg'
import { pino } from 'pino'
import { systemClock } from '../system-clock.ts'
import { startPostgres, type PostgresServer } from '#test/harness/postgres.ts'
import { usePostgres } from '#test/harness/use.ts'
import { isDatabaseAway } from './errors.ts'
import { listen } from './listen.ts'
import { connectUntil, createPool, type Pool } from './pool.ts'
import { transaction } from './transaction.ts'

const log = pino({ level: 'silent' })
const never = new AbortController().signal
const database = usePostgres()
let pool: Pool
const open = (connectionString: string, changes = {}): Pool =>
  createPool({ connectionString, applicationName: 'test', max: 5, log, ...changes })
beforeAll(() => {
  pool = open(database.url)
})
afterAll(() => pool.end())
beforeEach(async () => {
  await pool.query(
    'drop table if exists t; create table t (id int primary key, x int); insert into t values (1, 0), (2, 0)',
  )
})
const xs = async (): Promise<readonly number[]> =>
  (await pool.query<{ x: number }>('select x from t order by id')).rows.map(({ x }) => x)

describe('transaction', () => {
  it('runs both of two transactions that deadlock, the loser whole once more', async () => {
    let runs = 0
    const both = [
      [1, 2],
      [2, 1],
    ].map(([first, second]) => {
      let isFirstRun = true
      return transaction(pool, never, async (tx) => {
        runs++
        await tx.query('update t set x = x + 1 where id = $1', [first])
        if (isFirstRun) {
          isFirstRun = false
          arrive()
          await bothAreThere
        }
        await tx.query('update t set x = x + 1 where id = $1', [second])
      })
    })
    await Promise.all(both)
    expect(runs).toBe(3)
    expect(await xs()).toEqual([2, 2])
  })
  let waiting = 2
  const { promise: bothAreThere, resolve: letGo } = Promise.withResolvers<void>()
  const arrive = (): void => {
    if (--waiting === 0) letGo()
  }

  it('runs a serialization failure whole once more', async () => {
    let runs = 0
    await transaction(
      pool,
      never,
      async (tx) => {
        runs++
        const { rows } = await tx.query<{ x: number }>('select x from t where id = 1')
        if (runs === 1) await pool.query('update t set x = 10 where id = 1')
        await tx.query('update t set x = $1 where id = 1', [(rows[0]?.x ?? 0) + 1])
      },
      { isolation: 'repeatable read' },
    )
    expect(runs).toBe(2)
    expect(await xs()).toEqual([11, 0])
  })

  it('gives up after five runs', async () => {
    let runs = 0
    const failing = transaction(pool, never, async (tx) => {
      runs++
      await tx.query(`do $$ begin raise exception 'again' using errcode = '40001'; end $$`)
    })
    await expect(failing).rejects.toThrow('again')
    expect(runs).toBe(5)
  })

  it('rolls back when the work throws, and runs nothing twice for that', async () => {
    let runs = 0
    const failing = transaction(pool, never, async (tx) => {
      runs++
      await tx.query('update t set x = 1')
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(runs).toBe(1)
    expect(await xs()).toEqual([0, 0])
  })

  it('ends with its signal, in the middle of a statement, and nothing of it stays', async () => {
    const stop = new AbortController()
    const slow = transaction(pool, stop.signal, async (tx) => {
      await tx.query('update t set x = 1')
      const sleeping = tx.query('select pg_sleep(600)')
      stop.abort(new Error('stopped'))
      await sleeping
    })
    await expect(slow).rejects.toThrow('stopped')
    expect(await xs()).toEqual([0, 0])
    await expect(transaction(pool, stop.signal, () => Promise.resolve())).rejects.toThrow('stopped')
  })

  it('is ended by the server when it stands still for longer than it may', async () => {
    const strict = open(database.url, { idleInTransactionMs: 100 })
    const standing = transaction(strict, never, async (tx) => {
      await tx.query('update t set x = 1 where id = 1')
      // Waits for the row, which only the server's limit gives back.
      await pool.query('update t set x = 5 where id = 1')
      await tx.query('select 1')
    })
    const failure: unknown = await standing.catch((error: unknown) => error)
    expect(isDatabaseAway(failure)).toBe(true)
    expect(await xs()).toEqual([5, 0])
    await strict.end()
  })
})

describe('connectUntil', () => {
  it('closes the connection when the signal aborts', async () => {
    const stop = new AbortController()
    const connection = await connectUntil(pool, stop.signal)
    const sleeping = connection.query('select pg_sleep(600)')
    stop.abort()
    await expect(sleeping).rejects.toThrow()
    connection.release()
    await expect(connectUntil(pool, stop.signal)).rejects.toThrow()
  })
})

describe('a server that goes away', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  it('fails what is under way, kills no process, and is used again as soon as it is back', async () => {
    const own = open(server.url)
    const idle = await Promise.all([own.connect(), own.connect()])
    for (const connection of idle) connection.release()
    const held = await own.connect()
    const sleeping = own.query('select pg_sleep(600)').catch((error: unknown) => error)
    await own.query('select 1')
    await server.kill()
    expect(isDatabaseAway(await sleeping)).toBe(true)
    expect(isDatabaseAway(await held.query('select 1').catch((error: unknown) => error))).toBe(true)
    held.release(true)
    expect(isDatabaseAway(await own.query('select 1').catch((error: unknown) => error))).toBe(true)
    await server.start()
    // A connection that had not noticed yet may fail once.
    await own.query('select 1').catch(() => undefined)
    expect(await transaction(own, never, async (tx) => (await tx.query('select 1 as one')).rows)).toEqual([{ one: 1 }])
    await own.end()
  })

  it('is listened to again, and whoever listens is told to read everything', async () => {
    const stop = new AbortController()
    const heard: string[] = []
    let connected = Promise.withResolvers<void>()
    let notified = Promise.withResolvers<void>()
    const listening = listen({
      connectionString: server.url,
      applicationName: 'test',
      channel: 'vedette',
      clock: systemClock,
      log,
      signal: stop.signal,
      onConnected: () => connected.resolve(),
      onNotification: (payload) => {
        heard.push(payload)
        notified.resolve()
      },
    })
    const own = open(server.url)
    await connected.promise
    await own.query(`notify vedette, 'one'`)
    await notified.promise
    connected = Promise.withResolvers()
    notified = Promise.withResolvers()
    await server.halt()
    await server.start()
    await connected.promise
    await own.query(`notify vedette, 'two'`).catch(() => own.query(`notify vedette, 'two'`))
    await notified.promise
    expect(heard).toEqual(['one', 'two'])
    stop.abort()
    await listening
    await own.end()
  })
})

describe('isDatabaseAway', () => {
  it('is not what a statement does wrong', async () => {
    expect(isDatabaseAway(await pool.query('select nothing').catch((error: unknown) => error))).toBe(false)
    expect(isDatabaseAway(new Error('anything'))).toBe(false)
  })

  it('is a server that refuses connections', async () => {
    const nowhere = open('postgres://nobody@127.0.0.1:1/none')
    expect(isDatabaseAway(await nowhere.query('select 1').catch((error: unknown) => error))).toBe(true)
    await nowhere.end()
  })

  it('is a server that has ended a transaction which stood still: we were paused, or the network was', async () => {
    const paused = new Client({ connectionString: database.url, idle_in_transaction_session_timeout: 50 })
    const ended = once(paused, 'error')
    // Then it says that the connection is gone, too.
    paused.on('error', () => undefined)
    await paused.connect()
    await paused.query('begin')
    const [error] = await ended
    expect(error).toMatchObject({ code: '25P03' })
    expect(isDatabaseAway(error)).toBe(true)
  })
})
