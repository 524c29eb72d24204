import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { serverFault, type ServerFault } from './kube-status.ts'
import type { Verdict } from './postgres-proxy.ts'

export interface SeenRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly isWatch: boolean
}

/** A PATCH and the API server's own answer to it, whether or not that answer got through. */
export interface AnsweredPatch extends SeenRequest {
  readonly sent: string
  /** 0: none came. */
  readonly status: number
  /** Empty when it did not come whole. */
  readonly answer: string
}

export interface KubeFault {
  /** Which requests it meets; default: every one. */
  readonly when?: (request: SeenRequest) => boolean
  /** How many of them; default 1. */
  readonly times?: number
  /**
   * What they get: an answer as the API server words it; a connection that is reset; no answer, ever; the real answer, cut
   * after so many bytes of its body; or the real answer to a request that is passed on only then, whoever still waits for it.
   */
  readonly answer:
    | ServerFault
    | 'reset'
    | 'hang'
    | { readonly cutAfterBytes: number }
    | { readonly passOnAfter: Promise<unknown> }
}

/** An API server's double that opens TLS with the server's own certificate, passes everything on, and can be told to misbehave. */
export interface KubeProxy {
  /** For the `server` argument of `kubeconfig`. */
  readonly url: string
  /** What it was asked since it started, or since `forget`, in order. */
  requests(): readonly SeenRequest[]
  forget(): void
  /** The first fault whose `when` holds meets a request. */
  inject(fault: KubeFault): void
  /** Asks `decide` about every request that no fault meets, which is held until its promise settles. Undefined: all pass. */
  intercept(decide: ((request: SeenRequest) => Verdict | Promise<Verdict>) | undefined): void
  /** Drops faults that are not used up. */
  clear(): void
  /** Watches now open. */
  watches(): number
  /**
   * Ends every open watch: `end`, in order, as the server does after some minutes; `reset`, the connection breaks; `truncate`,
   * half an object and then nothing; `expired`, the server's own event that the resource version is too old (410).
   */
  cutWatches(how: 'end' | 'reset' | 'truncate' | 'expired'): void
  stop(): Promise<void>
}

/** Starts one in front of a control plane, also a shared one: its faults meet only those who go through it. HTTP/1.1 only. */
export async function startKubeProxy(
  plane: {
    readonly url: string
    readonly caFile: string
    readonly servingCertificate: { readonly certFile: string; readonly keyFile: string }
  },
  options: { readonly onPatched?: (patch: AnsweredPatch) => void } = {},
): Promise<KubeProxy> {
  const { certFile, keyFile } = plane.servingCertificate
  const agent = new Agent({ ca: readFileSync(plane.caFile), keepAlive: true })
  const seen: SeenRequest[] = []
  const faults: { readonly fault: KubeFault; left: number }[] = []
  const watches = new Set<ServerResponse>()
  let decide: ((request: SeenRequest) => Verdict | Promise<Verdict>) | undefined

  const take = (request: SeenRequest): KubeFault['answer'] | undefined => {
    const met = faults.find(({ fault, left }) => left > 0 && (fault.when?.(request) ?? true))
    if (met) met.left -= 1
    return met?.fault.answer
  }
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (incoming, response) => {
    const request = describe(incoming)
    seen.push(request)
    const { onPatched } = options
    const overhear: Overhear | undefined =
      onPatched && request.method === 'PATCH' ? () => overhearing(request, incoming, onPatched) : undefined
    const answer = take(request)
    if (answer === 'hang') return
    if (answer === 'reset') reset(response)
    else if (answer !== undefined && 'status' in answer) {
      const { headers, body } = serverFault(answer)
      incoming.resume()
      response.writeHead(answer.status, headers).end(body)
    } else if (answer !== undefined && 'passOnAfter' in answer) {
      void answer.passOnAfter.then(() => forward(plane.url, agent, incoming, response, { overhear }))
    } else {
      if (request.isWatch) {
        watches.add(response)
        response.once('close', () => watches.delete(response))
      }
      const pass = (verdict: Verdict): void => {
        const isLost = verdict === 'cut-after'
        if (verdict === 'cut' || response.destroyed) reset(response)
        else forward(plane.url, agent, incoming, response, { cutAfterBytes: answer?.cutAfterBytes, overhear, isLost })
      }
      const verdict = (answer === undefined ? decide?.(request) : undefined) ?? 'pass'
      // At once where nothing is held: a watch is not to be cut before it has begun.
      if (typeof verdict === 'string') pass(verdict)
      else void verdict.then(pass, () => reset(response))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP

  return {
    url: `https://127.0.0.1:${port}`,
    requests: () => [...seen],
    forget: () => void seen.splice(0),
    inject: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    intercept: (next) => void (decide = next),
    clear: () => void faults.splice(0),
    watches: () => watches.size,
    cutWatches: (how) => {
      for (const watch of watches) {
        if (how === 'reset') reset(watch)
        else if (how === 'truncate') watch.write('{"type":"MODIFIED","object":{"kind":', () => watch.socket?.destroy())
        else if (how === 'end') watch.end()
        else watch.end(`{"type":"ERROR","object":${serverFault({ status: 410 }).body}}\n`)
      }
    },
    stop: async () => {
      server.closeAllConnections()
      agent.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function describe(incoming: IncomingMessage): SeenRequest {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'https://apiserver')
  const isWatch = ['1', 'true'].includes(searchParams.get('watch') ?? '')
  return { method: incoming.method ?? 'GET', path: pathname, query: searchParams, isWatch }
}

type Overhear = () => (answer?: IncomingMessage) => void

/** Reads along, as both bodies pass. The function it returns takes the answer; none: the connection broke. */
function overhearing(
  request: SeenRequest,
  incoming: IncomingMessage,
  tell: (patch: AnsweredPatch) => void,
): (answer?: IncomingMessage) => void {
  const [sent, answered]: [Buffer[], Buffer[]] = [[], []]
  incoming.on('data', (chunk: Buffer) => void sent.push(chunk))
  const told = (status: number, answer: string): void =>
    tell({ ...request, sent: Buffer.concat(sent).toString(), status, answer })
  return (answer) => {
    if (answer === undefined) return told(0, '')
    answer.on('data', (chunk: Buffer) => void answered.push(chunk))
    answer.once('close', () => told(answer.statusCode ?? 0, answer.complete ? Buffer.concat(answered).toString() : ''))
  }
}

function forward(
  target: string,
  agent: Agent,
  incoming: IncomingMessage,
  response: ServerResponse,
  answering: {
    readonly cutAfterBytes?: number | undefined
    readonly overhear?: Overhear | undefined
    /** Nothing of it arrives. */
    readonly isLost?: boolean
  },
): void {
  const { host: _, ...headers } = incoming.headers
  const outgoing = httpsRequest(new URL(incoming.url ?? '/', target), { method: incoming.method, headers, agent })
  // Not before it is passed on: whoever listens to a body sets it flowing.
  const heard = answering.overhear?.()
  let isAnswered = false
  outgoing.once('response', (answer) => {
    isAnswered = true
    heard?.(answer)
    // A watch was cut before the API server had answered it.
    if (response.headersSent || response.destroyed) {
      answer.destroy()
      return
    }
    if (answering.isLost === true) {
      answer.resume().once('end', () => reset(response))
      return
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders()
    let left = Math.max(1, answering.cutAfterBytes ?? Infinity)
    answer.on('data', (chunk: Buffer) => {
      if (left === 0 || response.writableEnded) return
      const passed = chunk.subarray(0, left)
      left -= passed.length
      response.write(passed, () => left === 0 && response.socket?.destroy())
    })
    answer.once('end', () => left > 0 && response.end())
    answer.once('error', () => reset(response))
  })
  // The API server is away: its clients see what they would see without a proxy, a broken connection.
  outgoing.on('error', () => reset(response))
  outgoing.once('close', () => isAnswered || heard?.())
  response.once('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

/** The socket of a TLS connection cannot send RST itself; closing it without a last chunk is what clients see as "aborted". */
function reset(response: ServerResponse): void {
  response.socket?.destroy()
}
