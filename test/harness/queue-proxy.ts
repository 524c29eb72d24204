import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Verdict } from './postgres-proxy.ts'

/** As far as its headers tell. */
export interface AwsCall {
  /** As the signature has it: `sqs`, `s3`; empty for a call that is not signed. */
  readonly service: string
  /** Of services that speak JSON, and of S3 where it has room for it; elsewhere empty. */
  readonly operation: string
  /** Aborts when the call is over, or its caller gave it up. */
  readonly ended: AbortSignal
}

/** An AWS endpoint in front of another that can hold a call, to SQS or any other service, cut it off or lose its answer. */
export interface QueueProxy {
  readonly url: string
  /** Asks `decide` about every call from here on, which is held until its promise settles. Undefined: all pass. */
  intercept(decide: ((call: AwsCall) => Verdict | Promise<Verdict>) | undefined): void
  stop(): Promise<void>
}

/** Starts one on loopback. */
export async function startQueueProxy(target: string): Promise<QueueProxy> {
  let decide: ((call: AwsCall) => Verdict | Promise<Verdict>) | undefined
  const server = createServer((incoming, response) => {
    const pass = async (): Promise<void> => {
      const call = describe(incoming, response)
      const body = await buffer(incoming)
      const verdict = (await decide?.(call)) ?? 'pass'
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

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html: key/date/region/service/aws4_request */
function describe({ headers, url = '/' }: IncomingMessage, response: ServerResponse): AwsCall {
  const [, service = ''] = /Credential=[^/]+\/\d+\/[^/]*\/([^/]+)\//.exec(headers.authorization ?? '') ?? []
  const [, operation = /[?&]x-id=(\w+)/.exec(url)?.[1] ?? ''] = String(headers['x-amz-target'] ?? '').split('.')
  const ended = new AbortController()
  response.once('close', () => ended.abort())
  return { service, operation, ended: ended.signal }
}
