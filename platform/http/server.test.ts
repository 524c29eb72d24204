import { afterEach, describe, expect, it } from 'vitest'
import { startHttpServer, type HttpServer, type HttpServerOptions } from '#platform/http/server.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'

let server: HttpServer | undefined
afterEach(async () => {
  await server?.close(0)
  server = undefined
})

async function start(options: Partial<HttpServerOptions> = {}): Promise<string> {
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    metrics: createMetrics({ processMetrics: false }),
    healthz: [],
    readyz: [],
    ...options,
  })
  return `http://127.0.0.1:${server.port}`
}

describe('the process endpoints', () => {
  it('serves metrics in the text that Prometheus reads', async () => {
    const metrics = createMetrics({ processMetrics: false })
    metrics.counter({ name: 'scans_total', help: 'Scans.' }).inc(3)
    const url = await start({ metrics })

    const response = await fetch(`${url}/metrics`)

    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    expect(await response.text()).toContain('scans_total 3')
  })

  it('is ready only when every check is, and names the one that is not', async () => {
    let synced = false
    const url = await start({
      readyz: [
        { name: 'crds', check: () => ({ ok: true }) },
        { name: 'caches', check: () => (synced ? { ok: true } : { ok: false, message: 'scantargets not listed yet' }) },
      ],
    })

    const before = await fetch(`${url}/readyz`)
    expect(before.status).toBe(503)
    expect(await before.text()).toBe('[+]crds ok\n[-]caches failed: scantargets not listed yet\nreadyz check failed\n')
    synced = true
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('counts a check that hangs or throws as failed', async () => {
    const url = await start({
      checkTimeoutMs: 20,
      healthz: [
        { name: 'hangs', check: () => new Promise(() => {}) },
        { name: 'throws', check: () => Promise.reject(new Error('broken')) },
      ],
    })

    const response = await fetch(`${url}/healthz`)

    expect(response.status).toBe(503)
    expect(await response.text()).toContain('[-]hangs failed: no answer in time\n[-]throws failed: broken')
  })

  it('answers 404 and 405 with a hint', async () => {
    const url = await start()

    expect((await fetch(`${url}/debug`)).status).toBe(404)
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405)
  })

  it('finishes an answer that is under way before it closes', async () => {
    const slow = Promise.withResolvers<{ readonly ok: true }>()
    const asked = Promise.withResolvers<void>()
    const url = await start({
      readyz: [
        {
          name: 'slow',
          check: () => {
            asked.resolve()
            return slow.promise
          },
        },
      ],
    })
    const response = fetch(`${url}/readyz`)
    await asked.promise

    const closing = server?.close(10_000)
    slow.resolve({ ok: true })

    expect((await response).status).toBe(200)
    await closing
    server = undefined
    await expect(fetch(`${url}/readyz`)).rejects.toThrow('fetch failed')
  })

  it('says so when the port is taken', async () => {
    await start()

    await expect(
      startHttpServer({
        host: '127.0.0.1',
        port: server?.port ?? 0,
        metrics: createMetrics({ processMetrics: false }),
        healthz: [],
        readyz: [],
      }),
    ).rejects.toThrow('EADDRINUSE')
  })
})
