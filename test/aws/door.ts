import type { CallOutcome } from '#platform/aws/call-metrics.ts'
import { createRateLimits, type RateLimits } from '#platform/aws/rate-limit.ts'
import { buildSessionPolicy, type SessionPolicy } from '#platform/aws/session-policy.ts'
import { assumeRole, type RoleRequest, type Session, type SessionDeps } from '#platform/aws/session.ts'
import { createAwsCalls, type AwsTransport, type AwsTransportDeps } from '#platform/aws/transport.ts'
import { createLogger } from '#platform/log/logger.ts'
import { systemClock } from '#platform/system-clock.ts'
import type { Aws } from '#test/harness/aws/aws.ts'
import { createRole, policy, trustPolicy } from '#test/harness/aws/roles.ts'

export const ACCOUNT = '111122223333'
export const EXTERNAL_ID = '7b0d6c1e-5d0a-4b1e-9f57-000000000001'
export const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/Reader`

/** What a process brings to the test AWS: the worker's own credentials, limits, counters, a log. */
export interface Door {
  readonly deps: SessionDeps
  /** Attempts by `service:Operation outcome`. */
  readonly counts: Record<string, number>
  readonly log: () => string
  /** Calls to `ACCOUNT` through the role, as a job makes them. Everything is closed by `close`. */
  enter(options?: { readonly request?: Partial<RoleRequest>; readonly calls?: Partial<AwsTransportDeps> }): Promise<{
    readonly aws: AwsTransport
    readonly session: Session
  }>
  close(): void
}

/** A role that the worker may assume, and that may do everything unless told otherwise. */
export async function createReader(
  aws: Aws,
  options: { readonly externalId?: string | null; readonly policy?: object } = {},
): Promise<void> {
  const { externalId = EXTERNAL_ID } = options
  await createRole(aws, ACCOUNT, {
    name: 'Reader',
    trust: trustPolicy(aws.workerRoleArn(), externalId ?? undefined),
    policy: options.policy ?? policy('Allow', ['*']),
  })
}

export function sessionPolicyFor(actions: readonly string[] = []): SessionPolicy {
  const result = buildSessionPolicy({ partition: 'aws', actions })
  if (result.kind !== 'ok') throw new Error(`no session policy: ${JSON.stringify(result)}`)
  return result.policy
}

export function openDoor(aws: Aws, more: Partial<SessionDeps> & { readonly limits?: RateLimits } = {}): Door {
  const counts: Record<string, number> = {}
  let lines = ''
  const ending: (() => void)[] = []
  const deps: SessionDeps = {
    baseCredentials: () => Promise.resolve(aws.workerCredentials()),
    region: 'eu-central-1',
    endpoint: aws.url,
    clock: systemClock,
    limits: createRateLimits({ clock: systemClock }),
    calls: {
      inc: ({ service, operation, outcome }: { service: string; operation: string; outcome: CallOutcome }) => {
        const key = `${service}:${operation} ${outcome}`
        counts[key] = (counts[key] ?? 0) + 1
      },
    },
    log: createLogger({ process: 'test', level: 'debug', destination: { write: (line) => void (lines += line) } }),
    signal: new AbortController().signal,
    random: () => 0.01,
    ...more,
  }
  return {
    deps,
    counts,
    log: () => lines,
    enter: async ({ request = {}, calls = {} } = {}) => {
      const assumed = await assumeRole(deps, {
        roleArn: ROLE_ARN,
        externalId: EXTERNAL_ID,
        sessionName: 'vedette-test',
        sessionPolicy: sessionPolicyFor(),
        ...request,
      })
      if (assumed.kind !== 'ok') throw new Error(`the role was not assumed: ${JSON.stringify(assumed)}`)
      const transport = createAwsCalls({
        ...deps,
        accountId: ACCOUNT,
        partition: 'aws',
        credentials: assumed.session.credentials,
        actionOf: (operation) => operation,
        ...calls,
      })
      ending.push(
        () => transport.destroy(),
        () => assumed.session.destroy(),
      )
      return { aws: transport, session: assumed.session }
    },
    close: () => {
      for (const end of ending.splice(0)) end()
    },
  }
}
