import { NodeHttpHandler } from '@smithy/node-http-handler'

/** To a region on the other side of the world a TLS handshake takes well under a second. */
const CONNECT_MS = 5_000
/** Pages of 1,000 items take up to three seconds; what is silent for this long is lost. */
const ANSWER_MS = 30_000
const SOCKETS = 50

/**
 * Connections with time limits, which the SDK's default handler does not have: 5 s to connect, 30 s until an answer
 * begins and 30 s of silence within it. Share one among all clients of a job, and destroy it with the job.
 */
export function createHttpHandler(options: { readonly answerMs?: number } = {}): NodeHttpHandler {
  const { answerMs = ANSWER_MS } = options
  const agent = { keepAlive: true, maxSockets: SOCKETS }
  return new NodeHttpHandler({
    connectionTimeout: CONNECT_MS,
    requestTimeout: answerMs,
    socketTimeout: answerMs,
    // Without it the handler only logs that the time is up, and goes on waiting.
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  })
}
