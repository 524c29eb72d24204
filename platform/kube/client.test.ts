import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { KubeClient } from '#platform/kube/client.ts'
import {
  isAlreadyExists,
  isConflict,
  isForbidden,
  isInvalid,
  isNotFound,
  isOverloaded,
  unwrap,
  type KubeError,
  type KubeResult,
} from '#platform/kube/kube-error.ts'
import type { KubeObject } from '#platform/kube/object.ts'
import { kubeResource } from '#platform/kube/resource.ts'
import { startKubeProxy, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { useControlPlane } from '#test/harness/use.ts'
import { kubeParts, useWidgets, widget, type KubeParts } from '#test/kube-fixture.ts'
import { createManualClock } from '#test/manual-clock.ts'

const cluster = useControlPlane()
const { resource } = useWidgets(cluster)
const { signal } = new AbortController()

let proxy: KubeProxy
let parts: KubeParts
let namespace: string

beforeEach(async () => {
  proxy = await startKubeProxy(cluster.access)
  parts = kubeParts(cluster.access.kubeconfig('ada', ['system:masters'], proxy.url))
  namespace = await cluster.access.createNamespace('client')
})
afterEach(async () => {
  await parts.kubeConfig.close()
  await proxy.stop()
})

function errorOf(result: KubeResult<unknown>): KubeError {
  if (result.ok) throw new Error('expected an error')
  return result.error
}

const named = (name: string) => ({ namespace, name })
const create = (name: string, spec?: { readonly size: number }) =>
  parts.client.create(resource, widget(resource, namespace, name, spec), { signal })

describe('KubeClient', () => {
  it('creates, reads, replaces, patches and deletes', async () => {
    const created = unwrap(await create('a', { size: 1 }))
    expect(created).toMatchObject({ kind: 'Widget', metadata: { name: 'a', generation: 1 }, spec: { size: 1 } })

    const replaced = unwrap(await parts.client.replace(resource, { ...created, spec: { size: 2 } }, { signal }))
    expect(replaced.metadata.generation).toBe(2)
    await parts.client.mergePatch(resource, named('a'), { metadata: { labels: { x: 'y' } } }, { signal })
    expect(unwrap(await parts.client.get(resource, named('a'), { signal }))).toMatchObject({
      metadata: { labels: { x: 'y' } },
      spec: { size: 2 },
    })

    unwrap(await parts.client.delete(resource, named('a'), { signal, uid: created.metadata.uid }))
    expect(isNotFound(errorOf(await parts.client.get(resource, named('a'), { signal })))).toBe(true)
  })

  it('reads kinds of the core group and cluster-scoped ones', async () => {
    const namespaces = kubeResource<KubeObject>({
      group: '',
      version: 'v1',
      plural: 'namespaces',
      kind: 'Namespace',
      namespaced: false,
    })

    const found = unwrap(await parts.client.get(namespaces, { namespace: '', name: namespace }, { signal }))

    expect(found.metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('applies the fields of one manager and removes what it leaves out', async () => {
    const apply = (labels: Record<string, string>) =>
      parts.client.apply(
        resource,
        { ...widget(resource, namespace, 'applied'), metadata: { namespace, name: 'applied', labels } },
        { signal, fieldManager: 'ours' },
      )
    unwrap(await apply({ a: '1', b: '2' }))

    expect(unwrap(await apply({ a: '1' })).metadata.labels).toEqual({ a: '1' })
  })

  it('lists in pages of one resource version', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) unwrap(await create(name))

    const first = unwrap(await parts.client.list(resource, { namespace, limit: 2 }, { signal }))
    const second = unwrap(
      await parts.client.list(resource, { namespace, limit: 2, continueToken: first.continueToken }, { signal }),
    )

    expect(first.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
    expect(second.items.map(({ metadata }) => metadata.name)).toEqual(['c', 'd'])
    expect(second.resourceVersion).toBe(first.resourceVersion)
  })

  it('says by value what the server refused and why', async () => {
    const created = unwrap(await create('a'))

    const again = errorOf(await create('a'))
    expect([isAlreadyExists(again), isConflict(again)]).toEqual([true, false])
    const old = { ...created, metadata: { ...created.metadata, resourceVersion: '1' } }
    expect(isConflict(errorOf(await parts.client.replace(resource, old, { signal })))).toBe(true)
    const otherUid = await parts.client.delete(resource, named('a'), { signal, uid: 'another' })
    expect(isConflict(errorOf(otherUid))).toBe(true)
    const invalid = errorOf(await create('b', { size: -1 }))
    expect(isInvalid(invalid)).toBe(true)
    expect(invalid.causes).toEqual([
      { field: 'spec.size', message: expect.stringContaining('should be greater than or equal to 0') },
    ])
    expect(invalid.message).toContain('spec.size')

    const stranger = kubeParts(cluster.access.kubeconfig('eve'))
    const forbidden = errorOf(await stranger.client.get(resource, named('a'), { signal }))
    expect(isForbidden(forbidden)).toBe(true)
    expect(forbidden.message).toContain('User "eve" cannot get resource "widgets"')
    await stranger.kubeConfig.close()
  })

  it('waits as long as the server asks, and counts every attempt', async () => {
    const clock = createManualClock()
    const client = new KubeClient({ ...parts, clock, random: () => 0 })
    proxy.inject({ times: 2, answer: { status: 429, retryAfterSeconds: 7 } })
    const answer = client.get(resource, named('missing'), { signal })
    await vi.waitFor(() => expect(clock.sleeping).toBe(1))
    await clock.advance(6999)
    expect(proxy.requests()).toHaveLength(1)

    await clock.advance(1)
    await vi.waitFor(() => expect(proxy.requests()).toHaveLength(2))
    await vi.waitFor(() => expect(clock.sleeping).toBe(1))
    await clock.advance(7000)

    expect(isNotFound(errorOf(await answer))).toBe(true)
    const count = (code: string) => parts.registry.value('rest_client_requests_total', { code, method: 'GET' })
    expect([await count('429'), await count('404')]).toEqual([2, 1])
    expect(await parts.registry.value('rest_client_request_duration_seconds_count', { verb: 'GET' })).toBe(3)
  })

  it('retries a write that the server did not take, since it did nothing', async () => {
    proxy.inject({ answer: { status: 503 } })

    expect((await create('a')).ok).toBe(true)
    expect(proxy.requests()).toHaveLength(2)
  })

  it('gives up in the end and passes on what the server said', async () => {
    const client = new KubeClient({ ...parts, clock: { ...createManualClock(), sleep: async () => undefined } })
    proxy.inject({ times: Infinity, answer: { status: 503 } })

    expect(isOverloaded(errorOf(await client.get(resource, named('a'), { signal })))).toBe(true)
    expect(proxy.requests()).toHaveLength(6)
  })

  it('repeats a read whose connection broke, but not a creation, of which nobody knows whether it happened', async () => {
    proxy.inject({ answer: 'reset' })
    expect(errorOf(await parts.client.get(resource, named('a'), { signal })).status).toBe(404)

    proxy.inject({ answer: 'reset' })
    expect(errorOf(await create('a'))).toMatchObject({ status: 0, reason: 'ConnectionFailed' })
  })

  it('repeats a read whose answer was cut off', async () => {
    unwrap(await create('a'))
    proxy.inject({ answer: { cutAfterBytes: 20 } })

    expect((await parts.client.get(resource, named('a'), { signal })).ok).toBe(true)
  })

  it("ends with the caller's reason when the caller gives up", async () => {
    proxy.inject({ answer: 'hang' })
    const controller = new AbortController()
    const call = parts.client.get(resource, named('a'), { signal: controller.signal })
    await vi.waitFor(() => expect(proxy.requests()).toHaveLength(1))

    controller.abort(new Error('not needed any more'))

    await expect(call).rejects.toThrow('not needed any more')
  })

  it('keeps to its budget of calls', async () => {
    const clock = createManualClock()
    const client = new KubeClient({ ...parts, clock, ratePerSecond: 10, burst: 3 })
    const calls = Promise.all(Array.from({ length: 5 }, () => client.get(resource, named('a'), { signal })))
    await vi.waitFor(() => expect(proxy.requests()).toHaveLength(3))
    expect(clock.sleeping).toBe(2)

    await clock.advance(200)

    await calls
    expect(proxy.requests()).toHaveLength(5)
  })

  it('refuses to guess the namespace of a namespaced object', async () => {
    await expect(parts.client.get(resource, { namespace: '', name: 'a' }, { signal })).rejects.toThrow(
      'Widget is namespaced',
    )
  })
})
