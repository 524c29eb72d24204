import type { AwsCalls, AwsCommand, Operation } from '#core/aws-call.ts'
import { systemClock } from '#platform/system-clock.ts'
import { clientsFor, type Clients } from '#test/harness/aws/clients.ts'
import type { Credentials } from '#test/harness/aws/identity.ts'

/** Calls through the real SDK, without the transport's rate limits and retries: collectors are tested by what they ask. */
export function sdkCalls(options: {
  readonly url: string
  readonly credentials: Credentials
  readonly accountId: string
  readonly region: string
}): AwsCalls {
  const byRegion = new Map<string, Clients>()
  const clientsIn = (region: string): Clients => {
    const clients = byRegion.get(region) ?? clientsFor(options.url, options.credentials, region)
    byRegion.set(region, clients)
    return clients
  }
  return {
    accountId: options.accountId,
    partition: 'aws',
    region: options.region,
    signal: new AbortController().signal,
    clock: systemClock,
    call: async <O>(operation: Operation, command: AwsCommand<O>, { region = options.region } = {}) => {
      const service = operation.split(':')[0]
      // An operation's prefix names the client of its command; only EC2 is asked through here.
      if (service !== 'ec2') throw new Error(`no client for ${operation}`)
      try {
        return { ok: true, value: (await clientsIn(region).ec2.send(command as never)) as O }
      } catch (error) {
        const { name, message } = error as Error
        return { ok: false, failure: failureOf(operation, name, message) }
      }
    },
  }
}

function failureOf(operation: Operation, code: string, message: string) {
  const isDenied = code === 'UnauthorizedOperation'
  const reason = isDenied
    ? ({ kind: 'denied', operation, action: operation, by: 'unnamed', explicit: false } as const)
    : ({ kind: 'fault', operation, detail: `${code}: ${message}` } as const)
  return { category: isDenied ? 'access_denied' : 'unclassified', operation, code, message, reason } as const
}
