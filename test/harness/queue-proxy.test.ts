import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startQueueProxy, type QueueProxy } from './queue-proxy.ts'

let seen: string[]
let upstream: Server
let proxy: QueueProxy
beforeEach(async () => {
  seen = []
  upstream = createServer((request, response) => {
    seen.push(String(request.headers['x-amz-target']))
    response.end('done')
  }).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const { port } = upstream.address() as AddressInfo // it listens on TCP
  proxy = await startQueueProxy(`http://127.0.0.1:${port}`)
})
afterEach(async () => {
  await proxy.stop()
  upstream.closeAllConnections()
  upstream.close()
})
const call = async (target: string): Promise<string> =>
  (await fetch(proxy.url, { method: 'POST', headers: { 'x-amz-target': target }, body: '{}' })).text()

test('calls to SQS are asked about by their operation, all others pass', async () => {
  const operations: string[] = []
  proxy.intercept((operation) => {
    operations.push(operation)
    return 'pass'
  })
  expect(await call('AmazonSQS.SendMessageBatch')).toBe('done')
  expect(await call('Other_20200101.SendMessageBatch')).toBe('done')
  expect(operations).toEqual(['SendMessageBatch'])
  expect(seen).toHaveLength(2)
})

test('a call that is cut never arrives; one that is cut after has arrived, unheard', async () => {
  proxy.intercept(() => 'cut')
  await expect(call('AmazonSQS.DeleteMessage')).rejects.toThrow()
  expect(seen).toEqual([])
  proxy.intercept(() => 'cut-after')
  await expect(call('AmazonSQS.DeleteMessage')).rejects.toThrow()
  expect(seen).toEqual(['AmazonSQS.DeleteMessage'])
})
