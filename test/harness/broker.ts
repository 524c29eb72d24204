import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Part } from './parts.ts'

type Starts = Readonly<
  Record<
    string,
    (starting: { readonly say: (line: string) => void; readonly signal: AbortSignal }) => Promise<Part<unknown>>
  >
>

export interface Broker {
  readonly url: string
  /** Stops every part that was started, in reverse order of asking. */
  stop(): Promise<void>
}

/**
 * A loopback server by which the workers of one test run share parts: `GET /<part>` starts it, or waits for its start, and answers
 * with its info. So a run that needs no Postgres starts none. A part that failed to start is tried again for the next who asks.
 */
export async function startBroker(starts: Starts, say: (line: string) => void): Promise<Broker> {
  const started = new Map<string, Promise<Part<unknown>>>()
  const stopping = new AbortController()
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').slice(1)
    const start = Object.hasOwn(starts, name) ? starts[name] : undefined
    if (start === undefined) {
      response.writeHead(404).end(`There is no part "${name}"; there are: ${Object.keys(starts).join(', ')}.`)
      return
    }
    const part = started.get(name) ?? start({ say, signal: stopping.signal })
    started.set(name, part)
    part.then(
      ({ info }) => response.end(JSON.stringify(info)),
      (error: unknown) => {
        started.delete(name)
        response.writeHead(500).end(error instanceof Error ? error.message : String(error))
      },
    )
  })
  // Building the control plane takes minutes, and the answer comes when it is done.
  server.requestTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      stopping.abort(new Error('The test run is over.'))
      for (const part of [...started.values()].reverse())
        await part.then(
          (one) => one.stop(),
          () => undefined,
        )
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Asks the broker at `url` for a part; resolves when it is running. Rejects with the reason why it could not be started. */
export function askBroker(url: string, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // Not fetch: it gives up on an answer after five minutes.
    const request = get(`${url}/${name}`, { agent: false }, (response) => {
      text(response).then((body) => {
        if (response.statusCode === 200) resolve(JSON.parse(body))
        else reject(new Error(body))
      }, reject)
    })
    request.once('error', reject)
  })
}
