import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { runChecks, type HealthCheck } from './health-check.ts'

export interface HttpServerOptions {
  /** `127.0.0.1` keeps it on this machine; `0.0.0.0` or `::` is what a pod needs. */
  readonly host: string
  /** 0 takes a free port; see `port` of the result. */
  readonly port: number
  readonly metrics: { render(): Promise<{ readonly contentType: string; readonly body: string }> }
  /** "Restart me": answers 503 when one of these fails. */
  readonly healthz: readonly HealthCheck[]
  /** "Not yet": answers 503 when one of these fails. */
  readonly readyz: readonly HealthCheck[]
  /** How long the checks of one request may take. Default 5000. */
  readonly checkTimeoutMs?: number
}

export interface HttpServer {
  readonly host: string
  readonly port: number
  /** Stops listening, lets answers that are being written finish for `graceMs` (default 2000), then closes every connection. */
  close(graceMs?: number): Promise<void>
}

/**
 * Serves `/metrics`, `/healthz` and `/readyz`, and nothing else. Rejects when it cannot listen (the port is taken).
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  let closing = false
  const server = createServer((request, response) => {
    response.once('finish', () => {
      // `server.close` leaves a connection that was busy open for the client's next request.
      if (closing) request.socket.end()
    })
    answer(options, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(`cannot answer: ${error instanceof Error ? error.message : 'unknown error'}\n`)
    })
  })
  server.headersTimeout = 10_000
  server.requestTimeout = 15_000

  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen(options.port, options.host, listening.resolve)
  await listening.promise
  // A server that listens on TCP has an AddressInfo; the other shapes belong to pipes and to servers that do not listen.
  const address = server.address() as AddressInfo

  return {
    host: options.host,
    port: address.port,
    close: async (graceMs = 2000) => {
      closing = true
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeIdleConnections()
      const force = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed.promise
      clearTimeout(force)
    },
  }
}

async function answer(options: HttpServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0]
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return send(response, 405, 'only GET and HEAD are answered here\n', { allow: 'GET, HEAD' })
  }
  switch (path) {
    case '/metrics': {
      const { contentType, body } = await options.metrics.render()
      return send(response, 200, body, { 'content-type': contentType })
    }
    case '/healthz':
      return sendReport(response, 'healthz', options.healthz, options.checkTimeoutMs ?? 5000)
    case '/readyz':
      return sendReport(response, 'readyz', options.readyz, options.checkTimeoutMs ?? 5000)
    default:
      return send(response, 404, 'not here: try /metrics, /healthz or /readyz\n')
  }
}

async function sendReport(
  response: ServerResponse,
  endpoint: string,
  checks: readonly HealthCheck[],
  timeoutMs: number,
): Promise<void> {
  const report = await runChecks(endpoint, checks, AbortSignal.timeout(timeoutMs))
  send(response, report.ok ? 200 : 503, report.text)
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers })
  response.end(body)
}
