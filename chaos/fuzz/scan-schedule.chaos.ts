import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GROUP_VERSION } from '#core/kinds/kind.ts'
import { ScanSchedule, type ScanScheduleSpec } from '#core/kinds/scan-schedule.ts'
import { ScanTarget } from '#core/kinds/scan-target.ts'
import { useStore } from '#test/builders/store.ts'
import { createManualClock, type ManualClock } from '#test/manual-clock.ts'
import { scheduleSpec, storedObject } from './support/arbitrary-objects.ts'
import { Cluster } from './support/cluster.ts'
import { reasonOf, reconciled, reconciledAgain, type SeenStatus } from './support/episode.ts'
import { fuzz } from './support/fuzz.ts'

const store = useStore()

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const HALF_A_YEAR = 183 * DAY

const inputs = fc.record({
  object: storedObject(ScanSchedule, scheduleSpec),
  /** How far the clock moves from look to look, back too. */
  steps: fc.array(
    fc.oneof(
      fc.integer({ min: -2 * DAY, max: 2 * DAY }),
      fc.integer({ min: 0, max: HALF_A_YEAR }),
      fc.constantFrom(0, 1, MINUTE - 1, MINUTE),
    ),
    { minLength: 1, maxLength: 3 },
  ),
})

test('whatever is stored as a ScanSchedule is followed or told what is wrong, at any time and whichever way the clock goes', async () => {
  const places = await Promise.all(Array.from({ length: 8 }, (_, place) => placeWithTargets(place)))
  let count = 0
  let followed = 0
  await fuzz({
    inputs,
    handle: async ({ object: input, steps }, place) => {
      const { cluster, clock } = places[place] ?? {}
      if (cluster === undefined || clock === undefined) throw new Error('there is a cluster for each place')
      const key = { namespace: `place-${place}`, name: `schedule-${++count}` }
      const object = { ...input, metadata: { ...input.metadata, ...key } }
      const { uid } = object.metadata
      cluster.put(object)
      for (const step of [0, ...steps]) {
        clock.jump(step)
        const status = await reconciled(cluster, ScanSchedule, key)
        await reconciledAgain(cluster, ScanSchedule, key)
        if (reasonOf(status, 'Stalled') !== undefined) continue
        followed++
        checkFollowed(status, object.spec, clock.now())
      }
      const times = await startedTimes(uid)
      expect(new Set(times).size).toBe(times.length)
      cluster.remove('ScanSchedule', key)
      await reconciled(cluster, ScanSchedule, key)
      await store.pool.query(
        `update scans set state = 'Cancelled', finished_at = now() where state = 'Pending' and namespace = $1`,
        [key.namespace],
      )
    },
  })
  expect(followed / count).toBeGreaterThan(0.1)
})

/** Labels that the targets of a place have; the last one is none that a schedule could follow. */
const LABELS = [{ team: 'a' }, { env: 'prod', team: '' }, {}] as const

function checkFollowed(status: SeenStatus | undefined, spec: unknown, now: Date): void {
  const { targetSelector, suspend } = ScanSchedule.spec.parse(spec)
  expect(status?.['matchedTargets']).toBe(LABELS.filter((labels) => matches(targetSelector, labels)).length)
  const next = status?.['nextScheduleTime']
  if (suspend) expect(next).toBeUndefined()
  // Times are shown in whole seconds.
  else expect(Date.parse(String(next)) + 1000).toBeGreaterThan(now.getTime())
}

/** What https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors says, once more. */
function matches(selector: ScanScheduleSpec['targetSelector'], labels: Readonly<Record<string, string>>): boolean {
  const all = new Map(Object.entries(labels))
  const required = Object.entries(selector.matchLabels ?? {})
  const expressions = selector.matchExpressions ?? []
  return (
    required.every(([key, value]) => all.get(key) === value) &&
    expressions.every(({ key, operator, values = [] }) => {
      const isIn = all.has(key) && values.includes(all.get(key) ?? '')
      return { In: isIn, NotIn: !isIn, Exists: all.has(key), DoesNotExist: !all.has(key) }[operator]
    })
  )
}

async function startedTimes(uid: string): Promise<readonly string[]> {
  const { rows } = await store.pool.query<{ token: string }>(
    `select target_id || ' ' || token as token from scan_triggers where kind = 'schedule' and schedule_uid = $1`,
    [uid],
  )
  return rows.map(({ token }) => token)
}

async function placeWithTargets(place: number): Promise<{ readonly cluster: Cluster; readonly clock: ManualClock }> {
  const clock = createManualClock('2026-11-25T04:00:30Z')
  const cluster = new Cluster(store.pool, clock)
  const namespace = `place-${place}`
  for (const [index, labels] of LABELS.entries()) {
    const name = `target-${index}`
    cluster.put({
      apiVersion: GROUP_VERSION,
      kind: 'ScanTarget',
      metadata: {
        namespace,
        name,
        uid: `uid-of-${name}-${place}`,
        generation: 1,
        resourceVersion: '1',
        creationTimestamp: '2026-11-25T04:00:00Z',
        labels,
      },
      spec: { accountId: `11112222333${index}`, suspend: index === 1 },
    })
    await reconciled(cluster, ScanTarget, { namespace, name })
  }
  return { cluster, clock }
}
