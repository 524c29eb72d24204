import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { updateConditions, healthConditions } from '#platform/kube/conditions.ts'
import { unwrap } from '#platform/kube/kube-error.ts'
import { StatusWriter } from '#platform/kube/status.ts'
import { startKubeProxy, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { useControlPlane } from '#test/harness/use.ts'
import { kubeParts, useWidgets, widget, type KubeParts, type Widget } from '#test/kube-fixture.ts'

const cluster = useControlPlane()
const { resource } = useWidgets(cluster)
const { signal } = new AbortController()

let proxy: KubeProxy
let parts: KubeParts
let namespace: string
let writer: StatusWriter<Widget>
let object: Widget

beforeEach(async () => {
  proxy = await startKubeProxy(cluster.access)
  parts = kubeParts(cluster.access.kubeconfig('ada', ['system:masters'], proxy.url))
  namespace = await cluster.access.createNamespace('status')
  writer = new StatusWriter(resource, {
    client: parts.client,
    metrics: parts.metrics,
    fieldManager: 'vedette.dev/test',
  })
  object = unwrap(await parts.client.create(resource, widget(resource, namespace, 'a'), { signal }))
  proxy.forget()
})
afterEach(async () => {
  await parts.kubeConfig.close()
  await proxy.stop()
})

const read = async () => unwrap(await parts.client.get(resource, { namespace, name: 'a' }, { signal }))
const writes = () => proxy.requests().filter(({ method }) => method === 'PATCH').length

describe('StatusWriter', () => {
  it('applies the status under its own manager and leaves the spec and generation alone', async () => {
    const outcome = await writer.apply(object, { seen: 3, phase: 'Done' }, signal)

    expect(outcome.type).toBe('applied')
    expect(await read()).toMatchObject({
      metadata: {
        generation: 1,
        managedFields: expect.arrayContaining([
          expect.objectContaining({ manager: 'vedette.dev/test', subresource: 'status' }),
        ]),
      },
      spec: { size: 1 },
      status: { seen: 3, phase: 'Done' },
    })
  })

  it('writes nothing when the cache says the same already', async () => {
    await writer.apply(object, { seen: 3, phase: 'Done' }, signal)
    const fresh = new StatusWriter(resource, {
      client: parts.client,
      metrics: parts.metrics,
      fieldManager: 'vedette.dev/test',
    })

    expect(await fresh.apply(await read(), { phase: 'Done', seen: 3 }, signal)).toEqual({ type: 'unchanged' })
    expect(writes()).toBe(1)
  })

  it('writes nothing twice before the watch has brought the first write back', async () => {
    await writer.apply(object, { seen: 3 }, signal)

    expect((await writer.apply(object, { seen: 3 }, signal)).type).toBe('unchanged')
    expect(writes()).toBe(1)
  })

  it('writes again, without a conflict, before the watch has brought the first write back', async () => {
    await writer.apply(object, { seen: 3 }, signal)

    expect((await writer.apply(object, { seen: 4 }, signal)).type).toBe('applied')
    expect((await read()).status?.seen).toBe(4)
  })

  it('is not fooled by defaults that the server adds', async () => {
    await writer.apply(object, { seen: 3 }, signal)
    const stored = await read()
    expect(stored.status).toEqual({ seen: 3, phase: 'New' })

    expect((await writer.apply(stored, { seen: 3 }, signal)).type).toBe('unchanged')
    expect(writes()).toBe(1)
  })

  it('removes what is left out, and ignores undefined fields', async () => {
    await writer.apply(object, { seen: 3, observedGeneration: 1 }, signal)

    // A field set to undefined is what a spread of an absent value gives; exact types would refuse it here.
    await writer.apply(await read(), JSON.parse('{"seen":4}') as NonNullable<Widget['status']>, signal)

    expect((await read()).status).toEqual({ seen: 4, phase: 'New' })
  })

  it('conflicts, and changes nothing, when the object has changed since it was read', async () => {
    await parts.client.mergePatch(resource, { namespace, name: 'a' }, { spec: { size: 2 } }, { signal })

    expect((await writer.apply(object, { seen: 3 }, signal)).type).toBe('conflict')
    expect((await read()).status).toBeUndefined()
  })

  it('never writes to a successor of the same name', async () => {
    unwrap(await parts.client.delete(resource, { namespace, name: 'a' }, { signal }))
    expect((await writer.apply(object, { seen: 3 }, signal)).type).toBe('gone')

    unwrap(await parts.client.create(resource, widget(resource, namespace, 'a'), { signal }))

    expect((await writer.apply(object, { seen: 3 }, signal)).type).toBe('conflict')
    expect((await read()).status).toBeUndefined()
  })

  it('gives an invalid status back as a value', async () => {
    const outcome = await writer.apply(object, { phase: 'x'.repeat(2000) }, signal)

    expect(outcome).toMatchObject({
      type: 'failed',
      error: { status: 422, message: expect.stringContaining('status.phase') },
    })
  })

  it('keeps the transition time of a condition that stays as it is, so that nothing is written', async () => {
    const statusAt = (now: string, on: Widget) => ({
      phase: 'Done',
      conditions: updateConditions(writer.current(on)?.conditions, healthConditions('ready', 'Fine', 'all is well'), {
        now: new Date(now),
        generation: 1,
      }),
    })
    await writer.apply(object, statusAt('2026-01-01T00:00:00Z', object), signal)
    const stored = await read()

    expect((await writer.apply(stored, statusAt('2026-01-01T01:00:00Z', stored), signal)).type).toBe('unchanged')
    expect(stored.status?.conditions?.[0]?.lastTransitionTime).toBe('2026-01-01T00:00:00Z')
  })

  it('tells its own status from one that somebody else has written over it', async () => {
    await writer.apply(object, { seen: 3 }, signal)
    const first = await read()
    await writer.apply(first, { seen: 4 }, signal)
    expect([writer.isOurs(first), writer.isOurs(await read())]).toEqual([true, true])

    await parts.client.mergePatch(
      resource,
      { namespace, name: 'a' },
      { status: { seen: 99 } },
      { signal, subresource: 'status' },
    )
    const overwritten = await read()
    expect(writer.isOurs(overwritten)).toBe(false)

    expect((await writer.apply(overwritten, { seen: 4 }, signal)).type).toBe('applied')
    expect((await read()).status?.seen).toBe(4)
  })

  it('counts as its own what it found right, and notices when that is overwritten', async () => {
    await writer.apply(object, { seen: 3, phase: 'Done' }, signal)
    const successor = new StatusWriter(resource, {
      client: parts.client,
      metrics: parts.metrics,
      fieldManager: 'vedette.dev/test',
    })
    const found = await read()
    expect((await successor.apply(found, { seen: 3, phase: 'Done' }, signal)).type).toBe('unchanged')
    await writer.apply(found, { seen: 99, phase: 'Done' }, signal)

    expect([successor.isOurs(found), successor.isOurs(await read())]).toEqual([true, false])
  })

  it('removes what somebody else has put beside it', async () => {
    const conditions = updateConditions(undefined, healthConditions('ready', 'Fine', 'all is well'), {
      now: new Date('2026-01-01T00:00:00Z'),
      generation: 1,
    })
    await writer.apply(object, { seen: 3, conditions }, signal)
    const lies = [{ observedGeneration: 7 }, { conditions: [...conditions, { ...conditions[0], type: 'Stalled' }] }]
    for (const status of lies) {
      const patch = { signal, subresource: 'status' } as const
      await parts.client.mergePatch(resource, { namespace, name: 'a' }, { status }, patch)
      const before = writes()

      expect((await writer.apply(await read(), { seen: 3, conditions }, signal)).type).toBe('applied')
      expect((await read()).status).toEqual({ seen: 3, conditions, phase: 'New' })
      expect(writes() - before).toBe(2)
    }
  })

  it('counts what became of each status', async () => {
    await writer.apply(object, { seen: 3 }, signal)
    await writer.apply(object, { seen: 3 }, signal)

    const count = (result: string) => parts.registry.value('kube_status_applies_total', { kind: 'Widget', result })
    expect([await count('applied'), await count('unchanged'), await count('conflict')]).toEqual([1, 1, 0])
  })
})
