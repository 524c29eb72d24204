import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { attributeText, hiddenSeconds, MOST_MESSAGES, type Queue } from './queue.ts'

/** SQS takes at most this many messages in one call. */
const MOST_PER_BATCH = 10

/**
 * A standard SQS queue by its URL. Every call may throw what the SDK throws, once it has given up. The client comes with
 * credentials, timeouts and endpoint, and is the caller's to destroy.
 */
export function createSqsQueue({ client, url }: { readonly client: SQSClient; readonly url: string }): Queue {
  const QueueUrl = url
  return {
    send: async (bodies, abortSignal) => {
      const batches = Array.from({ length: Math.ceil(bodies.length / MOST_PER_BATCH) }, (_, n) => n * MOST_PER_BATCH)
      const answers = await Promise.all(
        batches.map(async (from) => {
          const Entries = bodies
            .slice(from, from + MOST_PER_BATCH)
            .map((MessageBody, index) => ({ Id: String(from + index), MessageBody }))
          return client.send(new SendMessageBatchCommand({ QueueUrl, Entries }), { abortSignal })
        }),
      )
      return {
        sent: answers.flatMap(({ Successful = [] }) => Successful.map(({ Id }) => Number(Id))),
        refused: answers.flatMap(({ Failed = [] }) =>
          Failed.map(({ Id, Code, Message }) => ({ index: Number(Id), code: Code ?? '', message: Message ?? '' })),
        ),
      }
    },
    sendOne: async (MessageBody, attributes, abortSignal) => {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [
          name,
          { DataType: 'String', StringValue: attributeText(value) },
        ]),
      )
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }), { abortSignal })
    },
    receive: async ({ max, waitSeconds, visibilitySeconds, signal }) => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: Math.min(max, MOST_MESSAGES),
          WaitTimeSeconds: waitSeconds,
          VisibilityTimeout: hiddenSeconds(visibilitySeconds),
          MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
          MessageAttributeNames: ['All'],
        }),
        { abortSignal: signal },
      )
      return Messages.map((message) => ({
        messageId: message.MessageId ?? '',
        receiptHandle: message.ReceiptHandle ?? '',
        body: message.Body ?? '',
        receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
        sentAt:
          message.Attributes?.SentTimestamp === undefined ? null : new Date(Number(message.Attributes.SentTimestamp)),
        attributes: Object.fromEntries(
          Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue ?? '']),
        ),
      }))
    },
    changeVisibility: async ({ receiptHandle: ReceiptHandle }, wanted, abortSignal) => {
      try {
        await client.send(
          new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: hiddenSeconds(wanted) }),
          { abortSignal },
        )
        return true
      } catch (error) {
        if (isStaleReceipt(error)) return false
        throw error
      }
    },
    delete: async ({ receiptHandle: ReceiptHandle }, abortSignal) => {
      try {
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }), { abortSignal })
      } catch (error) {
        if (!isStaleReceipt(error)) throw error
      }
    },
    depth: async (abortSignal) => {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesDelayed',
            'ApproximateNumberOfMessagesNotVisible',
          ],
        }),
        { abortSignal },
      )
      return {
        waiting: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
        delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed'] ?? 0),
        inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
      }
    },
  }
}

/**
 * The message was deleted, or is somebody else's by now. Errors of ChangeMessageVisibility:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 */
function isStaleReceipt(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    /^(MessageNotInflight|ReceiptHandleIsInvalid|AWS\.SimpleQueueService\.MessageNotInflight)$/.test(error.name) ||
    // As InvalidParameterValue: "Message does not exist or is not available for visibility timeout change".
    /does not exist or is not available/.test(error.message)
  )
}
