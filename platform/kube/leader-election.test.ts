import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { unwrap } from '#platform/kube/kube-error.ts'
import { LeaderElector } from '#platform/kube/leader-election.ts'
import { leases, type LeaseSpec } from '#platform/kube/lease.ts'
import { systemClock } from '#platform/system-clock.ts'
import { startKubeProxy, type KubeProxy } from '#test/harness/kube-proxy.ts'
import { useControlPlane } from '#test/harness/use.ts'
import { kubeParts, type KubeParts } from '#test/kube-fixture.ts'
import { createManualClock, type ManualClock } from '#test/manual-clock.ts'

const cluster = useControlPlane()
const never = new AbortController().signal

let parts: KubeParts
let namespace: string
let clock: ManualClock
let proxy: KubeProxy
let behindProxy: KubeParts
const cleanUp: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  parts = kubeParts(cluster.access.adminKubeconfig)
  namespace = await cluster.access.createNamespace('lease')
  clock = createManualClock('2026-01-01T00:00:00Z')
  proxy = await startKubeProxy(cluster.access)
  behindProxy = kubeParts(cluster.access.kubeconfig('ada', ['system:masters'], proxy.url))
  cleanUp.push(
    () => proxy.stop(),
    () => parts.kubeConfig.close(),
    () => behindProxy.kubeConfig.close(),
  )
})
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

/** An elector on a clock that the test moves; its calls go to the real API server. */
function elector(identity: string, of: KubeParts = parts, on: ManualClock = clock) {
  return new LeaderElector(
    { namespace, name: 'operator', identity },
    { client: of.client, clock: on, random: () => 0, log: of.log, metrics: of.metrics },
  )
}

const read = async () => unwrap(await parts.client.get(leases, { namespace, name: 'operator' }, { signal: never }))

/** Moves the clock in small steps, waiting at each for calls under way, until `until` resolves. */
async function advanceUntil<T>(
  until: Promise<T>,
  maxMs: number,
): Promise<{ readonly value: T; readonly afterMs: number }> {
  let outcome: { readonly value: T } | undefined
  void until.then((value) => (outcome = { value }))
  for (let afterMs = 0; afterMs <= maxMs; afterMs += 500) {
    await clock.advance(afterMs === 0 ? 0 : 500)
    // The other end is a real server: give it the time to answer.
    await systemClock.sleep(30, never)
    if (outcome !== undefined) return { ...outcome, afterMs }
  }
  throw new Error(`still pending after ${maxMs} ms`)
}

describe('LeaderElector', () => {
  it('takes a lease that nobody has, with times that the API server accepts', async () => {
    const first = elector('first')
    await first.acquire(never)

    expect(first.isLeader()).toBe(true)
    expect((await read()).spec).toEqual({
      holderIdentity: 'first',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    })
    expect(await parts.registry.value('leader_election_master_status', { name: 'operator' })).toBe(1)
  })

  it('renews, and keeps the time at which it became leader', async () => {
    const first = elector('first')
    await first.acquire(never)
    const stop = new AbortController()
    const held = first.hold(stop.signal)
    await vi.waitFor(() => expect(clock.sleeping).toBe(1))
    await clock.advance(2000)
    await vi.waitFor(async () => expect((await read()).spec?.renewTime).toBe('2026-01-01T00:00:02.000000Z'))

    expect((await read()).spec).toMatchObject({ acquireTime: '2026-01-01T00:00:00.000000Z', leaseTransitions: 0 })
    stop.abort()
    expect(await held).toBe('stopped')
  })

  it('lets exactly one of many win', async () => {
    const electors = Array.from({ length: 8 }, (_, index) => elector(`e${index}`))
    const giveUp = new AbortController()
    const acquired = electors.map((one) =>
      one.acquire(giveUp.signal).then(
        () => one,
        () => undefined,
      ),
    )
    await Promise.any(acquired.map(async (one) => (await one) ?? Promise.reject(new Error('gave up'))))
    await systemClock.sleep(200, never)

    expect(electors.filter((one) => one.isLeader())).toHaveLength(1)
    giveUp.abort()
    await Promise.all(acquired)
  })

  it('takes over from a leader that died, a lease after it saw the last renewal and not sooner', async () => {
    await elector('dead').acquire(never)
    const second = elector('second')
    const { afterMs } = await advanceUntil(second.acquire(never), 30_000)

    expect(afterMs).toBeGreaterThanOrEqual(15_000)
    expect(afterMs).toBeLessThanOrEqual(18_000)
    expect((await read()).spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 })
  })

  it('believes only its own clock: a renewal with a time of 1999 or 2099 keeps the lease alive all the same', async () => {
    await elector('first').acquire(never)
    const second = elector('second')
    const giveUp = new AbortController()
    const waiting = second.acquire(giveUp.signal).catch(() => 'gave up')
    for (const year of ['1999', '2099', '1998', '2098']) {
      const lease = await read()
      const spec: LeaseSpec = { ...lease.spec, renewTime: `${year}-01-01T00:00:00.000000Z` }
      unwrap(await parts.client.replace(leases, { ...lease, spec }, { signal: never }))
      await clock.advance(10_000)
      await systemClock.sleep(100, never)
    }

    expect(second.isLeader()).toBe(false)
    giveUp.abort()
    expect(await waiting).toBe('gave up')
  })

  it('is not moved by a jump of the wall clock', async () => {
    await elector('first').acquire(never)
    const second = elector('second')
    const giveUp = new AbortController()
    const waiting = second.acquire(giveUp.signal).catch(() => 'gave up')
    clock.jump(86_400_000)
    await clock.advance(12_000)
    await systemClock.sleep(100, never)

    expect(second.isLeader()).toBe(false)
    giveUp.abort()
    await waiting
  })

  it('gives the lease away at the end, so that the next one has it within two seconds', async () => {
    const first = elector('first')
    await first.acquire(never)
    const second = elector('second')
    const acquired = second.acquire(never)
    await vi.waitFor(() => expect(clock.sleeping).toBe(1))

    await first.release(never)
    expect((await read()).spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
    expect(first.isLeader()).toBe(false)

    const { afterMs } = await advanceUntil(acquired, 10_000)
    expect(afterMs).toBeLessThanOrEqual(2500)
  })

  it('gives it away also when the answer to its last renewal did not come', async () => {
    const first = elector('first')
    await first.acquire(never)
    const renewed = await read()
    const spec = { ...renewed.spec, renewTime: '2026-01-01T00:00:02.000000Z' }
    unwrap(await parts.client.replace(leases, { ...renewed, spec }, { signal: never }))

    await first.release(never)
    expect((await read()).spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
  })

  it('does not release what it does not hold', async () => {
    await elector('first').acquire(never)
    await elector('second').release(never)

    expect((await read()).spec?.holderIdentity).toBe('first')
  })

  it('is lost when it cannot be renewed within ten seconds, five before anybody else may take it', async () => {
    const first = elector('first', behindProxy)
    await first.acquire(never)
    proxy.inject({ times: Infinity, answer: { status: 500 } })
    const { value, afterMs } = await advanceUntil(first.hold(never), 30_000)

    expect(value).toBe('lost')
    expect(afterMs).toBeGreaterThanOrEqual(10_000)
    expect(afterMs).toBeLessThanOrEqual(12_500)
    expect(await behindProxy.registry.value('leader_election_master_status', { name: 'operator' })).toBe(0)
  })

  it('survives an API server that is away for less than that', async () => {
    const first = elector('first', behindProxy)
    await first.acquire(never)
    const stop = new AbortController()
    const held = first.hold(stop.signal)
    proxy.inject({ times: 3, answer: 'reset' })
    for (let step = 0; step < 12; step++) {
      await clock.advance(1000)
      await systemClock.sleep(50, never)
    }

    expect(first.isLeader()).toBe(true)
    stop.abort()
    expect(await held).toBe('stopped')
  })

  it('is lost at once when somebody else has it', async () => {
    const first = elector('first')
    await first.acquire(never)
    const lease = await read()
    unwrap(
      await parts.client.replace(
        leases,
        { ...lease, spec: { ...lease.spec, holderIdentity: 'usurper' } },
        { signal: never },
      ),
    )

    const { value, afterMs } = await advanceUntil(first.hold(never), 10_000)

    expect(value).toBe('lost')
    expect(afterMs).toBeLessThanOrEqual(2500)
    expect((await read()).spec?.holderIdentity).toBe('usurper')
  })

  it('stays leader when something else writes to its lease', async () => {
    const first = elector('first')
    await first.acquire(never)
    const patch = { metadata: { annotations: { note: 'hello' } } }
    unwrap(await parts.client.mergePatch(leases, { namespace, name: 'operator' }, patch, { signal: never }))
    const stop = new AbortController()
    const held = first.hold(stop.signal)
    await vi.waitFor(() => expect(clock.sleeping).toBe(1))
    await clock.advance(2000)
    await vi.waitFor(async () => expect((await read()).spec?.renewTime).toBe('2026-01-01T00:00:02.000000Z'))

    expect((await read()).metadata.annotations).toEqual({ note: 'hello' })
    stop.abort()
    expect(await held).toBe('stopped')
  })

  it('knows after a pause of the whole process that it may not be the leader any more', async () => {
    const first = elector('first')
    await first.acquire(never)
    const stop = new AbortController()
    const held = first.hold(stop.signal)
    await vi.waitFor(() => expect(clock.sleeping).toBe(1))

    // SIGSTOP for 20 s: the time has moved and not a timer has fired.
    vi.spyOn(clock, 'monotonicMs').mockReturnValue(clock.monotonicMs() + 20_000)
    expect(first.isLeader()).toBe(false)
    await clock.advance(2000)

    expect(await held).toBe('lost')
    vi.restoreAllMocks()
  })

  it('renews late, with what is left of its time, down to fractions of a millisecond', async () => {
    const first = elector('first')
    await first.acquire(never)
    const stop = new AbortController()
    const held = first.hold(stop.signal)
    await vi.waitFor(() => expect(clock.sleeping).toBe(1))

    // SIGSTOP for 6 s, of the 10 that it has.
    vi.spyOn(clock, 'monotonicMs').mockReturnValue(clock.monotonicMs() + 6000.25)
    await clock.advance(2000)
    await vi.waitFor(async () => expect((await read()).spec?.renewTime).toBe('2026-01-01T00:00:02.000000Z'))
    stop.abort()
    expect(await held).toBe('stopped')
    vi.restoreAllMocks()
  })

  it('starts and ends on the real clock', async () => {
    const identity = randomBytes(4).toString('hex')
    const real = new LeaderElector(
      { namespace, name: 'operator', identity, leaseDurationMs: 3000, renewDeadlineMs: 1500, retryPeriodMs: 100 },
      { client: parts.client, clock: systemClock, random: Math.random, log: parts.log, metrics: parts.metrics },
    )
    await real.acquire(never)
    const stop = new AbortController()
    const held = real.hold(stop.signal)
    const before = (await read()).spec?.renewTime
    await vi.waitFor(async () => expect((await read()).spec?.renewTime).not.toBe(before))
    stop.abort()
    expect(await held).toBe('stopped')
    await real.release(never)

    expect((await read()).spec?.holderIdentity).toBe('')
  })

  it('refuses times with which two could lead', () => {
    expect(() =>
      new LeaderElector(
        { namespace, name: 'x', identity: 'y', renewDeadlineMs: 20_000 },
        { client: parts.client, clock, random: () => 0, log: parts.log, metrics: parts.metrics },
      ).isLeader(),
    ).toThrow('renew deadline < lease duration')
  })
})
