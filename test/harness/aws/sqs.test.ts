import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { beforeEach, expect, test } from 'vitest'
import { clientsFor } from './clients.ts'
import { useAws } from './use-aws.ts'

const cloud = useAws()
let sqs: SQSClient
let QueueUrl: string

beforeEach(async () => {
  await cloud.aws.reset()
  ;({ sqs } = clientsFor(cloud.aws.url, cloud.aws.workerCredentials()))
  const queue = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs', Attributes: { VisibilityTimeout: '60' } }))
  QueueUrl = queue.QueueUrl ?? ''
})

const receive = async (WaitTimeSeconds: number) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }))).Messages ?? []
const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))

test('the worker sends, receives once, and deletes', async () => {
  await send('hello')
  const [message] = await receive(1)
  expect(message?.Body).toBe('hello')
  expect(await receive(0)).toEqual([])
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }))
})

test('a long poll ends with the first message, sent or made visible again, and empty when its time is over', async () => {
  const started = performance.now()
  const polling = receive(20)
  await send('soon')
  const [message] = await polling
  expect(message?.Body).toBe('soon')

  const again = receive(20)
  const visible = { QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 }
  await sqs.send(new ChangeMessageVisibilityCommand(visible))
  expect((await again).map(({ Body }) => Body)).toEqual(['soon'])
  expect(performance.now() - started).toBeLessThan(5_000)

  const before = performance.now()
  expect(await receive(1)).toEqual([])
  expect(performance.now() - before).toBeGreaterThanOrEqual(990)
})

test('a caller that dies while it waits takes no message with it', async () => {
  const dying = new AbortController()
  const poll = sqs
    .send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), { abortSignal: dying.signal })
    .catch((error: Error) => error.name)
  await receive(0)
  dying.abort()
  expect(await poll).toBe('AbortError')
  await receive(0)

  await send('for the living')
  expect((await receive(2)).map(({ Body }) => Body)).toEqual(['for the living'])
})
