import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HostPrefixProxy {
  /** For HTTP_PROXY. */
  readonly url: string
  close(): Promise<void>
}

/**
 * An HTTP proxy that sends every request to one endpoint, whatever its host is. S3 Control puts the account's id in front
 * of the host name, and the provider cannot be told not to: `111122223333.s3-control.test` resolves nowhere.
 */
export async function startHostPrefixProxy(endpoint: string): Promise<HostPrefixProxy> {
  const server = createServer((asked, answer) => {
    const { pathname, search } = new URL(asked.url ?? '/', endpoint)
    const onward = send(new URL(`${pathname}${search}`, endpoint), { method: asked.method, headers: asked.headers })
    onward.once('response', (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(answer)
    })
    onward.once('error', (error) => answer.writeHead(502).end(String(error)))
    asked.pipe(onward)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
