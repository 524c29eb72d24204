import type { AwsCalls, Failure, Operation } from '#core/aws-call.ts'
import { callUntilAnswered, type CallDeps } from './attempts.ts'
import { wasClockCorrected } from './clock-correction.ts'
import { buildClient, clientNameOf, regionOf, type ClientName, type SdkClient } from './clients.ts'
import type { SessionCredentials } from './session-credentials.ts'
import { EXPIRED_CODES } from './error-codes.ts'
import { createHttpHandler } from './http-handler.ts'
import { partitionOf } from './partitions.ts'

export interface AwsTransportDeps extends CallDeps {
  readonly partition: string
  /** Where calls go unless they say otherwise. */
  readonly region: string
  readonly credentials: SessionCredentials
  /** Another endpoint for all services: for tests and demos. */
  readonly endpoint?: string | undefined
  /** Milliseconds until an answer must have begun; default 30 s. */
  readonly answerMs?: number
}

export interface AwsTransport extends AwsCalls {
  /** Closes all connections. Calls under way fail; abort the signal first. */
  destroy(): void
}

/**
 * Calls to one account, for one job. Clients are built when first needed, one per service and region, over one set of
 * connections; they are dropped with the job. Costs 25 KB and 0.1 ms per client.
 *
 * Credentials that AWS says are over are renewed once per call; a bucket that turns out to be elsewhere is asked there
 * once; a clock that AWS says is wrong is corrected for all clients.
 */
export function createAwsCalls(deps: AwsTransportDeps): AwsTransport {
  const { credentials, clock, partition, signal } = deps
  const { regions } = partitionOf(partition)
  const requestHandler = createHttpHandler(deps.answerMs === undefined ? {} : { answerMs: deps.answerMs })
  const clients = new Map<string, SdkClient>()
  let clockOffsetMs = credentials.clockOffsetMs()

  const clientOf = (name: ClientName, region: string): SdkClient => {
    const key = `${name} ${region}`
    const known = clients.get(key)
    if (known !== undefined) return known
    const built = buildClient(name, {
      region,
      credentials: credentials.provide,
      requestHandler,
      endpoint: deps.endpoint,
      clockOffsetMs,
    })
    clients.set(key, built)
    return built
  }

  return {
    accountId: deps.accountId,
    partition,
    region: deps.region,
    signal,
    clock,
    call: async (operation, command, options = {}) => {
      signal.throwIfAborted()
      const name = clientNameOf(operation)
      let region = regionOf(operation, partition, options.region ?? deps.region)
      if (!regions.test(region)) return { ok: false, failure: elsewhere(operation, region, partition) }
      let keyId: string | undefined
      let signedByMs = clockOffsetMs
      return callUntilAnswered(deps, {
        operation,
        region,
        send: async () => {
          const client = clientOf(name, region)
          keyId = (await credentials.provide()).accessKeyId
          signedByMs = client.clockOffsetMs()
          try {
            return await client.send(command, signal)
          } finally {
            clockOffsetMs = client.clockOffsetMs()
          }
        },
        recover: async (failure, error) => {
          if (failure.category === 'wrong_region') {
            const hint = regionHint(error)
            if (hint === undefined || hint === region || !regions.test(hint)) return false
            region = hint
            return true
          }
          if (failure.category !== 'credentials') return false
          if (wasClockCorrected(signedByMs, clientOf(name, region).clockOffsetMs())) return true
          if (keyId === undefined || !EXPIRED_CODES.includes(failure.code)) return false
          credentials.expire(keyId)
          return true
        },
      })
    },
    destroy: () => {
      clients.clear()
      requestHandler.destroy()
    },
  }
}

function elsewhere(operation: Operation, region: string, partition: string): Failure {
  const message = `${region} is not a region of partition ${partition}`
  return {
    category: 'region_unavailable',
    operation,
    code: 'RegionNotInPartition',
    message,
    reason: { kind: 'fault', operation, detail: message },
  }
}

/** Where S3 says a bucket is: in the error's body, or in a header. */
function regionHint(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const inBody: unknown = Reflect.get(error, 'Region')
  if (typeof inBody === 'string' && inBody !== '') return inBody
  const response: unknown = Reflect.get(error, '$response')
  const headers: unknown =
    typeof response === 'object' && response !== null ? Reflect.get(response, 'headers') : undefined
  const inHeader: unknown =
    typeof headers === 'object' && headers !== null ? Reflect.get(headers, 'x-amz-bucket-region') : undefined
  return typeof inHeader === 'string' ? inHeader : undefined
}
