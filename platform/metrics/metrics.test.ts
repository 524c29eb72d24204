import { describe, expect, it } from 'vitest'
import { createMetrics } from '#platform/metrics/metrics.ts'

describe('createMetrics', () => {
  it('keeps the series of two processes apart', async () => {
    const first = createMetrics({ processMetrics: false })
    const second = createMetrics({ processMetrics: false })
    const shape = { name: 'jobs_total', help: 'Jobs.', labels: ['kind'] as const }
    first.counter(shape).inc({ kind: 'collect' }, 2)
    second.counter(shape)

    expect(await first.value('jobs_total', { kind: 'collect' })).toBe(2)
    expect(await second.value('jobs_total', { kind: 'collect' })).toBeUndefined()
  })

  it('asks a gauge for its value at each scrape', async () => {
    const metrics = createMetrics({ processMetrics: false })
    let depth = 1
    metrics.gauge({ name: 'depth', help: 'Depth.', collect: (gauge) => gauge.set(depth) })

    expect(await metrics.value('depth')).toBe(1)
    depth = 5
    expect((await metrics.render()).body).toContain('depth 5')
  })

  it('reads a histogram by the name of the series', async () => {
    const metrics = createMetrics({ processMetrics: false })
    metrics.histogram({ name: 'wait_seconds', help: 'Wait.', buckets: [1, 2] }).observe(1.5)

    expect(await metrics.value('wait_seconds_count')).toBe(1)
    expect(await metrics.value('wait_seconds_bucket', { le: '1' })).toBe(0)
    expect(await metrics.value('wait_seconds_bucket', { le: '2' })).toBe(1)
  })

  it('refuses one name twice', () => {
    const metrics = createMetrics({ processMetrics: false })
    metrics.counter({ name: 'twice_total', help: 'Twice.' })

    expect(() => metrics.counter({ name: 'twice_total', help: 'Twice.' })).toThrow(/twice_total/)
  })

  it("shows Node's event loop lag unless told not to", async () => {
    expect((await createMetrics().render()).body).toContain('nodejs_eventloop_lag_seconds')
    expect((await createMetrics({ processMetrics: false }).render()).body).not.toContain('nodejs_')
  })
})
