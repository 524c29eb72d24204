import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { startProcess } from '../process.ts'
import { errorCode, refuse } from './answer.ts'
import type { Answer } from './answer.ts'
import { parseCall } from './call.ts'
import { faults, throttled } from './faults.ts'
import type { FaultRule } from './faults.ts'
import { callerOf, replayAnswer } from './replay/answers.ts'
import { injected, jsonAnswer, send } from './replay/send.ts'
import type { Broken } from './replay/send.ts'
import { ReplayOptions } from './replay/model.ts'
import { isForSqs, passOn } from './replay/pass-on.ts'
import { throttle } from './throttle.ts'

/** How often an operation was called, and how that ended. */
export interface ReplayCount {
  readonly calls: number
  readonly throttled: number
  readonly refused: number
  /** From the first call's arrival to the last one's. */
  readonly spanMs: number
}

export interface ReplayCounts {
  /** By `service:Operation`. */
  readonly operations: Readonly<Record<string, ReplayCount>>
  readonly maxInFlight: number
}

export interface Replay {
  readonly url: string
  counts(): Promise<ReplayCounts>
  /** Zeroes the counts and refills the buckets. */
  clear(): Promise<void>
  /** From here on calls that fit meet a fault; SQS is not among them. Rules add up until `heal`. */
  fault(rule: FaultRule): Promise<void>
  heal(): Promise<void>
  /** Moves all accounts on to another state: see `drift` of the options. */
  drift(to: number): Promise<void>
  stop(): Promise<void>
}

/**
 * An AWS for measuring: generated answers, with latency and per-API token buckets, in this process. One core serves a few
 * hundred pages of 1,000 instances or several thousand small answers a second. SQS it leaves to `sqsUrl`.
 */
export async function startReplay(options: ReplayOptions = {}): Promise<Replay> {
  let model = ReplayOptions.parse(options)
  const active = faults()
  const buckets = throttle()
  const counts = new Map<string, Counted>()
  let inFlight = 0
  let maxInFlight = 0
  const clear = (): void => {
    counts.clear()
    maxInFlight = 0
    buckets.clear()
    if (model.bucket !== undefined) buckets.set(model.bucket)
  }
  clear()

  const answer = async (request: IncomingMessage): Promise<Answer | Broken> => {
    const { method = 'GET', url: target = '/', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const body = Buffer.concat(chunks)
    if (target.startsWith('/_vedette/')) {
      // Written below, by the same code.
      if (target === '/_vedette/drift') model = { ...model, drift: JSON.parse(body.toString()) as number }
      else if (target === '/_vedette/faults' && method === 'DELETE') active.clear()
      else if (target === '/_vedette/faults') active.add(JSON.parse(body.toString()) as FaultRule)
      else if (method === 'DELETE') clear()
      const operations = Object.fromEntries([...counts].map(([name, count]) => [name, told(count)]))
      return jsonAnswer({ operations, maxInFlight })
    }

    const call = parseCall({ method, target, headers, body })
    const caller = callerOf(call.accessKeyId)
    const name = `${call.service}:${call.operation}`
    const arrived = performance.now()
    const count = counts.get(name) ?? { calls: 0, throttled: 0, refused: 0, firstAt: arrived, lastAt: arrived }
    counts.set(name, count)
    count.calls += 1
    count.lastAt = arrived
    inFlight += 1
    maxInFlight = Math.max(maxInFlight, inFlight)
    try {
      // AWS decides on arrival; the answer then takes its time either way.
      const admitted = buckets.admit(call, caller.account, arrived)
      const fault = active.next(call, caller.account)
      if (fault !== undefined && fault.kind !== 'delay')
        return injected(fault, call, { caller, answer: () => replayAnswer(model, call, caller) })
      if (fault !== undefined) await wait(fault.ms)
      if (model.latencyMs > 0) await wait(model.latencyMs)
      if (!admitted) {
        count.throttled += 1
        return refuse(call, throttled(call))
      }
      const result = replayAnswer(model, call, caller)
      if (errorCode(result) !== undefined) count.refused += 1
      return result
    } finally {
      inFlight -= 1
    }
  }

  const server = createServer({ keepAlive: true }, (request, response) => {
    if (model.sqsUrl !== undefined && isForSqs(request)) return passOn(request, response, model.sqsUrl)
    answer(request).then(
      (result) => send(response, result),
      (error: unknown) => {
        console.error('The replay server failed:', error)
        response.writeHead(500).end()
      },
    )
  })
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(model.port, '127.0.0.1', resolve)
  })
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  return overHttp(`http://127.0.0.1:${port}`, async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  })
}

interface Counted {
  calls: number
  throttled: number
  refused: number
  readonly firstAt: number
  lastAt: number
}

function told({ firstAt, lastAt, ...count }: Counted): ReplayCount {
  return { ...count, spanMs: Math.round(lastAt - firstAt) }
}

/** The same in a process of its own, so that what is measured does not share its memory and event loop. */
export async function startReplayProcess(options: ReplayOptions = {}): Promise<Replay> {
  const script = new URL('./replay/main.ts', import.meta.url).pathname
  const child = await startProcess({
    name: 'the replay server',
    command: process.execPath,
    args: [script, JSON.stringify(options)],
    ready: { line: READY },
  })
  const url = READY.exec(child.output())?.[1] ?? ''
  return overHttp(url, async () => {
    child.kill()
    await child.exited
  })
}

const READY = /^replaying on (http:\S+)$/m

function overHttp(url: string, stop: () => Promise<void>): Replay {
  const ask = async (method: string, what = 'counts', body?: unknown): Promise<ReplayCounts> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(`${url}/_vedette/${what}`, { method, ...sent })
    // Written a few lines above, by the same code.
    return (await response.json()) as ReplayCounts
  }
  return {
    url,
    counts: () => ask('GET'),
    clear: async () => void (await ask('DELETE')),
    fault: async (rule) => void (await ask('POST', 'faults', rule)),
    heal: async () => void (await ask('DELETE', 'faults')),
    drift: async (to) => void (await ask('POST', 'drift', to)),
    stop,
  }
}
