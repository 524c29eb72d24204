import { expect, test } from 'vitest'
import type { Result } from '#core/evaluation.ts'
import {
  Box,
  box,
  collectedScan,
  newTarget,
  newScan,
  never,
  pairs,
  result,
  useStore,
  type TestTarget,
} from '#test/builders/store.ts'
import { saveEvaluation } from './findings.ts'
import { createResultBuffer } from './result-buffer.ts'
import { countResources, readScanHistory } from './scan-history.ts'
import { readScanProgress } from './scan-progress.ts'

const store = useStore()

/** A scan that finds these boxes, of which some fail. */
const scan = async (target: TestTarget, boxes: readonly string[], failing: readonly string[]): Promise<string> => {
  const found = { boxes: boxes.map((id) => box(id)), crates: [] }
  const taken = await collectedScan(store.pool, target, found)
  const results = failing.map((id): Result => result(target, box(id), { verdict: 'fail' }))
  await using buffer = await createResultBuffer(store.pool, { targetId: target.targetId, signal: never })
  await buffer.add(results)
  await saveEvaluation(buffer, taken.lease, { scan: taken.scan, counts: pairs(), signal: never })
  return taken.scan.id
}
const fingerprints = (target: TestTarget, ids: readonly string[]) =>
  new Set(ids.map((id) => result(target, box(id), { verdict: 'fail' }).fingerprint))

test('a scan tells what it opened, reopened and resolved; the first one knows of nothing before it', async () => {
  const target = await newTarget(store.pool)
  const history = async (scanId: string) => readScanHistory(store.pool, { targetId: target.targetId, scanId })

  const printOf = (id: string) => [...fingerprints(target, [id])][0]
  const gone = { checkId: 'test-box-locked', severity: 'high' }
  const first = await history(await scan(target, ['a', 'b', 'c'], ['a', 'b', 'c']))
  const second = await history(await scan(target, ['a', 'b'], ['b']))
  const third = await history(await scan(target, ['a', 'b', 'd'], ['a', 'b', 'd']))

  expect(first).toMatchObject({ isKnown: false, opened: fingerprints(target, ['a', 'b', 'c']), resolved: [] })
  expect(second).toEqual({
    isKnown: true,
    opened: new Set(),
    reopened: new Set(),
    resolved: [
      { ...gone, resource: `${Box.type}/a`, fingerprint: printOf('a'), why: 'fixed' },
      { ...gone, resource: `${Box.type}/c`, fingerprint: printOf('c'), why: 'resource_deleted' },
    ],
  })
  expect(third).toMatchObject({
    opened: fingerprints(target, ['d']),
    reopened: fingerprints(target, ['a']),
    resolved: [],
  })
})

test('resources are counted where they live now', async () => {
  const target = await newTarget(store.pool)
  await scan(target, ['a', 'b', 'c'], [])
  await scan(target, ['a', 'b'], [])
  const count = (locations: readonly string[] | null) =>
    countResources(store.pool, { targetId: target.targetId, locations })
  expect(await count(null)).toEqual(new Map([[Box.type, 2]]))
  expect(await count(['eu-west-1'])).toEqual(new Map([[Box.type, 2]]))
  expect(await count(['eu-west-2'])).toEqual(new Map())
})

test('progress: jobs, listings and the summary of scans, in the order they are asked for', async () => {
  const [one, two] = [await newTarget(store.pool), await newTarget(store.pool)]
  const judged = await scan(one, ['a'], ['a'])
  const asked = await newScan(store.pool, two)

  const progress = await readScanProgress(store.pool, [asked, judged])

  expect(progress).toEqual([
    {
      scanId: asked,
      state: 'Running',
      reason: null,
      message: null,
      jobs: [{ kind: 'prepare', location: '', state: 'Queued', reason: null }],
      listings: [],
      summary: null,
    },
    {
      scanId: judged,
      state: 'Succeeded',
      reason: null,
      message: null,
      jobs: [
        { kind: 'collect', location: 'eu-west-1', state: 'Succeeded', reason: null },
        { kind: 'collect', location: 'global', state: 'Succeeded', reason: null },
        { kind: 'evaluate', location: '', state: 'Succeeded', reason: null },
        { kind: 'prepare', location: '', state: 'Succeeded', reason: null },
      ],
      listings: [
        { type: 'AWS::Test::Box', places: 1 },
        { type: 'AWS::Test::Crate', places: 1 },
      ],
      summary: expect.objectContaining({ findings: { critical: 0, high: 1, medium: 0, low: 0, excepted: 0 } }),
    },
  ])
})
