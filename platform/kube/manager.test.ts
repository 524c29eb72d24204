import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runChecks, type HealthCheck } from '#platform/http/health-check.ts'
import { healthConditions, updateConditions } from '#platform/kube/conditions.ts'
import { unwrap } from '#platform/kube/kube-error.ts'
import { leases } from '#platform/kube/lease.ts'
import { Manager, type ManagerOptions, type RunningManager } from '#platform/kube/manager.ts'
import { anyOf, foreignStatus, generationChanged } from '#platform/kube/predicates.ts'
import { done, requeueAfter } from '#platform/kube/reconcile-result.ts'
import { systemClock } from '#platform/system-clock.ts'
import { startKubeProxy, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { useControlPlane } from '#test/harness/use.ts'
import { installWidgets, kubeParts, useWidgets, widget, widgetsOf, type KubeParts } from '#test/kube-fixture.ts'

const cluster = useControlPlane()
const { resource } = useWidgets(cluster)
const { signal } = new AbortController()

let proxy: KubeProxy
let admin: KubeParts
let namespace: string
const cleanUp: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  proxy = await startKubeProxy(cluster.access)
  admin = kubeParts(cluster.access.adminKubeconfig)
  namespace = await cluster.access.createNamespace('manager')
  cleanUp.push(
    () => proxy.stop(),
    () => admin.kubeConfig.close(),
  )
})
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

const create = async (name: string, size = 1) =>
  unwrap(await admin.client.create(resource, widget(resource, namespace, name, { size }), { signal }))
const read = async (name: string) => unwrap(await admin.client.get(resource, { namespace, name }, { signal }))
const lease = async () => unwrap(await admin.client.get(leases, { namespace, name: 'test' }, { signal }))

/** A replica with parts of its own, behind the proxy; short lease times. */
function replica(instance: string, options: Partial<ManagerOptions> = {}, random?: () => number) {
  const parts = kubeParts(cluster.access.kubeconfig(instance, ['system:masters'], proxy.url))
  const manager = new Manager(
    {
      component: 'vedette.dev/test',
      instance,
      namespace,
      freezeCaches: true,
      leaderElection: {
        namespace,
        name: 'test',
        identity: instance,
        leaseDurationMs: 2000,
        renewDeadlineMs: 1200,
        retryPeriodMs: 200,
      },
      ...options,
    },
    { ...parts, clock: systemClock, ...(random === undefined ? {} : { random }) },
  )
  cleanUp.push(() => parts.kubeConfig.close())
  return { manager, parts }
}

function start(manager: Manager): RunningManager {
  const running = manager.start()
  cleanUp.push(() => running.stop())
  return running
}

/** Writes the size of each widget into its status: the smallest controller that does something. */
function addMirror(manager: Manager, calls: string[] = []) {
  const status = manager.statusWriter(resource, 'vedette.dev/test')
  return manager.addController({
    name: 'mirror',
    for: resource,
    predicates: [anyOf(generationChanged, foreignStatus(status))],
    reconcile: async ({ key, object, signal: own }) => {
      calls.push(key.name)
      if (object === undefined) return done
      const { generation } = object.metadata
      const conditions = updateConditions(
        status.current(object)?.conditions,
        healthConditions('ready', 'Mirrored', 'the status has the size'),
        { now: new Date(), generation },
      )
      const outcome = await status.apply(
        object,
        { seen: object.spec.size, conditions, ...(generation === undefined ? {} : { observedGeneration: generation }) },
        own,
      )
      return outcome.type === 'conflict' ? requeueAfter(100) : done
    },
  })
}

const writesOf = (kind: string) =>
  proxy.requests().filter(({ method, path }) => method !== 'GET' && path.includes(`/${kind}`))
const report = (checks: readonly HealthCheck[]) => runChecks('x', checks, AbortSignal.timeout(1000))

describe('a manager', () => {
  it('brings the world towards what the objects say, and then writes nothing more', async () => {
    await create('a', 1)
    await create('b', 2)
    const calls: string[] = []
    const { manager, parts } = replica('one')
    addMirror(manager, calls)
    start(manager)
    await vi.waitFor(async () => expect((await read('b')).status?.seen).toBe(2), { timeout: 10_000 })
    await vi.waitFor(async () => expect((await read('a')).status?.seen).toBe(1))
    await admin.client.mergePatch(resource, { namespace, name: 'a' }, { spec: { size: 7 } }, { signal })
    await vi.waitFor(async () => expect((await read('a')).status).toMatchObject({ seen: 7, observedGeneration: 2 }))

    await systemClock.sleep(500, signal)
    expect(calls.toSorted()).toEqual(['a', 'a', 'b'])
    expect(writesOf('widgets')).toHaveLength(3)
    expect(parts.logged.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
  })

  it('corrects a status that somebody else has overwritten', async () => {
    await create('a', 5)
    const { manager } = replica('one')
    addMirror(manager)
    start(manager)
    await vi.waitFor(async () => expect((await read('a')).status?.seen).toBe(5), { timeout: 10_000 })
    // As a former leader would that was stopped in the middle of a write and has just woken up.
    await admin.client.mergePatch(
      resource,
      { namespace, name: 'a' },
      { status: { seen: 99 } },
      { signal, subresource: 'status' },
    )

    await vi.waitFor(async () => expect((await read('a')).status?.seen).toBe(5), { timeout: 10_000 })
  })

  it('reconciles everything at a resync and writes nothing, since nothing has changed', async () => {
    for (let index = 0; index < 20; index++) await create(`w${index}`, index)
    const calls: string[] = []
    const { manager } = replica('one', { resyncMs: 3000 }, () => 0.5)
    addMirror(manager, calls)
    start(manager)
    await vi.waitFor(() => expect(writesOf('widgets')).toHaveLength(20), { timeout: 10_000 })
    await vi.waitFor(() => expect(calls).toHaveLength(40), { timeout: 10_000 })

    await systemClock.sleep(300, signal)
    expect(writesOf('widgets')).toHaveLength(20)
  })

  it('lets one replica work while the other is ready to, and passes the work on within moments at a stop', async () => {
    await create('a', 1)
    const [first, second] = [replica('first'), replica('second')]
    const callsOf: Record<string, string[]> = { first: [], second: [] }
    addMirror(first.manager, callsOf['first'])
    addMirror(second.manager, callsOf['second'])
    const runningFirst = start(first.manager)
    await vi.waitFor(() => expect(callsOf['first']).toEqual(['a']), { timeout: 10_000 })
    start(second.manager)
    await vi.waitFor(async () => expect(await report(second.manager.readyz)).toMatchObject({ ok: true }), {
      timeout: 10_000,
    })
    expect([first.manager.isLeader(), second.manager.isLeader(), callsOf['second']]).toEqual([true, false, []])

    expect(await runningFirst.stop()).toEqual({ type: 'stopped' })
    expect((await lease()).spec?.holderIdentity).not.toBe('first')
    const released = performance.now()
    await vi.waitFor(() => expect(callsOf['second']).toEqual(['a']), { timeout: 5000, interval: 20 })

    expect(performance.now() - released).toBeLessThan(1500)
    expect(await first.parts.registry.value('leader_election_master_status', { name: 'test' })).toBe(0)
    expect(await second.parts.registry.value('leader_election_master_status', { name: 'test' })).toBe(1)
  })

  it('ends at once, without touching the lease, when the lease is lost', async () => {
    await create('a')
    const { manager, parts } = replica('one')
    const aborted: string[] = []
    manager.addController({
      name: 'slow',
      for: resource,
      reconcile: async ({ signal: own }) => {
        await systemClock.sleep(60_000, own).catch((error: Error) => aborted.push(error.message))
        return done
      },
    })
    const running = start(manager)
    await vi.waitFor(async () =>
      expect(await parts.registry.value('controller_runtime_active_workers', { controller: 'slow' })).toBe(1),
    )
    await vi.waitFor(async () => {
      const held = await lease()
      const spec = { ...held.spec, holderIdentity: 'usurper' }
      unwrap(await admin.client.replace(leases, { ...held, spec }, { signal }))
    })

    expect(await running.done).toEqual({ type: 'lost-lease' })
    await vi.waitFor(() => expect(aborted).toEqual(['the lease is lost']))
    expect((await lease()).spec?.holderIdentity).toBe('usurper')
  })

  it('keeps the lease while workers finish, and gives it away afterwards', async () => {
    await create('a')
    const { manager } = replica('one')
    const started = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    manager.addController({
      name: 'slow',
      for: resource,
      reconcile: async () => {
        started.resolve()
        await go.promise
        return done
      },
    })
    const running = start(manager)
    await started.promise
    const stopping = running.stop()
    const before = (await lease()).spec?.renewTime
    await vi.waitFor(async () => expect((await lease()).spec?.renewTime).not.toBe(before), { timeout: 5000 })
    expect((await lease()).spec?.holderIdentity).toBe('one')
    go.resolve()

    expect(await stopping).toEqual({ type: 'stopped' })
    expect((await lease()).spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
  })

  it('aborts reconciles that are not finished after the grace period', async () => {
    await create('a')
    const { manager } = replica('one', { gracefulStopMs: 300 })
    const started = Promise.withResolvers<void>()
    manager.addController({
      name: 'slow',
      for: resource,
      reconcile: async ({ signal: own }) => {
        started.resolve()
        await systemClock.sleep(60_000, own)
        return done
      },
    })
    const running = start(manager)
    await started.promise

    expect(await running.stop()).toEqual({ type: 'stopped' })
  })

  it('stops while it waits for the lease', async () => {
    const [first, second] = [replica('first'), replica('second')]
    start(first.manager)
    await vi.waitFor(async () => expect((await lease()).spec?.holderIdentity).toBe('first'), { timeout: 10_000 })
    const running = start(second.manager)
    await systemClock.sleep(300, signal)

    expect(await running.stop()).toEqual({ type: 'stopped' })
    expect((await lease()).spec?.holderIdentity).toBe('first')
  })

  it('is not ready, and says what to do, until its CRDs are served; then it goes on by itself', async () => {
    const group = `late${randomBytes(4).toString('hex')}.example.dev`
    const { manager } = replica('one')
    manager.addController({ name: 'late', for: widgetsOf(group), reconcile: async () => done })
    start(manager)
    await vi.waitFor(async () => expect((await report(manager.readyz)).text).toContain('[-]crds failed'), {
      timeout: 10_000,
    })
    expect((await report(manager.readyz)).text).toContain(
      `not served: widgets.${group} (${group}/v1); apply the CRDs of this version`,
    )
    expect((await report(manager.healthz)).ok).toBe(true)

    await installWidgets(cluster.access, group)

    await vi.waitFor(async () => expect(await report(manager.readyz)).toMatchObject({ ok: true }), { timeout: 20_000 })
    await cluster.access.request('DELETE', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${group}`)
  })

  it('gives up as leader when its caches do not fill', async () => {
    const { manager } = replica('one', { cacheSyncTimeoutMs: 500 })
    manager.addController({ name: 'late', for: widgetsOf('nowhere.example.dev'), reconcile: async () => done })

    expect(await start(manager).done).toMatchObject({
      type: 'failed',
      error: { message: expect.stringContaining('not filled within 500 ms') },
    })
  })

  it('runs leader tasks on the leader alone, and others everywhere', async () => {
    const ran: string[] = []
    for (const name of ['first', 'second']) {
      const { manager } = replica(name)
      for (const runs of ['leader', 'always'] as const) {
        manager.addTask({
          name: `${name} ${runs}`,
          runs,
          run: async (own) => {
            ran.push(`${name} ${runs}`)
            await systemClock.sleep(60_000, own).catch(() => undefined)
          },
        })
      }
      start(manager)
      await vi.waitFor(() => expect(ran).toContain(`${name} always`))
      if (name === 'first') await vi.waitFor(() => expect(ran).toContain('first leader'), { timeout: 10_000 })
    }
    await systemClock.sleep(500, signal)

    expect(ran.toSorted()).toEqual(['first always', 'first leader', 'second always'])
  })

  it('fails, and says which part, when a task ends that should not', async () => {
    const { manager } = replica('one')
    manager.addTask({ name: 'listener', runs: 'always', run: () => Promise.reject(new Error('database gone')) })

    expect(await start(manager).done).toMatchObject({
      type: 'failed',
      error: { message: 'listener failed: database gone' },
    })
  })

  it('outlives an API server that breaks every connection for a while', async () => {
    await create('a', 1)
    const { manager } = replica('one', { leaderElection: { namespace, name: 'test', identity: 'one' } })
    addMirror(manager)
    const running = start(manager)
    await vi.waitFor(async () => expect((await read('a')).status?.seen).toBe(1), { timeout: 10_000 })
    proxy.inject({ times: Infinity, answer: 'reset' })
    proxy.cutWatches('reset')
    await admin.client.mergePatch(resource, { namespace, name: 'a' }, { spec: { size: 2 } }, { signal })
    await systemClock.sleep(2500, signal)
    expect((await read('a')).status?.seen).toBe(1)
    proxy.clear()

    await vi.waitFor(async () => expect((await read('a')).status?.seen).toBe(2), { timeout: 15_000 })
    expect(await Promise.race([running.done, Promise.resolve('running')])).toBe('running')
  })

  it('cannot be started twice', () => {
    const { manager } = replica('one')
    start(manager)

    expect(() => manager.start()).toThrow('started already')
  })
})
