import { createRateLimits } from '#platform/aws/rate-limit.ts'
import { createAwsCalls, type AwsTransport } from '#platform/aws/transport.ts'
import { createLogger } from '#platform/log/logger.ts'
import { systemClock } from '#platform/system-clock.ts'
import type { Clock } from '#core/clock.ts'
import { actionsOf } from '#resources/operations.ts'
import type { Credentials } from '#test/harness/aws/identity.ts'

/** The product's own calls to a test AWS, with credentials that do not have to be renewed; destroy them at the end. */
export function transportTo(options: {
  readonly url: string
  readonly credentials: Credentials
  readonly accountId: string
  readonly region: string
  readonly clock?: Clock
  readonly signal?: AbortSignal
}): AwsTransport {
  const { url, credentials, accountId, region, clock = systemClock } = options
  return createAwsCalls({
    accountId,
    partition: 'aws',
    region,
    endpoint: url,
    credentials: {
      provide: async () => ({ ...credentials, expiration: new Date(0) }),
      expire: () => {},
      clockOffsetMs: () => 0,
    },
    actionOf: (operation) => actionsOf(operation)[0] ?? operation,
    clock,
    limits: createRateLimits({ clock: systemClock }),
    calls: { inc: () => {} },
    log: createLogger({ process: 'test', level: 'silent' }),
    signal: options.signal ?? new AbortController().signal,
  })
}
