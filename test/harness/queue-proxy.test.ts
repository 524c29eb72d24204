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
const signed = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=not-a-key/20260101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`
const call = async (service: string, target: string, signal?: AbortSignal): Promise<string> => {
  const headers = { authorization: signed(service), ...(target === '' ? {} : { 'x-amz-target': target }) }
  const answer = await fetch(proxy.url + (service === 's3' ? '/?max-buckets=9&x-id=ListBuckets' : ''), {
    method: 'POST',
    headers,
    body: '{}',
    ...(signal ? { signal } : {}),
  })
  return answer.text()
}

test('calls are asked about by their service and operation', async () => {
  const calls: string[] = []
  proxy.intercept(({ service, operation }) => {
    calls.push(`${service} ${operation}`)
    return 'pass'
  })
  expect(await call('sqs', 'AmazonSQS.SendMessageBatch')).toBe('done')
  expect(await call('s3', '')).toBe('done')
  expect(calls).toEqual(['sqs SendMessageBatch', 's3 ListBuckets'])
  expect(seen).toHaveLength(2)
})

test('a call that is cut never arrives; one that is cut after has arrived, unheard', async () => {
  proxy.intercept(() => 'cut')
  await expect(call('sqs', 'AmazonSQS.DeleteMessage')).rejects.toThrow()
  expect(seen).toEqual([])
  proxy.intercept(() => 'cut-after')
  await expect(call('sqs', 'AmazonSQS.DeleteMessage')).rejects.toThrow()
  expect(seen).toEqual(['AmazonSQS.DeleteMessage'])
})

test('a call that is held tells when its caller gives it up, and then never arrives', async () => {
  const held = Promise.withResolvers<'pass'>()
  const met = Promise.withResolvers<AbortSignal>()
  proxy.intercept(({ ended }) => {
    met.resolve(ended)
    return held.promise
  })
  const caller = new AbortController()
  const answer = call('s3', '', caller.signal)
  const ended = await met.promise
  expect(ended.aborted).toBe(false)
  const gone = once(ended, 'abort')
  caller.abort()
  await expect(answer).rejects.toThrow()
  await gone
  held.resolve('pass')
  proxy.intercept(undefined)
  expect(await call('sqs', 'AmazonSQS.SendMessage')).toBe('done')
  expect(seen).toEqual(['AmazonSQS.SendMessage'])
})
