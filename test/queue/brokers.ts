import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { systemClock } from '#platform/system-clock.ts'
import { createMemoryQueue } from '#queue/memory.ts'
import type { Queue } from '#queue/queue.ts'
import { createSqsQueue } from '#queue/sqs.ts'
import { startMoto } from '#test/harness/aws/moto.ts'

/** A queue of a test's own, with the one where its dead letters go. */
export interface TestQueue {
  readonly queue: Queue
  readonly deadLetters: Queue
  /** Everything on it is lost, as when somebody purges it. */
  purge(): Promise<void>
}

/** Where queues come from. */
export interface Broker {
  open(options?: { readonly maxReceiveCount?: number }): Promise<TestQueue>
  stop(): Promise<void>
}

const OFTEN = 100

/** Every adapter of `Queue` that there is. */
export const BROKERS: readonly { readonly name: string; readonly start: () => Promise<Broker> }[] = [
  { name: 'SQS', start: startSqs },
  { name: 'memory', start: () => Promise.resolve({ open: openMemory, stop: () => Promise.resolve() }) },
]

async function startSqs(): Promise<Broker> {
  const moto = await startMoto({ log: () => undefined })
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' }
  const client = new SQSClient({ endpoint: moto.url, region: 'eu-west-1', credentials })
  let opened = 0
  const create = async (QueueName: string): Promise<string> =>
    (await client.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? ''
  return {
    open: async ({ maxReceiveCount = OFTEN } = {}) => {
      const n = opened++
      const [url, deadUrl] = [await create(`jobs-${n}`), await create(`dead-${n}`)]
      const dead = await client.send(new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] }))
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.Attributes?.['QueueArn'], maxReceiveCount })
      await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { RedrivePolicy } }))
      return {
        queue: createSqsQueue({ client, url }),
        deadLetters: createSqsQueue({ client, url: deadUrl }),
        purge: async () => void (await client.send(new PurgeQueueCommand({ QueueUrl: url }))),
      }
    },
    stop: async () => {
      client.destroy()
      await moto.stop()
    },
  }
}

async function openMemory({ maxReceiveCount = OFTEN } = {}): Promise<TestQueue> {
  const clock = systemClock
  const deadLetters = createMemoryQueue({ clock })
  const queue = createMemoryQueue({ clock, redrive: { deadLetters, maxReceiveCount } })
  const signal = new AbortController().signal
  return {
    queue,
    deadLetters,
    purge: async () => {
      const receive = () => queue.receive({ max: 10, waitSeconds: 0, visibilitySeconds: 30, signal })
      for (let page = await receive(); page.length > 0; page = await receive()) {
        for (const message of page) await queue.delete(message, signal)
      }
    },
  }
}
