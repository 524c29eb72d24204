import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Verdict } from './postgres-proxy.ts'

/** An AWS endpoint in front of another that can hold a call to SQS, cut it off or lose its answer. */
export interface QueueProxy {
  readonly url: string
  /** Asks `decide` about every call to SQS by its operation; calls to other services pass. Undefined: all pass. */
  intercept(decide: ((operation: string) => Verdict | Promise<Verdict>) | undefined): void
  stop(): Promise<void>
}

/** Starts one on loopback. SQS speaks JSON and names the operation in a header, so nothing else is read. */
export async function startQueueProxy(target: string): Promise<QueueProxy> {
  let decide: ((operation: string) => Verdict | Promise<Verdict>) | undefined
  const server = createServer((incoming, response) => {
    const [service, operation = ''] = String(incoming.headers['x-amz-target'] ?? '').split('.')
    const pass = async (): Promise<void> => {
      const body = await buffer(incoming)
      const verdict = service === 'AmazonSQS' ? ((await decide?.(operation)) ?? 'pass') : 'pass'
      if (verdict === 'cut' || response.destroyed) {
        response.destroy()
        return
      }
      const { method, headers, url = '/' } = incoming
      const outgoing = httpRequest(new URL(url, target), { method, headers: { ...headers, host: headers.host } })
      response.once('close', () => outgoing.destroy())
      outgoing.once('error', () => response.destroy())
      outgoing.once('response', (answer) => {
        if (verdict === 'cut-after') {
          answer.resume().once('end', () => response.destroy())
          return
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.once('error', () => response.destroy())
        answer.pipe(response)
      })
      outgoing.end(body)
    }
    pass().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    intercept: (next) => void (decide = next),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
