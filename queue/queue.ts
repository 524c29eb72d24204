/**
 * A queue that gives each message at least once, in any order, and hides what it has given until that is deleted or its
 * time is over. Every call may throw when the queue is away. `test/queue/conformance.ts` holds all adapters to this.
 */
export interface Queue {
  /** Sends any number of bodies. Resolves to the indices that the queue took; the others were refused one by one. */
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

/** One receive gives at most this many. */
export const MOST_MESSAGES = 10
/** No message is hidden for longer than 12 hours at once. */
const MOST_HIDDEN_SECONDS = 43_200

/** How long a message is hidden when so many seconds are wanted: whole ones, within what queues allow. */
export function hiddenSeconds(wanted: number): number {
  return Math.min(MOST_HIDDEN_SECONDS, Math.max(0, Math.ceil(wanted)))
}

/** Attribute values hold no control characters and are not empty. */
export function attributeText(value: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what has to go
  return value.toWellFormed().replace(/[\u0000-\u001F\uFFFE\uFFFF]/g, ' ') || ' '
}
