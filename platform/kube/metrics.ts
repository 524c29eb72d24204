import type { Counter, Gauge, Histogram } from 'prom-client'
import type { Metrics } from '#platform/metrics/metrics.ts'

/**
 * Every metric of the runtime, under the names that client-go and controller-runtime gave them, so that existing
 * dashboards and alerts work (controller-runtime: pkg/internal/controller/metrics, pkg/internal/metrics/workqueue.go,
 * client-go: tools/metrics, tools/leaderelection). Made once per process.
 */
export interface KubeMetrics {
  readonly requests: Counter<'code' | 'method' | 'host'>
  readonly requestDuration: Histogram<'verb' | 'host'>
  readonly lists: Counter<'name'>
  readonly watches: Counter<'name'>
  readonly shortWatches: Counter<'name'>
  readonly degraded: Gauge<'name'>
  readonly cachedObjects: Gauge<'name'>
  readonly handlerFailures: Counter<'name'>
  readonly queueDepth: Gauge<'name' | 'controller' | 'priority'>
  readonly queueAdds: Counter<'name' | 'controller'>
  readonly queueRetries: Counter<'name' | 'controller'>
  readonly queueDuration: Histogram<'name' | 'controller'>
  readonly workDuration: Histogram<'name' | 'controller'>
  readonly reconciles: Counter<'controller' | 'result'>
  readonly reconcileErrors: Counter<'controller'>
  readonly terminalErrors: Counter<'controller'>
  readonly panics: Counter<'controller'>
  readonly timeouts: Counter<'controller'>
  readonly reconcileTime: Histogram<'controller'>
  readonly maxConcurrent: Gauge<'controller'>
  readonly activeWorkers: Gauge<'controller'>
  readonly leader: Gauge<'name'>
  readonly statusApplies: Counter<'kind' | 'result'>
  readonly events: Counter<'type' | 'result'>
  /** Work queues whose unfinished work is read at each scrape. */
  readonly queues: Set<QueueGauges>
}

export interface QueueGauges {
  readonly name: string
  unfinishedSeconds(): number
  longestRunningSeconds(): number
}

const requestBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60] as const
// workqueue.go: exponential from 10 ns, factor 10; nothing of interest happens below 10 µs here.
const queueBuckets = [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000] as const
const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
] as const

export function createKubeMetrics(metrics: Metrics): KubeMetrics {
  const queues = new Set<QueueGauges>()
  const queue = ['name', 'controller'] as const
  const controller = ['controller'] as const
  const reflector = ['name'] as const
  metrics.gauge({
    name: 'workqueue_unfinished_work_seconds',
    help: 'Seconds of work in progress that workqueue_work_duration_seconds has not seen yet. Large values mean stuck workers.',
    labels: queue,
    collect: (gauge) => {
      for (const { name, ...read } of entriesOf(queues)) gauge.set({ name, controller: name }, read.unfinished)
    },
  })
  metrics.gauge({
    name: 'workqueue_longest_running_processor_seconds',
    help: 'How long the longest running worker has been at its item.',
    labels: queue,
    collect: (gauge) => {
      for (const { name, ...read } of entriesOf(queues)) gauge.set({ name, controller: name }, read.longest)
    },
  })

  return {
    queues,
    requests: metrics.counter({
      name: 'rest_client_requests_total',
      help: 'Calls to the API server by code (or <error> when there was no answer), method and host.',
      labels: ['code', 'method', 'host'],
    }),
    requestDuration: metrics.histogram({
      name: 'rest_client_request_duration_seconds',
      help: 'Duration of calls to the API server, watches apart.',
      labels: ['verb', 'host'],
      buckets: requestBuckets,
    }),
    lists: metrics.counter({ name: 'reflector_lists_total', help: 'Full lists of a kind.', labels: reflector }),
    watches: metrics.counter({ name: 'reflector_watches_total', help: 'Watches started.', labels: reflector }),
    shortWatches: metrics.counter({
      name: 'reflector_short_watches_total',
      help: 'Watches that ended within a second and brought nothing.',
      labels: reflector,
    }),
    degraded: metrics.gauge({
      name: 'reflector_degraded',
      help: '1 while the kind cannot be listed or watched; what is cached may be old.',
      labels: reflector,
    }),
    cachedObjects: metrics.gauge({ name: 'reflector_objects', help: 'Objects in the cache.', labels: reflector }),
    handlerFailures: metrics.counter({
      name: 'reflector_handler_failures_total',
      help: 'Exceptions of event handlers, which the watch survived.',
      labels: reflector,
    }),
    queueDepth: metrics.gauge({
      name: 'workqueue_depth',
      help: 'Items that wait for a worker.',
      labels: ['name', 'controller', 'priority'],
    }),
    queueAdds: metrics.counter({ name: 'workqueue_adds_total', help: 'Items added.', labels: queue }),
    queueRetries: metrics.counter({ name: 'workqueue_retries_total', help: 'Items added again later.', labels: queue }),
    queueDuration: metrics.histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long an item waits for a worker.',
      labels: queue,
      buckets: queueBuckets,
    }),
    workDuration: metrics.histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long a worker has an item.',
      labels: queue,
      buckets: queueBuckets,
    }),
    reconciles: metrics.counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciliations by result.',
      labels: ['controller', 'result'],
    }),
    reconcileErrors: metrics.counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Reconciliations that failed, terminal ones too.',
      labels: controller,
    }),
    terminalErrors: metrics.counter({
      name: 'controller_runtime_terminal_reconcile_errors_total',
      help: 'Reconciliations that failed for good: only a change of the object helps.',
      labels: controller,
    }),
    panics: metrics.counter({
      name: 'controller_runtime_reconcile_panics_total',
      help: 'Reconciliations that threw: a defect.',
      labels: controller,
    }),
    timeouts: metrics.counter({
      name: 'controller_runtime_reconcile_timeouts_total',
      help: 'Reconciliations that ran into their timeout.',
      labels: controller,
    }),
    reconcileTime: metrics.histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Duration of a reconciliation.',
      labels: controller,
      buckets: reconcileBuckets,
    }),
    maxConcurrent: metrics.gauge({
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'How many workers the controller may have.',
      labels: controller,
    }),
    activeWorkers: metrics.gauge({
      name: 'controller_runtime_active_workers',
      help: 'How many workers are at work.',
      labels: controller,
    }),
    leader: metrics.gauge({
      name: 'leader_election_master_status',
      help: '1 on the replica that holds the lease, 0 on the others.',
      labels: ['name'],
    }),
    statusApplies: metrics.counter({
      name: 'kube_status_applies_total',
      help: 'Statuses to be written, by kind and result; only applied and conflict reached the API server as a write.',
      labels: ['kind', 'result'],
    }),
    events: metrics.counter({
      name: 'kube_events_total',
      help: 'Kubernetes Events by type and what became of them: written, folded, dropped or failed.',
      labels: ['type', 'result'],
    }),
  }
}

function entriesOf(queues: ReadonlySet<QueueGauges>) {
  return [...queues].map((queue) => ({
    name: queue.name,
    unfinished: queue.unfinishedSeconds(),
    longest: queue.longestRunningSeconds(),
  }))
}
