import { describe, expect, it } from 'vitest'
import type { Resource } from '#core/resource.ts'
import type { Lease } from '#core/scan.ts'
import { unknown } from '#core/stored.ts'
import {
  Box,
  box,
  Crate,
  crate,
  denied,
  finishedPrepare,
  listed,
  never,
  newScan,
  newTarget,
  take,
  TYPES,
  useStore,
  type TestTarget,
} from '#test/builders/store.ts'
import { cancelScan } from './scans.ts'
import { completeListing } from './listings.ts'
import { SeenKeys, savePage } from './resources.ts'

const store = useStore()

/** A collect job of a new scan; the one before is cancelled. */
const collecting = async (target: TestTarget, location = 'eu-west-1'): Promise<Lease> => {
  const { rows } = await store.pool.query<{ id: string }>(
    `select id from scans where target_id = $1 and state = 'Running'`,
    [target.targetId],
  )
  for (const { id } of rows) await cancelScan(store.pool, { scanId: id, signal: never })
  const scanId = await newScan(store.pool, target)
  await finishedPrepare(store.pool, target, scanId, ['eu-west-1', 'eu-west-2'])
  return (await take(store.pool, scanId, 'collect', location)).lease
}
const save = (lease: Lease, resources: readonly Resource[], listedAt = 'eu-west-1') =>
  savePage(store.pool, lease, { resources, types: TYPES, listedAt, signal: never })

const stored = async (target: TestTarget) => {
  const { rows } = await store.pool.query(
    `select resource_id as id, data, gone_at is not null as gone, last_changed > first_seen as changed, v."values"
     from resources r left join resource_volatile v on v.resource = r.id where target_id = $1 order by resource_id`,
    [target.targetId],
  )
  return rows
}
/** Changes with every write, and with every lock of a row. */
const versions = async (table: string, target: TestTarget) => {
  const where =
    table === 'resource_volatile' ? 'resource in (select id from resources where target_id = $1)' : 'target_id = $1'
  const { rows } = await store.pool.query(`select ctid, xmin, xmax from ${table} where ${where} order by ctid`, [
    target.targetId,
  ])
  return rows
}
const gaps = async (target: TestTarget) => {
  const { rows } = await store.pool.query<{ since: Date }>(
    `select source, service, operation, location, type, resource_id, kind, action, since from gaps where target_id = $1
     order by source, location, resource_id, operation`,
    [target.targetId],
  )
  return rows
}

describe('savePage', () => {
  it('writes nothing at all for what has not changed, not even a lock, however AWS orders it', async () => {
    const target = await newTarget(store.pool)
    const many = Array.from({ length: 1200 }, (_, n) =>
      box(`b-${n}`, { colours: ['red', `${n}`] }, { tags: { a: '1', b: '2' } }),
    )
    expect(await save(await collecting(target), many)).toEqual({ kind: 'ok', value: { written: 1200, unchanged: 0 } })
    const before = await versions('resources', target)

    const again = many
      .map((one, n) => box(one.id, { colours: [`${n}`, 'red'] }, { tags: { b: '2', a: '1' } }))
      .reverse()
    expect(await save(await collecting(target), again)).toEqual({ kind: 'ok', value: { written: 0, unchanged: 1200 } })
    expect(await versions('resources', target)).toEqual(before)
  })

  it('writes no resource when volatile fields move, and of those only the ones that moved', async () => {
    const target = await newTarget(store.pool)
    const at = (instant: string, id = 'b-1') => box(id, { lastOpened: instant })
    await save(await collecting(target), [at('2026-01-01T00:00:00Z'), at('2026-01-01T00:00:00Z', 'b-2')])
    const resources = await versions('resources', target)
    const volatile = await versions('resource_volatile', target)
    const moved = [at('2026-02-02T00:00:00Z'), at('2026-01-01T00:00:00Z', 'b-2')]
    expect(await save(await collecting(target), moved)).toMatchObject({ value: { written: 0, unchanged: 2 } })
    expect(await versions('resources', target)).toEqual(resources)
    const after = await versions('resource_volatile', target)
    expect(after.filter((row) => volatile.some((same) => JSON.stringify(same) === JSON.stringify(row)))).toHaveLength(1)
    expect((await stored(target)).map(({ values }) => values)).toEqual([
      { lastOpened: '2026-02-02T00:00:00Z' },
      { lastOpened: '2026-01-01T00:00:00Z' },
    ])
  })

  it('writes what changed, and only that', async () => {
    const target = await newTarget(store.pool)
    await save(await collecting(target), [box('b-1'), box('b-2')])
    const changes = [box('b-1'), box('b-2', { shelf: 'top' }), box('b-3')]
    expect(await save(await collecting(target), changes)).toMatchObject({ value: { written: 2, unchanged: 1 } })
    expect((await stored(target)).map(({ id, changed }) => [id, changed])).toEqual([
      ['b-1', false],
      ['b-2', true],
      ['b-3', false],
    ])
  })

  it('takes a resource that a page gives twice, and strings that Postgres does not take', async () => {
    const target = await newTarget(store.pool)
    const odd = { tags: { 'nul\u0000': 'half \ud800' }, name: 'na\u0000me' }
    await save(await collecting(target), [box('b-1'), box('b-1', { shelf: 'later\u0000' }, odd)])
    const { rows } = await store.pool.query(
      `select name, tags, data ->> 'shelf' as shelf from resources where target_id = $1`,
      [target.targetId],
    )
    expect(rows).toEqual([{ name: 'na\uFFFDme', tags: { 'nul\uFFFD': 'half \uFFFD' }, shelf: 'later\uFFFD' }])
    expect(await save(await collecting(target), [box('b-1', { shelf: 'later\u0000' }, odd)])).toMatchObject({
      value: { written: 0 },
    })
  })

  it('keeps one gap for each thing it does not know, since when, and forgets it once it is learnt', async () => {
    const target = await newTarget(store.pool)
    const hidden = box('b-1', {
      lid: unknown(denied),
      lastOpened: unknown({ kind: 'throttled', operation: 'test:GetUse' }),
    })
    await save(await collecting(target), [hidden])
    const first = await gaps(target)
    const common = { source: 'resource', service: 'test', location: 'eu-west-1', type: Box.type, resource_id: 'b-1' }
    expect(first).toMatchObject([
      { ...common, operation: 'test:GetLid', kind: 'denied', action: 'test:GetLid' },
      { ...common, operation: 'test:GetUse', kind: 'throttled', action: '' },
    ])
    await save(await collecting(target), [box('b-1', { lid: unknown(denied), shelf: 'top' })])
    expect(await gaps(target)).toEqual(first.slice(0, 1))
    await save(await collecting(target), [box('b-1')])
    expect(await gaps(target)).toEqual([])
  })
})

describe('completeListing', () => {
  it('marks what was not seen as gone, with its gaps, and brings it back when it is seen again', async () => {
    const target = await newTarget(store.pool)
    await listed(store.pool, await collecting(target), Box, 'eu-west-1', [
      box('b-1'),
      box('b-2', { lid: unknown(denied) }),
    ])
    await listed(store.pool, await collecting(target), Box, 'eu-west-1', [box('b-1')])
    expect((await stored(target)).map(({ id, gone }) => [id, gone])).toEqual([
      ['b-1', false],
      ['b-2', true],
    ])
    expect(await gaps(target)).toEqual([])
    await listed(store.pool, await collecting(target), Box, 'eu-west-1', [
      box('b-1'),
      box('b-2', { lid: unknown(denied) }),
    ])
    expect((await stored(target)).map(({ id, gone, changed }) => [id, gone, changed])).toEqual([
      ['b-1', false, false],
      ['b-2', false, false],
    ])
    expect(await gaps(target)).toMatchObject([{ resource_id: 'b-2' }])
  })

  it('says nothing about absence when it is not complete, and is a gap until it is', async () => {
    const target = await newTarget(store.pool)
    await listed(store.pool, await collecting(target), Box, 'eu-west-1', [box('b-1'), box('b-2')])
    const end = {
      complete: false as const,
      failure: {
        operation: 'test:DescribeBoxes' as const,
        reason: { ...denied, operation: 'test:DescribeBoxes', action: 'test:DescribeBoxes' },
      },
    }
    const lease = await collecting(target)
    await listed(store.pool, lease, Box, 'eu-west-1', [box('b-1')], end)
    expect((await stored(target)).map(({ gone }) => gone)).toEqual([false, false])
    const first = await gaps(target)
    expect(first).toMatchObject([
      {
        source: 'listing',
        service: 'test',
        operation: 'test:DescribeBoxes',
        location: 'eu-west-1',
        type: Box.type,
        resource_id: '',
      },
    ])
    const { rows } = await store.pool.query(
      'select complete, resource_count, reasons from listings where scan_id = $1',
      [lease.scanId],
    )
    expect(rows).toEqual([{ complete: false, resource_count: 1, reasons: [end.failure.reason] }])

    await listed(store.pool, await collecting(target), Box, 'eu-west-1', [], end)
    expect(await gaps(target)).toEqual(first)
    await listed(store.pool, await collecting(target), Box, 'eu-west-1', [])
    expect(await gaps(target)).toEqual([])
    expect((await stored(target)).map(({ gone }) => gone)).toEqual([true, true])
  })

  it('judges absence where a type is listed: a bucket is listed globally, wherever it lives', async () => {
    const target = await newTarget(store.pool)
    await listed(store.pool, await collecting(target, 'global'), Crate, 'global', [
      crate('c-1', 'eu-west-2'),
      crate('c-2', 'eu-west-1'),
    ])
    const regional = await collecting(target, 'eu-west-2')
    await completeListing(store.pool, regional, {
      type: Crate,
      location: 'eu-west-2',
      end: { complete: true },
      seen: new SeenKeys().keys,
      signal: never,
    })
    expect((await stored(target)).map(({ gone }) => gone)).toEqual([false, false])
    await listed(store.pool, await collecting(target, 'global'), Crate, 'global', [crate('c-2', 'eu-west-1')])
    expect((await stored(target)).map(({ id, gone }) => [id, gone])).toEqual([
      ['c-1', true],
      ['c-2', false],
    ])
  })

  it('leaves other places, other types and other targets alone', async () => {
    const [target, other] = [await newTarget(store.pool), await newTarget(store.pool)]
    await listed(store.pool, await collecting(other), Box, 'eu-west-1', [box('b-1')])
    await listed(store.pool, await collecting(target, 'eu-west-2'), Box, 'eu-west-2', [
      box('b-1', {}, { location: 'eu-west-2' }),
    ])
    await listed(store.pool, await collecting(target, 'global'), Crate, 'global', [crate('c-1', 'eu-west-1')])
    await listed(store.pool, await collecting(target), Box, 'eu-west-1', [])
    expect((await stored(target)).map(({ gone }) => gone)).toEqual([false, false])
    expect((await stored(other)).map(({ gone }) => gone)).toEqual([false])
  })

  it('is not there when a scan stops between pages: what was seen stays, and nothing is gone', async () => {
    const target = await newTarget(store.pool)
    await listed(store.pool, await collecting(target), Box, 'eu-west-1', [box('b-1')])
    const lease = await collecting(target)
    await save(lease, [box('b-2')])
    await cancelScan(store.pool, { scanId: lease.scanId, signal: never })
    expect((await stored(target)).map(({ id, gone }) => [id, gone])).toEqual([
      ['b-1', false],
      ['b-2', false],
    ])
    const { rows } = await store.pool.query('select from listings where scan_id = $1', [lease.scanId])
    expect(rows).toHaveLength(0)
  })

  it('takes 100,000 keys', async () => {
    const target = await newTarget(store.pool)
    const lease = await collecting(target)
    await save(lease, [box('b-7'), box('gone')])
    const seen = new SeenKeys()
    for (let n = 0; n < 100_000; n++) seen.add(box(`b-${n}`))
    expect(seen.size).toBe(100_000)
    expect(
      await completeListing(store.pool, lease, {
        type: Box,
        location: 'eu-west-1',
        end: { complete: true },
        seen: seen.keys,
        signal: never,
      }),
    ).toEqual({ kind: 'ok', value: { gone: 1 } })
  })
})
