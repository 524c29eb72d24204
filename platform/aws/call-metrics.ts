/**
 * How one attempt of a call ended. `lost`: the last attempt of a call whose retries or time were spent, so that there
 * is no answer. `aborted`: the job ended while it was under way. Each attempt has exactly one.
 */
export type CallOutcome = 'ok' | 'throttled' | 'denied' | 'retried' | 'failed' | 'lost' | 'aborted'

/** `vedette_aws_calls_total`. A prom-client counter with these labels is one. */
export interface CallCounter {
  inc(labels: { readonly service: string; readonly operation: string; readonly outcome: CallOutcome }): void
}

/** What the counter is registered as. */
export const AWS_CALLS_METRIC = {
  name: 'vedette_aws_calls_total',
  help: 'Calls to AWS, every attempt by how it ended: ok, denied, failed; throttled and retried were made again; lost were given up; aborted ended with their job.',
  labels: ['service', 'operation', 'outcome'],
} as const
