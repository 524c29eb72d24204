import type { Counter, Gauge, Histogram } from 'prom-client'
import { AWS_CALLS_METRIC } from '#platform/aws/call-metrics.ts'
import type { Metrics } from '#platform/metrics/metrics.ts'

/** What a worker tells Prometheus. Labels are bounded sets: never an account, a resource or a message. */
export interface WorkerMetrics {
  readonly scanDuration: Histogram<'outcome'>
  readonly scanCoverage: Histogram
  readonly jobs: Counter<'kind' | 'outcome'>
  readonly jobDuration: Histogram<'kind'>
  readonly jobsActive: Gauge
  readonly awsCalls: Counter<'service' | 'operation' | 'outcome'>
  readonly awsThrottles: Counter<'service' | 'operation'>
  readonly deadLetters: Counter
  readonly findingsChanges: Counter<'severity' | 'change'>
  readonly queueMessages: Gauge<'state'>
}

/** Registers them; call once per process. */
export function workerMetrics(metrics: Metrics): WorkerMetrics {
  return {
    scanDuration: metrics.histogram({
      name: 'vedette_scan_duration_seconds',
      help: 'From the first lease of a scan until it was judged.',
      labels: ['outcome'],
      buckets: [5, 15, 30, 60, 120, 300, 600, 1200, 3600, 7200, 14_400],
    }),
    scanCoverage: metrics.histogram({
      name: 'vedette_scan_coverage_percent',
      help: 'How much of what was planned a scan could judge.',
      buckets: [0, 25, 50, 75, 90, 95, 99, 100],
    }),
    jobs: metrics.counter({
      name: 'vedette_jobs_total',
      help: 'Jobs that this worker worked on, by how that ended.',
      labels: ['kind', 'outcome'],
    }),
    jobDuration: metrics.histogram({
      name: 'vedette_job_duration_seconds',
      help: 'From taking the lease until the outcome was written.',
      labels: ['kind'],
      buckets: [0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 3600],
    }),
    jobsActive: metrics.gauge({ name: 'vedette_jobs_active', help: 'Jobs that this worker works on now.' }),
    awsCalls: metrics.counter(AWS_CALLS_METRIC),
    awsThrottles: metrics.counter({
      name: 'vedette_aws_throttles_total',
      help: 'Calls that AWS answered with a throttling error.',
      labels: ['service', 'operation'],
    }),
    deadLetters: metrics.counter({
      name: 'vedette_dead_letters_total',
      help: 'Messages that nobody understood.',
    }),
    findingsChanges: metrics.counter({
      name: 'vedette_findings_changes_total',
      help: 'Findings opened, resolved and reopened by the scans that this worker judged.',
      labels: ['severity', 'change'],
    }),
    queueMessages: metrics.gauge({
      name: 'vedette_queue_messages',
      help: 'Messages on the job queue as SQS estimates them.',
      labels: ['state'],
    }),
  }
}
