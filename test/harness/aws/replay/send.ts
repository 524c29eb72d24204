import type { ServerResponse } from 'node:http'
import { refuse } from '../answer.ts'
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { throttled } from '../faults.ts'
import type { Fault } from '../faults.ts'
import type { ReplayCaller } from './answers.ts'

/** An answer that does not arrive whole: silence, a break, or half of it and then a break. */
export type Broken = { readonly kind: 'reset' | 'hang' } | { readonly kind: 'truncate'; readonly answer: Answer }

/** What a fault makes of a call; a delay is the caller's to wait for. */
export function injected(
  fault: Exclude<Fault, { kind: 'delay' }>,
  call: Call,
  { caller, answer }: { readonly caller: ReplayCaller; readonly answer: () => Answer },
): Answer | Broken {
  switch (fault.kind) {
    // Reads have no effect that an error could come after.
    case 'error':
    case 'late-error':
      return refuse(call, fault)
    case 'throttle':
      return refuse(call, throttled(call))
    case 'denied': {
      const code = call.service === 'ec2' ? 'UnauthorizedOperation' : 'AccessDenied'
      const message = `User: ${caller.arn} is not authorized to perform: ${call.action} ${fault.reason}`
      return refuse(call, { status: 403, code, message })
    }
    case 'malformed':
      return { status: 200, headers: { 'content-type': fault.contentType }, body: Buffer.from(fault.body) }
    case 'truncate':
      return { kind: fault.kind, answer: answer() }
    case 'reset':
    case 'hang':
      return { kind: fault.kind }
    case 'identity':
      throw new Error('the replay server has one account for each access key: use the AWS proxy for another identity')
    default:
      return fault satisfies never
  }
}

export function jsonAnswer(value: unknown): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) }
}

export function send(response: ServerResponse, answer: Answer | Broken): void {
  if (!('kind' in answer)) {
    head(response, answer).end(answer.body)
  } else if (answer.kind === 'reset') {
    response.socket?.resetAndDestroy()
  } else if (answer.kind === 'truncate') {
    const { body } = answer.answer
    head(response, answer.answer).write(body.subarray(0, Math.floor(body.length / 2)), () =>
      response.socket?.resetAndDestroy(),
    )
  }
}

function head(response: ServerResponse, { status, headers, body }: Answer): ServerResponse {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  return response.writeHead(status, { 'content-length': body.length })
}
