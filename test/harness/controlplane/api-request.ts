import { request } from 'node:https'
import { text } from 'node:stream/consumers'

export interface ApiResponse {
  readonly status: number
  /** Parsed where the server says it is JSON, else the text. */
  readonly body: unknown
}

/** One request to an API server, each on a connection of its own; any status is a value. Rejects when there is no answer in 30 s. */
export function apiRequest(
  server: { readonly url: string; readonly ca: string; readonly token?: string | undefined },
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly contentType?: string; readonly signal?: AbortSignal } = {},
): Promise<ApiResponse> {
  const { body, contentType = 'application/json', signal } = options
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, server.url), {
      method,
      ca: server.ca,
      agent: false,
      timeout: 30_000,
      headers: {
        accept: 'application/json',
        ...(server.token === undefined ? {} : { authorization: `Bearer ${server.token}` }),
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      ...(signal ? { signal } : {}),
    })
    outgoing.once('error', reject)
    outgoing.once('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer within 30 s.`)))
    outgoing.once('response', (response) => {
      const isJson = response.headers['content-type']?.startsWith('application/json') === true
      text(response)
        .then((answer) => ({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(answer) : answer }))
        .then(resolve, reject)
    })
    outgoing.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  })
}
