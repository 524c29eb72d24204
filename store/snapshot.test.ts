import { describe, expect, it } from 'vitest'
import type { Resource } from '#core/resource.ts'
import { unknown } from '#core/stored.ts'
import { createPool } from '#platform/postgres/pool.ts'
import { systemClock } from '#platform/system-clock.ts'
import {
  Box,
  box,
  collectedScan,
  Crate,
  crate,
  denied,
  finishedPrepare,
  listed,
  never,
  newScan,
  newTarget,
  silent,
  take,
  useStore,
} from '#test/builders/store.ts'
import { cancelScan } from './scans.ts'
import { openSnapshot, type StoredSnapshot } from './snapshot.ts'

const store = useStore()

const all = async (
  snapshot: StoredSnapshot,
  types: readonly string[],
  batch?: number,
): Promise<readonly Resource[]> => {
  const found: Resource[] = []
  for await (const page of snapshot.stream(types, batch)) found.push(...page)
  return found
}

describe('a snapshot', () => {
  it('gives resources back as they were saved, volatile fields and all, in batches', async () => {
    const target = await newTarget(store.pool)
    const boxes = Array.from({ length: 23 }, (_, n) =>
      box(
        `b-${String(n).padStart(2, '0')}`,
        { lastOpened: '2026-01-01T00:00:00Z' },
        { ownerId: '999988887777', tags: { n: `${n}` } },
      ),
    )
    const { scan } = await collectedScan(store.pool, target, { boxes, crates: [crate('c-1')] })
    await using snapshot = await openSnapshot(store.pool, { targetId: target.targetId, scanId: scan.id, signal: never })
    const pages: number[] = []
    for await (const page of snapshot.stream([Box.type], 10)) pages.push(page.length)
    expect(pages).toEqual([10, 10, 3])
    expect(await all(snapshot, [Crate.type, Box.type], 7)).toEqual([crate('c-1'), ...boxes])
    expect(await snapshot.all(Crate.type)).toEqual([crate('c-1')])
  })

  it('does not see what is written after it was opened, nor what is gone', async () => {
    const target = await newTarget(store.pool)
    const first = await collectedScan(store.pool, target, { boxes: [box('b-1'), box('b-2')] })
    await using snapshot = await openSnapshot(store.pool, {
      targetId: target.targetId,
      scanId: first.scan.id,
      signal: never,
    })
    await cancelScan(store.pool, { scanId: first.scan.id, signal: never })
    const second = await collectedScan(store.pool, target, { boxes: [box('b-2'), box('b-3')] })
    expect((await all(snapshot, [Box.type])).map(({ id }) => id)).toEqual(['b-1', 'b-2'])
    await using later = await openSnapshot(store.pool, {
      targetId: target.targetId,
      scanId: second.scan.id,
      signal: never,
    })
    expect((await all(later, [Box.type])).map(({ id }) => id)).toEqual(['b-2', 'b-3'])
  })

  it('gives all of a stream to a reader that takes longer between two batches than a statement may take', async () => {
    const target = await newTarget(store.pool)
    const { scan } = await collectedScan(store.pool, target, { boxes: [box('b-1'), box('b-2'), box('b-3')] })
    const impatient = createPool({
      connectionString: store.url,
      applicationName: 'test',
      max: 1,
      log: silent,
      statementMs: 200,
    })
    try {
      await using snapshot = await openSnapshot(impatient, {
        targetId: target.targetId,
        scanId: scan.id,
        signal: never,
      })
      const seen: string[] = []
      for await (const page of snapshot.stream([Box.type], 1)) {
        seen.push(...page.map(({ id }) => id))
        // What pg does when a statement's time is up it does by the machine's clock.
        if (seen.length === 1) await systemClock.sleep(500, never)
      }
      expect(seen).toEqual(['b-1', 'b-2', 'b-3'])
    } finally {
      await impatient.end()
    }
  })

  it('can be left in the middle of a stream', async () => {
    const target = await newTarget(store.pool)
    const { scan } = await collectedScan(store.pool, target, { boxes: [box('b-1'), box('b-2'), box('b-3')] })
    await using snapshot = await openSnapshot(store.pool, { targetId: target.targetId, scanId: scan.id, signal: never })
    for await (const page of snapshot.stream([Box.type], 1)) {
      expect(page).toHaveLength(1)
      break
    }
    expect(await all(snapshot, [Box.type])).toHaveLength(3)
  })

  it('ends with its signal', async () => {
    const target = await newTarget(store.pool)
    const { scan } = await collectedScan(store.pool, target, { boxes: [box('b-1'), box('b-2')] })
    const stop = new AbortController()
    await using snapshot = await openSnapshot(store.pool, {
      targetId: target.targetId,
      scanId: scan.id,
      signal: stop.signal,
    })
    const reading = (async () => {
      for await (const _ of snapshot.stream([Box.type], 1)) stop.abort(new Error('enough'))
    })()
    await expect(reading).rejects.toThrow()
  })
})

describe('listings', () => {
  it('are those of this scan; one that it did not get to is not there, however well an older scan knew', async () => {
    const target = await newTarget(store.pool)
    const older = await collectedScan(store.pool, target, { boxes: [box('b-1')] })
    await cancelScan(store.pool, { scanId: older.scan.id, signal: never })
    const scanId = await newScan(store.pool, target)
    await finishedPrepare(store.pool, target, scanId)
    const { lease } = await take(store.pool, scanId, 'collect', 'global')
    const failure = { operation: 'test:ListCrates' as const, reason: denied }
    await listed(store.pool, lease, Crate, 'global', [], { complete: false, failure })
    await using snapshot = await openSnapshot(store.pool, { targetId: target.targetId, scanId, signal: never })
    expect(await snapshot.listings()).toEqual([
      { type: Crate.type, location: 'global', complete: false, reasons: [denied], observedAt: expect.any(Date) },
    ])
  })

  it('outside the scope of a narrow scan are the newest ones', async () => {
    const target = await newTarget(store.pool)
    const older = await collectedScan(store.pool, target, { boxes: [box('b-1')], crates: [crate('c-1')] })
    await cancelScan(store.pool, { scanId: older.scan.id, signal: never })
    const scanId = await newScan(store.pool, target, { spec: { isWholeTarget: false, services: ['other'] } })
    await using snapshot = await openSnapshot(store.pool, {
      targetId: target.targetId,
      scanId,
      isCollected: (type) => type === Crate.type,
      signal: never,
    })
    expect((await snapshot.listings()).map(({ type, complete }) => [type, complete])).toEqual([[Box.type, true]])
  })

  it('carry the time that AWS observed, where that is not now', async () => {
    const target = await newTarget(store.pool)
    const observedAt = new Date('2026-11-24T01:02:03Z')
    const { scan } = await collectedScan(store.pool, target, { boxesEnd: { complete: true, observedAt } })
    await using snapshot = await openSnapshot(store.pool, { targetId: target.targetId, scanId: scan.id, signal: never })
    expect((await snapshot.listings()).find(({ type }) => type === Box.type)?.observedAt).toEqual(observedAt)
  })
})

describe('a look-up', () => {
  it('finds by value within the place that asks, and knows what it does not know', async () => {
    const target = await newTarget(store.pool)
    const boxes = [
      box('b-1', { shelf: 'top' }),
      box('b-2', { shelf: 'low' }),
      box('b-3', { shelf: 'top' }),
      box('b-4', { shelf: 'top' }, { location: 'eu-west-2' }),
      box('b-5', { shelf: unknown(denied) }, { location: 'eu-west-2' }),
    ]
    const regions = ['eu-west-1', 'eu-west-2']
    const { scan } = await collectedScan(store.pool, target, { boxes, crates: [crate('c-1')], regions })
    await using snapshot = await openSnapshot(store.pool, { targetId: target.targetId, scanId: scan.id, signal: never })
    const byShelf = await snapshot.loadLookUp({ type: Box, key: 'shelf' })
    const ids = (location: string, value: unknown) => {
      const { members, incomplete } = byShelf.find(location, value)
      return [members.map(({ id }) => id), incomplete]
    }
    expect(ids('eu-west-1', 'top')).toEqual([['b-1', 'b-3'], []])
    expect(ids('eu-west-1', 'none')).toEqual([[], []])
    expect(ids('eu-west-2', 'top')).toEqual([['b-4'], [denied]])
    expect(ids('eu-west-3', 'top')).toEqual([[], [{ kind: 'not_collected' }]])

    const byColour = await snapshot.loadLookUp({ type: Box, key: 'colours' })
    expect(byColour.find('eu-west-1', 'red').members).toHaveLength(3)

    const crates = await snapshot.loadLookUp({ type: Crate, key: null })
    expect(crates.find('eu-west-3', undefined)).toEqual({ members: [crate('c-1')], incomplete: [] })
  })
})
