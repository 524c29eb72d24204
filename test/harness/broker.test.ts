import { Client } from 'pg'
import { expect, test } from 'vitest'
import { askBroker, startBroker } from './broker.ts'
import { useControlPlane, usePostgres } from './use.ts'

const database = usePostgres()
const other = usePostgres({ name: 'broker-test', prepare: (url) => run(url, 'create table t ()') })
const cluster = useControlPlane()

test('a test file has databases of its own on a server it shares', async () => {
  expect(database.url).not.toBe(other.url)
  expect(database.serverUrl).toBe(other.serverUrl)
  await run(other.url, 'select from t')
  await expect(run(database.url, 'select from t')).rejects.toThrow(/relation "t" does not exist/)
})

test('a test file has namespaces of its own in a control plane it shares', async () => {
  const [one, two] = [await cluster.access.createNamespace(), await cluster.access.createNamespace()]
  expect(one).not.toBe(two)
  const { stdout } = await cluster.access.kubectl(['get', 'namespace', one, '-o', 'name'])
  expect(stdout.trim()).toBe(`namespace/${one}`)
})

test('a part starts when it is first asked for, once, and stops with the broker', async () => {
  const log: string[] = []
  const startPart = (name: string) => async () => {
    log.push(`start ${name}`)
    return { info: { name }, stop: async () => void log.push(`stop ${name}`) }
  }
  const broker = await startBroker(
    { a: startPart('a'), b: startPart('b'), unasked: startPart('unasked') },
    () => undefined,
  )
  expect(log).toEqual([])
  expect(await Promise.all(['a', 'a', 'b'].map((name) => askBroker(broker.url, name)))).toEqual([
    { name: 'a' },
    { name: 'a' },
    { name: 'b' },
  ])
  await expect(askBroker(broker.url, 'c')).rejects.toThrow('There is no part "c"; there are: a, b, unasked.')
  await broker.stop()
  expect(log).toEqual(['start a', 'start b', 'stop b', 'stop a'])
})

test('a part that failed to start says why, and is tried again', async () => {
  let attempts = 0
  const flaky = async () => {
    attempts += 1
    if (attempts === 1) throw new Error('Go is not on PATH.')
    return { info: attempts, stop: async () => undefined }
  }
  const broker = await startBroker({ flaky }, () => undefined)
  await expect(askBroker(broker.url, 'flaky')).rejects.toThrow('Go is not on PATH.')
  expect(await askBroker(broker.url, 'flaky')).toBe(2)
  await broker.stop()
})

async function run(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
