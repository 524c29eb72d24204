import type { Clock } from './clock.ts'
import type { Reason } from './reason.ts'

/** An AWS operation as `service:Operation`, for example `ec2:DescribeInstances`; the service is the IAM prefix of the client. */
export type Operation = `${string}:${string}`

/**
 * What an AWS error means. The table that turns codes into these is `platform/aws/error-codes.ts`.
 * `absent_config` is an answer ("nothing is configured"), allow-listed per operation, never a failure to look.
 */
export type FailureCategory =
  | 'access_denied'
  | 'credentials'
  | 'region_disabled'
  | 'region_unavailable'
  | 'not_enabled'
  | 'absent_config'
  | 'resource_gone'
  | 'throttled'
  | 'transient'
  | 'validation'
  | 'malformed'
  | 'wrong_region'
  | 'unclassified'

/** A call that gave no answer: what it means, what AWS said, and the reason that unknowns carry. */
export interface Failure {
  readonly category: FailureCategory
  readonly operation: Operation
  readonly code: string
  readonly message: string
  readonly httpStatus?: number
  readonly requestId?: string
  readonly reason: Reason
}

export type Answer<O> = { readonly ok: true; readonly value: O } | { readonly ok: false; readonly failure: Failure }

/** A command of an AWS SDK v3 client, as far as anybody but the transport needs to know it: what it answers. */
export interface AwsCommand<O> {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ readonly output: O }>
}

/**
 * Calls to one account, within one job. Rate-limited, counted, retried for transport faults only, aborted with the job.
 * A call that fails is a value; only an abort throws.
 */
export interface AwsCalls {
  readonly accountId: string
  readonly partition: string
  /** Where calls go unless `options.region` says otherwise. For a global job: the partition's home region. */
  readonly region: string
  readonly signal: AbortSignal
  /** For the few answers that AWS has to be asked for again, such as the credential report. */
  readonly clock: Clock
  call<O>(operation: Operation, command: AwsCommand<O>, options?: CallOptions): Promise<Answer<O>>
}

export interface CallOptions {
  /** Another region than the job's: a bucket's own. */
  readonly region?: string
}
