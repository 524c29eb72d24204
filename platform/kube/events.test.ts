import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EventRecorder, events, type EventInput } from '#platform/kube/events.ts'
import { unwrap } from '#platform/kube/kube-error.ts'
import { startKubeProxy, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { useControlPlane } from '#test/harness/use.ts'
import { kubeParts, useWidgets, widget, type KubeParts, type Widget } from '#test/kube-fixture.ts'
import { createManualClock, type ManualClock } from '#test/manual-clock.ts'

const cluster = useControlPlane()
const { resource } = useWidgets(cluster)
const { signal } = new AbortController()
const minute = 60_000

let proxy: KubeProxy
let parts: KubeParts
let namespace: string
let clock: ManualClock
let recorder: EventRecorder
let stop: AbortController
let running: Promise<void>
let object: Widget

beforeEach(async () => {
  proxy = await startKubeProxy(cluster.access)
  parts = kubeParts(cluster.access.kubeconfig('ada', ['system:masters'], proxy.url))
  namespace = await cluster.access.createNamespace('events')
  object = unwrap(await parts.client.create(resource, widget(resource, namespace, 'a'), { signal }))
  clock = createManualClock('2026-01-01T10:00:00Z')
  recorder = new EventRecorder(
    { controller: 'vedette.dev/test', instance: 'pod-1', maxQueued: 5 },
    { client: parts.client, clock, log: parts.log, metrics: parts.metrics },
  )
  stop = new AbortController()
  running = recorder.run(stop.signal)
})
afterEach(async () => {
  stop.abort()
  await running
  await parts.kubeConfig.close()
  await proxy.stop()
})

const scanned = (change: Partial<EventInput> = {}): EventInput => ({
  regarding: object,
  type: 'Normal',
  reason: 'ScanCompleted',
  action: 'Scan',
  note: 'found 3',
  ...change,
})
const written = async () => unwrap(await parts.client.list(events, { namespace }, { signal })).items
const untilWritten = (count: number) => vi.waitFor(async () => expect(await written()).toHaveLength(count))
const counted = (result: string, type = 'Normal') => parts.registry.value('kube_events_total', { type, result })

describe('EventRecorder', () => {
  it('writes an event that kubectl shows with its object', async () => {
    recorder.record(scanned())
    await untilWritten(1)

    const { stdout } = await cluster.access.kubectl(['describe', `widgets.${resource.group}`, 'a', '-n', namespace])
    expect(stdout).toMatch(/Normal\s+ScanCompleted\s+.*vedette\.dev\/test.*found 3/)
    expect((await written())[0]).toMatchObject({
      action: 'Scan',
      reportingController: 'vedette.dev/test',
      reportingInstance: 'pod-1',
      regarding: { kind: 'Widget', name: 'a', uid: object.metadata.uid },
      eventTime: '2026-01-01T10:00:00.000000Z',
    })
  })

  it('writes repeats once, with their number, when their time is over', async () => {
    for (let times = 0; times < 500; times++) recorder.record(scanned({ type: 'Warning', note: 'denied' }))
    await untilWritten(1)
    await clock.advance(10 * minute - 1)
    expect(await written()).toHaveLength(1)

    await clock.advance(1)
    await untilWritten(2)

    const notes = (await written()).map(({ note }) => note).toSorted()
    expect(notes).toEqual(['denied', 'denied (499 more times since 2026-01-01T10:00:00Z)'])
    expect(await counted('folded', 'Warning')).toBe(499)
  })

  it('costs six writes an hour for an event that repeats every second', async () => {
    for (let second = 0; second < 3600; second++) {
      recorder.record(scanned())
      await clock.advance(1000)
    }

    await untilWritten(7)
    expect(
      proxy.requests().filter(({ method, path }) => method === 'POST' && path.includes('/events.k8s.io/')),
    ).toHaveLength(7)
  })

  it('writes nothing more when there were no repeats', async () => {
    recorder.record(scanned())
    await untilWritten(1)
    await clock.advance(60 * minute)

    expect(await written()).toHaveLength(1)
    recorder.record(scanned())
    await untilWritten(2)
  })

  it('does not fold what differs', async () => {
    recorder.record(scanned())
    recorder.record(scanned({ note: 'found 4' }))
    recorder.record(scanned({ reason: 'ScanPartial' }))
    recorder.record(scanned({ type: 'Warning' }))

    await untilWritten(4)
  })

  it('cuts a note at what the API takes, between characters', async () => {
    recorder.record(scanned({ note: 'ü'.repeat(2000) }))
    await untilWritten(1)

    const [event] = await written()
    expect(Buffer.byteLength(event?.note ?? '')).toBeLessThanOrEqual(1024)
    expect(event?.note).toMatch(/^ü+…$/)
  })

  it('does not grow, and harms nobody, when events cannot be written', async () => {
    proxy.inject({ answer: 'hang', when: ({ path }) => path.includes('/events.k8s.io/') })
    for (let index = 0; index < 20; index++) recorder.record(scanned({ note: `n ${index}` }))
    await vi.waitFor(() => expect(proxy.requests().some(({ path }) => path.includes('/events.k8s.io/'))).toBe(true))

    expect(await counted('dropped')).toBeGreaterThanOrEqual(14)
  })

  it('goes on after an event that the API refuses', async () => {
    recorder.record(scanned({ reason: '' }))
    recorder.record(scanned())

    await untilWritten(1)
    expect(await counted('failed')).toBe(1)
    expect(parts.logged).toContainEqual(expect.objectContaining({ message: 'cannot write a Kubernetes Event' }))
  })

  it('writes what is still waiting when it is stopped', async () => {
    for (const note of ['a', 'b', 'c']) recorder.record(scanned({ note }))
    stop.abort()
    await running

    expect(await written()).toHaveLength(3)
  })
})
