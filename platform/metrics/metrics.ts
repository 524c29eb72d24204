import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** What every metric has. Label values are bounded sets: never an object name, a resource id or a message. */
export interface MetricShape<Label extends string> {
  readonly name: string
  readonly help: string
  readonly labels?: readonly Label[]
}

/** The metrics of one process. Made once in its `main.ts` and passed down: there is no global registry. */
export interface Metrics {
  counter<Label extends string = never>(shape: MetricShape<Label>): Counter<Label>
  /** `collect` runs at each scrape, for values that are cheaper to read than to keep up to date. */
  gauge<Label extends string = never>(
    shape: MetricShape<Label> & { readonly collect?: (gauge: Gauge<Label>) => void },
  ): Gauge<Label>
  histogram<Label extends string = never>(
    shape: MetricShape<Label> & { readonly buckets: readonly number[] },
  ): Histogram<Label>
  /** The text that Prometheus scrapes, and its content type. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>
  /** The value of one series as a scrape would show it; `undefined` when there is no such series. For tests and status pages. */
  value(name: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined>
}

/**
 * A registry for one process.
 *
 * `processMetrics` (default true) adds Node's own series: memory, CPU, garbage collection and
 * `nodejs_eventloop_lag_seconds`. Registering one name twice throws: it is a programming error.
 */
export function createMetrics(options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry()
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry })
  const common = <Label extends string>(shape: MetricShape<Label>) => ({
    name: shape.name,
    help: shape.help,
    labelNames: shape.labels ?? [],
    registers: [registry],
  })

  return {
    counter: (shape) => new Counter(common(shape)),
    gauge: (shape) => {
      const { collect } = shape
      if (collect === undefined) return new Gauge(common(shape))
      return new Gauge({
        ...common(shape),
        collect() {
          collect(this)
        },
      })
    },
    histogram: (shape) => new Histogram({ ...common(shape), buckets: [...shape.buckets] }),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    value: async (name, labels = {}) => {
      for (const metric of await registry.getMetricsAsJSON()) {
        for (const series of metric.values) {
          // Histograms carry `metricName` (x_count, x_sum, x_bucket) where plain metrics only have the metric's own name.
          const seriesName = 'metricName' in series ? series.metricName : metric.name
          if (seriesName !== name) continue
          const own: Readonly<Record<string, unknown>> = series.labels
          if (Object.entries(labels).every(([label, value]) => String(own[label]) === value)) return series.value
        }
      }
      return undefined
    },
  }
}
