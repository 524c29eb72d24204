import { z } from 'zod'
import type { Answer } from './answer.ts'
import type { CallLog } from './call-log.ts'
import { FaultRule } from './faults.ts'
import type { Faults } from './faults.ts'
import { ThrottleRule } from './throttle.ts'
import type { Throttle } from './throttle.ts'

/**
 * What other processes may ask of the test AWS API, as JSON under `/_vedette/`: `GET calls`, `DELETE calls`,
 * `POST faults`, `DELETE faults`, `POST throttle`, `DELETE throttle`, `POST clock` with `{ "advanceMs": 1000 }`.
 */
export function control(parts: {
  readonly log: CallLog
  readonly faults: Faults
  readonly throttle: Throttle
  readonly advance: (ms: number) => void
}): (method: string, path: string, body: string) => Promise<Answer> {
  const { log, faults, throttle, advance } = parts
  const routes: Readonly<Record<string, (body: string) => unknown>> = {
    'GET /calls': () => ({ calls: log.list(), counts: log.counts() }),
    'DELETE /calls': () => log.clear(),
    'POST /faults': (body) => void faults.add(FaultRule.parse(JSON.parse(body))),
    'DELETE /faults': () => faults.clear(),
    'POST /throttle': (body) => throttle.set(ThrottleRule.parse(JSON.parse(body))),
    'DELETE /throttle': () => throttle.clear(),
    'POST /clock': (body) => advance(z.object({ advanceMs: z.number() }).parse(JSON.parse(body)).advanceMs),
  }
  return async (method, path, body) => {
    const route = routes[`${method} ${path}`]
    if (route === undefined)
      return json(404, { error: `No such control: ${method} ${path}`, known: Object.keys(routes) })
    try {
      return json(200, route(body) ?? { done: true })
    } catch (error) {
      return json(400, { error: String(error) })
    }
  }
}

function json(status: number, value: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) }
}
