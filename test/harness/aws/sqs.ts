import { once } from 'node:events'
import { z } from 'zod'
import type { Call } from './call.ts'
import type { Repair } from './repair.ts'

const ReceiveBody = z.looseObject({ WaitTimeSeconds: z.number().default(0) })

const Received = z.object({ Messages: z.array(z.object({ ReceiptHandle: z.string() })).default([]) })

/** How long a message that becomes visible by itself may wait for a poll. */
const LOOK_AGAIN_MS = 500

/**
 * ReceiveMessage waits here rather than in moto, which goes on waiting for a caller that has died and then hands it a
 * message. Sends through this proxy end the wait at once.
 */
const receiveMessage: Repair = async ({ call, world, gone, forward }) => {
  const body = ReceiveBody.parse(JSON.parse(call.body.toString()))
  const now = (): Call => ({ ...call, body: Buffer.from(JSON.stringify({ ...body, WaitTimeSeconds: 0 })) })
  const until = performance.now() + body.WaitTimeSeconds * 1000
  for (;;) {
    const left = until - performance.now()
    const pause = AbortSignal.any([gone, AbortSignal.timeout(Math.ceil(Math.max(0, Math.min(left, LOOK_AGAIN_MS))))])
    // Listening starts before the look, or a message sent in between would be seen only at the next one.
    const sent = once(world.queues, 'sent', { signal: pause }).catch(() => undefined)
    const answer = await forward(now())
    const { Messages } = Received.parse(answer.status === 200 ? JSON.parse(answer.body.toString()) : {})
    if (gone.aborted) {
      for (const { ReceiptHandle } of Messages) await forward(giveBack(call, body['QueueUrl'], ReceiptHandle))
    }
    if (answer.status !== 200 || Messages.length > 0 || left <= 0 || gone.aborted) return answer
    await sent
  }
}

function giveBack(call: Call, QueueUrl: unknown, ReceiptHandle: string): Call {
  return {
    ...call,
    headers: { ...call.headers, 'x-amz-target': 'AmazonSQS.ChangeMessageVisibility' },
    body: Buffer.from(JSON.stringify({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 })),
  }
}

const sending: Repair = async ({ call, world, forward }) => {
  const answer = await forward(call)
  world.queues.emit('sent')
  return answer
}

/** SQS operations that moto would answer otherwise than AWS. */
export const SQS_REPAIRS: Readonly<Record<string, Repair>> = {
  ReceiveMessage: receiveMessage,
  SendMessage: sending,
  SendMessageBatch: sending,
  ChangeMessageVisibility: sending,
  ChangeMessageVisibilityBatch: sending,
}
