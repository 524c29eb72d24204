import { describe, expect, it } from 'vitest'
import type { PairCount, Result } from '#core/evaluation.ts'
import type { Resource } from '#core/resource.ts'
import {
  Box,
  box,
  collectedScan,
  Crate,
  crate,
  denied,
  never,
  newScan,
  newTarget,
  pairs,
  result,
  useStore,
  type TakenJob,
  type TestTarget,
} from '#test/builders/store.ts'
import { saveEvaluation, type SavedEvaluation } from './findings.ts'
import { createResultBuffer } from './result-buffer.ts'
import { cancelScan, readScan } from './scans.ts'
import { readTargetStatus } from './target-facts.ts'

const store = useStore()

type Found = Parameters<typeof collectedScan>[2]

const save = async (taken: TakenJob, results: readonly Result[], counts: readonly PairCount[] = pairs()) => {
  await using buffer = await createResultBuffer(store.pool, { targetId: taken.scan.targetId, signal: never })
  await buffer.add(results)
  return await saveEvaluation(buffer, taken.lease, { scan: taken.scan, counts, signal: never })
}
/** One scan: what was found, and what failed or is unknown of it. */
const scan = async (
  target: TestTarget,
  found: Found,
  results: readonly Result[],
  counts?: readonly PairCount[],
): Promise<SavedEvaluation> => {
  const saved = await save(await collectedScan(store.pool, target, found), results, counts)
  if (saved.kind !== 'ok') throw new Error(saved.kind)
  return saved.value
}
const fails = (target: TestTarget, resource: Resource, changes: Partial<Result> = {}) =>
  result(target, resource, { ...changes, verdict: 'fail' })
const isUnknown = (target: TestTarget, resource: Resource) =>
  result(target, resource, { verdict: 'unknown', evidence: [] })
/** What stands for a listing that is not complete. */
const unlisted = (target: TestTarget): Result => ({ ...isUnknown(target, box('x')), resource: null, fingerprint: null })

const findings = async (target: TestTarget) => {
  const { rows } = await store.pool.query<{
    id: string
    state: string
    reason: string | null
    reopened: number
    severity: string
  }>(
    `select resource_id as id, state, resolved_reason as reason, reopened, severity from findings
     where target_id = $1 order by resource_id, check_id`,
    [target.targetId],
  )
  return rows.map(({ id, state, reason }) => [id, state, reason])
}
const changes = async (target: TestTarget) => {
  const { rows } = await store.pool.query<Record<string, string>>(
    `select f.resource_id, c.change, c.reason, c.severity_before, c.severity from finding_changes c
     join findings f on f.id = c.finding_id where c.target_id = $1 order by c.id`,
    [target.targetId],
  )
  return rows.map((row) => [row['resource_id'], row['change'], row['reason']])
}
const versions = async (target: TestTarget) => {
  const { rows } = await store.pool.query('select ctid, xmin, xmax from findings where target_id = $1 order by id', [
    target.targetId,
  ])
  return rows
}
const two = [box('b-1'), box('b-2')]

describe('saveEvaluation', () => {
  it('opens what fails, and ends the scan with what status shows', async () => {
    const target = await newTarget(store.pool)
    const saved = await scan(target, { boxes: two, crates: [crate('c-1')] }, [
      fails(target, box('b-1'), { severity: 'critical' }),
      fails(target, crate('c-1')),
    ])
    expect(saved).toEqual({
      state: 'Succeeded',
      summary: {
        findings: { critical: 1, high: 1, medium: 0, low: 0, excepted: 0 },
        coveragePercent: 100,
        opened: 2,
        resolved: 0,
        reopened: 0,
        topGaps: [],
      },
    })
    expect(await findings(target)).toEqual([
      ['b-1', 'open', null],
      ['c-1', 'open', null],
    ])
    const facts = await readTargetStatus(store.pool, { targetId: target.targetId, generation: 1 })
    expect(facts).toMatchObject({
      activeScan: null,
      lastScan: { state: 'Succeeded', opened: 2, message: null },
      lastSuccessfulTime: expect.any(Date),
      findings: { critical: 1, high: 1 },
      coveragePercent: 100,
      topGaps: [],
    })
    const { rows } = await store.pool.query('select from outbox where target_id = $1', [target.targetId])
    expect(rows).toHaveLength(0)
  })

  it('does not touch the rows of findings that stay as they are', async () => {
    const target = await newTarget(store.pool)
    await scan(target, { boxes: two }, [fails(target, box('b-1')), fails(target, box('b-2'))])
    const before = await versions(target)
    await scan(target, { boxes: two }, [fails(target, box('b-1')), fails(target, box('b-2'))])
    expect(await versions(target)).toEqual(before)
    expect(await changes(target)).toHaveLength(2)
  })

  it('resolves what was fixed and what was deleted, and says which, and reopens what comes back', async () => {
    const target = await newTarget(store.pool)
    await scan(target, { boxes: two }, [fails(target, box('b-1')), fails(target, box('b-2'))])
    const saved = await scan(target, { boxes: [box('b-1')] }, [])
    expect(saved.summary).toMatchObject({ resolved: 2, findings: { high: 0 } })
    expect(await findings(target)).toEqual([
      ['b-1', 'resolved', 'fixed'],
      ['b-2', 'resolved', 'resource_deleted'],
    ])
    const again = await scan(target, { boxes: two }, [fails(target, box('b-2'))])
    expect(again.summary).toMatchObject({ opened: 0, reopened: 1 })
    expect(await findings(target)).toEqual([
      ['b-1', 'resolved', 'fixed'],
      ['b-2', 'open', null],
    ])
    expect(await changes(target)).toEqual([
      ['b-1', 'opened', null],
      ['b-2', 'opened', null],
      ['b-1', 'resolved', 'fixed'],
      ['b-2', 'resolved', 'resource_deleted'],
      ['b-2', 'reopened', null],
    ])
    const { rows } = await store.pool.query(
      `select reopened, opened_at > first_seen as later from findings where target_id = $1 and state = 'open'`,
      [target.targetId],
    )
    expect(rows).toEqual([{ reopened: 1, later: true }])
  })

  it('changes nothing where the verdict is unknown, whether the finding is open or resolved', async () => {
    const target = await newTarget(store.pool)
    await scan(target, { boxes: two }, [fails(target, box('b-1')), fails(target, box('b-2'))])
    await scan(target, { boxes: two }, [fails(target, box('b-1'))])
    const before = await versions(target)
    const saved = await scan(
      target,
      { boxes: two },
      [isUnknown(target, box('b-1')), isUnknown(target, box('b-2'))],
      pairs({ unknownBoxes: 2 }),
    )
    expect(saved).toMatchObject({
      state: 'PartiallySucceeded',
      summary: { coveragePercent: 50, opened: 0, resolved: 0, reopened: 0 },
    })
    expect(await versions(target)).toEqual(before)
  })

  it('resolves nothing over a listing that was denied: it never looks like an empty account', async () => {
    const target = await newTarget(store.pool)
    await scan(target, { boxes: two, crates: [crate('c-1')] }, [fails(target, box('b-1')), fails(target, crate('c-1'))])
    const failure = { operation: 'test:DescribeBoxes' as const, reason: denied }
    const saved = await scan(
      target,
      { boxesEnd: { complete: false, failure }, crates: [crate('c-1')] },
      [unlisted(target)],
      pairs({ unknownBoxes: 1 }),
    )
    expect(saved).toMatchObject({
      state: 'PartiallySucceeded',
      summary: {
        resolved: 1,
        topGaps: [
          {
            operation: 'test:DescribeBoxes',
            reason: 'denied',
            action: 'test:GetLid',
            locations: ['eu-west-1'],
            count: 1,
          },
        ],
      },
    })
    expect(await findings(target)).toEqual([
      ['b-1', 'open', null],
      ['c-1', 'resolved', 'fixed'],
    ])
  })

  it('is partial when a listing was not complete, also where no check reads it', async () => {
    const target = await newTarget(store.pool)
    const failure = { operation: 'test:DescribeBoxes' as const, reason: denied }
    const saved = await scan(
      target,
      { boxesEnd: { complete: false, failure } },
      [],
      pairs({ checks: ['test-crate-sealed'] }),
    )
    expect(saved).toMatchObject({ state: 'PartiallySucceeded', summary: { coveragePercent: 100 } })
  })

  it('tells when a severity changes, and keeps newer evidence without telling', async () => {
    const target = await newTarget(store.pool)
    await scan(target, { boxes: two }, [fails(target, box('b-1')), fails(target, box('b-2'))])
    const evidence = [{ field: 'shelf', value: 'top\ttab\\ \u0000', basis: 'observed' as const }]
    await scan(target, { boxes: two }, [
      fails(target, box('b-1'), { severity: 'low' }),
      fails(target, box('b-2'), { evidence }),
    ])
    expect(await changes(target)).toEqual([
      ['b-1', 'opened', null],
      ['b-2', 'opened', null],
      ['b-1', 'severity_changed', null],
    ])
    const { rows } = await store.pool.query(
      'select severity, evidence from findings where target_id = $1 order by resource_id',
      [target.targetId],
    )
    expect(rows).toMatchObject([{ severity: 'low' }, { evidence: [{ field: 'shelf', value: 'top\ttab\\ \uFFFD' }] }])
  })

  it('writes nothing when the scan was cancelled, or the lease lost', async () => {
    const target = await newTarget(store.pool)
    const cancelled = await collectedScan(store.pool, target, { boxes: two })
    await cancelScan(store.pool, { scanId: cancelled.scan.id, signal: never })
    expect(await save(cancelled, [fails(target, box('b-1'))])).toEqual({ kind: 'lost' })
    const zombie = await collectedScan(store.pool, target, { boxes: two })
    await store.pool.query('update jobs set lease_epoch = lease_epoch + 1 where id = $1', [zombie.lease.jobId])
    expect(await save(zombie, [fails(target, box('b-1'))])).toEqual({ kind: 'lost' })
    expect(await findings(target)).toEqual([])
  })

  it('starts the scan that waits', async () => {
    const target = await newTarget(store.pool)
    const taken = await collectedScan(store.pool, target)
    const waiting = await newScan(store.pool, target)
    await save(taken, [])
    expect((await readScan(store.pool, waiting))?.state).toBe('Running')
  })

  it('copies more results than one COPY holds', async () => {
    const target = await newTarget(store.pool)
    const many = Array.from({ length: 12_000 }, (_, n) => box(`b-${n}`))
    const saved = await scan(
      target,
      {},
      many.map((one) => fails(target, one)),
    )
    expect(saved.summary).toMatchObject({ opened: 12_000, findings: { high: 12_000 } })
    const again = await scan(
      target,
      { boxes: [] },
      many.slice(1).map((one) => fails(target, one)),
    )
    expect(again.summary).toMatchObject({ opened: 0, resolved: 1, findings: { high: 11_999 } })
  })
})

describe('scope', () => {
  const everywhere = [box('b-1'), box('b-2', {}, { location: 'eu-west-2' })]
  const regions = ['eu-west-1', 'eu-west-2']
  const opened = async () => {
    const target = await newTarget(store.pool)
    const results = [...everywhere, crate('c-1', 'eu-west-2')].map((one) => fails(target, one))
    await scan(target, { boxes: everywhere, crates: [crate('c-1', 'eu-west-2')], regions }, results, pairs({ regions }))
    return target
  }
  const allOpen = [
    ['b-1', 'open', null],
    ['b-2', 'open', null],
    ['c-1', 'open', null],
  ]

  it('of a narrow scan: what lies outside it is untouched, and what lies inside is resolved', async () => {
    const target = await opened()
    const narrow = { isWholeTarget: false, regions: ['eu-west-1'] }
    await scan(target, { spec: narrow, boxes: [box('b-1')], crates: [] }, [], pairs({ regions: ['eu-west-1'] }))
    expect(await findings(target)).toEqual([
      ['b-1', 'resolved', 'fixed'],
      ['b-2', 'open', null],
      ['c-1', 'open', null],
    ])
  })

  it('of a scan that leaves a region out: that region is untouched, wherever its type is listed, and has no gap', async () => {
    const target = await opened()
    const spec = { isWholeTarget: false, regionsExcluded: ['eu-west-2'] }
    await scan(target, { spec, boxes: [], crates: [] }, [], pairs({ regions: ['eu-west-1'] }))
    expect(await findings(target)).toEqual([
      ['b-1', 'resolved', 'resource_deleted'],
      ['b-2', 'open', null],
      ['c-1', 'open', null],
    ])
    const gaps = await store.pool.query('select from gaps where target_id = $1', [target.targetId])
    expect(gaps.rowCount).toBe(0)
  })

  it('of a narrow scan removes no check either', async () => {
    const target = await opened()
    const checks = { include: ['test-crate-sealed'], exclude: [], minSeverity: null, parameters: [] }
    await scan(
      target,
      { spec: { isWholeTarget: false, checks }, boxes: everywhere, crates: [crate('c-1', 'eu-west-2')], regions },
      [fails(target, crate('c-1', 'eu-west-2'))],
      pairs({ checks: ['test-crate-sealed'] }),
    )
    expect(await findings(target)).toEqual(allOpen)
  })

  it('of the current generation: a region that was taken out resolves as scope_removed, wherever its type is listed', async () => {
    const target = await opened()
    await scan(
      target,
      { generation: 2, spec: { regions: ['eu-west-1'] }, boxes: [box('b-1')], crates: [crate('c-1', 'eu-west-2')] },
      [fails(target, box('b-1'))],
    )
    expect(await findings(target)).toEqual([
      ['b-1', 'open', null],
      ['b-2', 'resolved', 'scope_removed'],
      ['c-1', 'resolved', 'scope_removed'],
    ])
  })

  it('of the current generation: a check that was taken out is check_removed, a service scope_removed', async () => {
    const target = await opened()
    const without = { include: ['test-box-locked'], exclude: [], minSeverity: null, parameters: [] }
    await scan(
      target,
      { generation: 2, spec: { checks: without }, boxes: everywhere, crates: [crate('c-1', 'eu-west-2')], regions },
      everywhere.map((one) => fails(target, one)),
      pairs({ regions, checks: ['test-box-locked'] }),
    )
    expect(await findings(target)).toEqual([
      ['b-1', 'open', null],
      ['b-2', 'open', null],
      ['c-1', 'resolved', 'check_removed'],
    ])
    const nothing = { include: [], exclude: [], minSeverity: null, parameters: [] }
    await scan(
      target,
      { generation: 3, spec: { services: ['other'], checks: nothing }, boxes: everywhere, regions },
      [],
      [],
    )
    expect((await findings(target)).slice(0, 2)).toEqual([
      ['b-1', 'resolved', 'scope_removed'],
      ['b-2', 'resolved', 'scope_removed'],
    ])
  })

  it('of an older generation, whose scan ends late, removes nothing', async () => {
    const target = await opened()
    const late = await collectedScan(store.pool, target, {
      generation: 2,
      spec: { regions: ['eu-west-1'] },
      boxes: [box('b-1')],
    })
    await newScan(store.pool, target, { generation: 3 })
    await save(late, [fails(target, box('b-1'))])
    expect(await findings(target)).toEqual(allOpen)
  })

  it('is not what a check leaves that this worker does not know yet', async () => {
    const target = await opened()
    await scan(
      target,
      { boxes: everywhere, crates: [crate('c-1', 'eu-west-2')], regions },
      everywhere.map((one) => fails(target, one)),
      pairs({ regions, checks: ['test-box-locked'] }),
    )
    expect(await findings(target)).toEqual(allOpen)
  })

  it('keeps the findings of a region that AWS has disabled, with a gap that says so', async () => {
    const target = await opened()
    for (let time = 0; time < 2; time++) {
      await scan(target, { boxes: [box('b-1')], crates: [crate('c-1', 'eu-west-2')] }, [
        fails(target, box('b-1')),
        fails(target, crate('c-1', 'eu-west-2')),
      ])
    }
    expect(await findings(target)).toEqual(allOpen)
    const gaps = async () => {
      const { rows } = await store.pool.query(
        'select source, location, operation, kind from gaps where target_id = $1',
        [target.targetId],
      )
      return rows
    }
    expect(await gaps()).toEqual([
      { source: 'prepare', location: 'eu-west-2', operation: 'ec2:DescribeRegions', kind: 'not_collected' },
    ])
    await scan(
      target,
      { boxes: everywhere, crates: [crate('c-1', 'eu-west-2')], regions },
      everywhere.map((one) => fails(target, one)),
      pairs({ regions }),
    )
    expect(await gaps()).toEqual([])
  })

  it('forgets the gaps of what the target does not look at any more', async () => {
    const target = await newTarget(store.pool)
    const failure = { operation: 'test:DescribeBoxes' as const, reason: denied }
    await scan(
      target,
      { regions, boxesEnd: { complete: false, failure } },
      [unlisted(target)],
      pairs({ regions, unknownBoxes: 1 }),
    )
    const saved = await scan(target, { generation: 2, spec: { regions: ['eu-west-1'] }, boxes: [] }, [])
    expect(saved.summary.topGaps).toEqual([])
    expect(saved.state).toBe('Succeeded')
  })
})

describe('check counts', () => {
  it('are kept per scan, check and place', async () => {
    const target = await newTarget(store.pool)
    const taken = await collectedScan(store.pool, target)
    await save(taken, [], pairs({ unknownBoxes: 3 }))
    const { rows } = await store.pool.query(
      'select check_id, location, pass, fail, unknown, not_applicable from check_counts where scan_id = $1 order by 1',
      [taken.scan.id],
    )
    expect(rows).toEqual([
      { check_id: 'test-box-locked', location: 'eu-west-1', pass: 1, fail: 0, unknown: 3, not_applicable: 0 },
      { check_id: 'test-crate-sealed', location: 'global', pass: 1, fail: 0, unknown: 0, not_applicable: 0 },
    ])
    expect([Box.listed, Crate.listed]).toEqual(['region', 'global'])
  })
})
