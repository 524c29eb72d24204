import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'

/** SQS takes at most this many messages in one call. */
const MOST_PER_BATCH = 10
/** And no longer a visibility timeout than 12 hours. */
const MOST_VISIBLE_SECONDS = 43_200

/** A standard SQS queue: at least once, in any order. Every call may throw what the SDK throws, once it has given up. */
export interface Queue {
  readonly url: string
  /** Sends bodies, ten a call. Resolves to the indices that the queue took; the others were refused one by one. */
  send(bodies: readonly string[], signal: AbortSignal): Promise<SentBatch>
  /** Sends one, with attributes. */
  sendOne(body: string, attributes: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>
  /** Waits up to `waitSeconds` (20 at most) for up to `max` (10 at most) messages. */
  receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]>
  /** Hides a message for so long from now; 0 gives it back. False when this receipt is no longer good. */
  changeVisibility(message: Receipt, seconds: number, signal: AbortSignal): Promise<boolean>
  /** Deleting what is deleted already is no error. */
  delete(message: Receipt, signal: AbortSignal): Promise<void>
  /** Approximate, as SQS counts. */
  depth(signal: AbortSignal): Promise<QueueDepth>
}

export interface SentBatch {
  readonly sent: readonly number[]
  readonly refused: readonly { readonly index: number; readonly code: string; readonly message: string }[]
}

export interface ReceiveOptions {
  readonly max: number
  readonly waitSeconds: number
  readonly visibilitySeconds: number
  readonly signal: AbortSignal
}

export interface Receipt {
  readonly receiptHandle: string
}

export interface ReceivedMessage extends Receipt {
  readonly messageId: string
  readonly body: string
  /** How often it was received, this time included. */
  readonly receiveCount: number
  readonly sentAt: Date | null
  readonly attributes: Readonly<Record<string, string>>
}

export interface QueueDepth {
  readonly waiting: number
  readonly delayed: number
  readonly inFlight: number
}

/** A queue by its URL. The client comes with credentials, timeouts and endpoint, and is the caller's to destroy. */
export function createQueue({ client, url }: { readonly client: SQSClient; readonly url: string }): Queue {
  const QueueUrl = url
  return {
    url,
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
          MaxNumberOfMessages: Math.min(max, MOST_PER_BATCH),
          WaitTimeSeconds: waitSeconds,
          VisibilityTimeout: seconds(visibilitySeconds),
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
          new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: seconds(wanted) }),
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

function seconds(wanted: number): number {
  return Math.min(MOST_VISIBLE_SECONDS, Math.max(0, Math.ceil(wanted)))
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

/** Attribute values hold no control characters and are not empty. */
function attributeText(value: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what has to go
  return value.toWellFormed().replace(/[\u0000-\u001F\uFFFE\uFFFF]/g, ' ') || ' '
}
