import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { errorCode, refuse } from './answer.ts'
import type { Answer } from './answer.ts'
import { denial, wishOf } from './authorize.ts'
import type { CallLog } from './call-log.ts'
import { parseCall } from './call.ts'
import type { Call } from './call.ts'
import { throttled } from './faults.ts'
import type { Fault, Faults } from './faults.ts'
import type { Principal } from './identity.ts'
import { answerCall, identify } from './pipeline.ts'
import { answerForAnother } from './sts.ts'
import type { Throttle } from './throttle.ts'
import type { World } from './world.ts'

export interface Proxy {
  /** One endpoint for all services, as in AWS_ENDPOINT_URL. */
  readonly url: string
  close(): Promise<void>
}

export interface ProxyOptions {
  readonly world: World
  readonly log: CallLog
  readonly faults: Faults
  readonly throttle: Throttle
  /** Answers requests below `/_vedette/`, which no bucket can be called. */
  readonly control: (method: string, path: string, body: string) => Promise<Answer>
  readonly port?: number
}

/** The AWS API of tests and demo: moto behind AWS's own rules, with faults on demand. Listens on loopback only. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const server = createServer({ keepAlive: true }, (request, response) => {
    serve(options, request, response).catch((error: unknown) => {
      // The caller hung up while it was still sending.
      if (!request.complete) return
      console.error(`The test AWS API could not read ${request.method} ${request.url}:`, error)
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error))
    })
  })
  // Clients keep connections for longer than Node's five seconds between two calls of a test.
  server.keepAliveTimeout = 120_000
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
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

async function serve(options: ProxyOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url: target = '/', headers } = request
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const body = Buffer.concat(chunks)
  if (target.startsWith('/_vedette/')) {
    send(response, await options.control(method, target.slice('/_vedette'.length), body.toString()))
    return
  }
  const call = parseCall({ method, target, headers, body })
  try {
    await serveCall(options, call, response)
  } catch (error) {
    console.error(`The test AWS API failed on ${call.service}:${call.operation}:`, error)
    send(
      response,
      refuse(call, { status: 500, code: 'InternalFailure', message: `The test AWS API failed: ${String(error)}` }),
    )
  }
}

async function serveCall(options: ProxyOptions, call: Call, response: ServerResponse): Promise<void> {
  const { world, log } = options
  // The SDK reads AWS's time there.
  if (world.checksClocks) response.setHeader('date', new Date(world.now()).toUTCString())
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const started = world.now()
  const caller = identify(world, call)
  const principal = 'refusal' in caller ? undefined : caller
  const record = (status: number, error: string | undefined): void => {
    if (principal?.kind === 'admin') return
    log.add({
      time: new Date(started).toISOString(),
      account: principal?.account ?? 'unknown',
      region: call.region,
      service: call.service,
      operation: call.operation,
      action: call.action,
      status,
      error,
      caller: principal?.name,
      bucket: call.bucket === '' ? undefined : call.bucket,
      durationMs: world.now() - started,
    })
  }
  if ('refusal' in caller) {
    const answer = refuse(call, caller.refusal)
    record(answer.status, errorCode(answer))
    send(response, answer)
    return
  }

  const admin = caller.kind === 'admin'
  const fault = admin ? undefined : options.faults.next(call, caller.account)
  if (fault?.kind === 'delay') await wait(fault.ms)
  if (fault?.kind === 'hang') {
    record(0, 'hang')
    return
  }
  if (fault?.kind === 'reset') {
    record(0, 'reset')
    response.socket?.resetAndDestroy()
    return
  }

  const limited = !admin && !options.throttle.admit(call, caller.account, world.now())
  const answer = limited
    ? refuse(call, throttled(call))
    : ((await injected(world, call, caller, fault)) ?? (await answerCall(world, call, caller, gone.signal)))
  if (fault?.kind === 'late-error' && !limited) {
    record(fault.status, fault.code)
    send(response, refuse(call, fault))
    return
  }
  record(answer.status, errorCode(answer))
  if (fault?.kind === 'truncate') {
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length })
    response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () =>
      response.socket?.resetAndDestroy(),
    )
    return
  }
  send(response, answer)
}

async function injected(
  world: World,
  call: Call,
  principal: Principal,
  fault: Fault | undefined,
): Promise<Answer | undefined> {
  switch (fault?.kind) {
    case 'error':
      return refuse(call, fault)
    case 'throttle':
      return refuse(call, throttled(call))
    case 'denied':
      return refuse(call, denial(call, principal, wishOf(world, principal, call), fault.reason))
    case 'malformed':
      return { status: 200, headers: { 'content-type': fault.contentType }, body: Buffer.from(fault.body) }
    case 'identity':
      return answerForAnother(world, call, principal, fault.account)
    default:
      return undefined
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const plain: Record<string, string | string[] | number> = status === 204 ? {} : { 'content-length': body.length }
  for (const [name, value] of Object.entries(headers)) plain[name] = typeof value === 'string' ? value : [...value]
  response.writeHead(status, plain).end(body)
}
