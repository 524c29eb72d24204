import { Pool } from 'undici'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import { parseXml } from './xml.ts'
import type { Element } from './xml.ts'

/** moto, as the proxy talks to it. */
export interface Backend {
  /** Passes a call on, in the caller's account. With `asAdmin`, moto's own IAM enforcement does not look at it. */
  forward(call: Call, account: string, asAdmin: boolean): Promise<Answer>
  /** Asks a query-protocol service something on the proxy's own account; throws when moto refuses. */
  ask(where: Place, action: string, params?: Readonly<Record<string, string>>): Promise<Element>
  /** A REST request to S3 on the proxy's own account, whatever the answer. */
  s3(where: Omit<Place, 'service'>, method: string, target: string, body?: string): Promise<Answer>
  close(): Promise<void>
}

export interface Place {
  readonly account: string
  readonly service: string
  readonly region: string
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'expect', 'upgrade'])

export function connectBackend(url: string): Backend {
  // moto is one Python process: more connections would only queue inside it. SQS long polls hold theirs.
  const pool = new Pool(url, { connections: 64, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 })

  const send = async (
    method: string,
    path: string,
    headers: Readonly<Record<string, string | string[]>>,
    body: Buffer | string,
  ): Promise<Answer> => {
    const bodiless = method === 'GET' || method === 'HEAD'
    const response = await pool.request({
      method,
      path,
      headers: bodiless ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      body: bodiless ? null : body,
    })
    const received: Record<string, string | readonly string[]> = {}
    for (const [name, value] of Object.entries(response.headers)) {
      // To HEAD the length is an answer, not a description of what follows.
      const kept = !HOP_BY_HOP.has(name) || (method === 'HEAD' && name === 'content-length')
      if (value !== undefined && kept) received[name] = value
    }
    return { status: response.statusCode, headers: received, body: Buffer.from(await response.body.arrayBuffer()) }
  }

  return {
    forward: (call, account, asAdmin) => {
      const headers: Record<string, string | string[]> = { 'x-moto-account-id': account }
      for (const [name, value] of Object.entries(call.headers)) {
        if (value !== undefined && !HOP_BY_HOP.has(name)) headers[name] = value
      }
      if (asAdmin) headers['x-vedette-admin'] = 'yes'
      return send(call.method, call.target, headers, call.body)
    },
    ask: async (where, action, params = {}) => {
      const body = new URLSearchParams({ Action: action, Version: VERSIONS[where.service] ?? '', ...params }).toString()
      const headers = { ...ownHeaders(where), 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await send('POST', '/', headers, body)
      const text = answer.body.toString()
      if (answer.status >= 300) throw new BackendRefusal(`${where.service}:${action}`, answer, text)
      return parseXml(text)
    },
    s3: (where, method, target, body = '') => send(method, target, ownHeaders({ ...where, service: 's3' }), body),
    close: () => pool.close(),
  }
}

export class BackendRefusal extends Error {
  readonly answer: Answer

  constructor(what: string, answer: Answer, text: string) {
    super(`moto refused ${what} with ${answer.status}: ${text.slice(0, 500)}`)
    this.answer = answer
  }
}

const VERSIONS: Readonly<Record<string, string>> = { iam: '2010-05-08', sts: '2011-06-15', ec2: '2016-11-15' }

function ownHeaders({ account, service, region }: Place): Record<string, string> {
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=AKIAVEDETTEPROXY/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    'x-moto-account-id': account,
    'x-vedette-admin': 'yes',
  }
}
