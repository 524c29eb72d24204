import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EndedScanState } from '#core/scan.ts'
import { SCAN_NOW_ANNOTATION, ScanTarget } from '#core/kinds/scan-target.ts'
import { useStore } from '#test/builders/store.ts'
import { scansOf } from '#test/e2e/operator-fixture.ts'
import { createManualClock } from '#test/manual-clock.ts'
import { storedObject, targetSpec } from './support/arbitrary-objects.ts'
import { Cluster } from './support/cluster.ts'
import { reasonOf, reconciled, reconciledAgain } from './support/episode.ts'
import { fuzz } from './support/fuzz.ts'

const store = useStore()
const scans = scansOf(() => store.pool)

const inputs = fc.record({
  first: storedObject(ScanTarget, targetSpec),
  /** How its scan ends, if it came to one. */
  end: fc.constantFrom<EndedScanState | null>('Succeeded', 'Failed', 'Cancelled', null),
  /** The spec that somebody puts in its place. */
  mended: targetSpec,
  /** Only a schema without today's rules lets an object name another account. */
  isSameAccount: fc.boolean(),
})

test('whatever is stored as a ScanTarget is followed or told what is wrong, and an edit mends it', async () => {
  const clusters = Array.from({ length: 8 }, () => new Cluster(store.pool, createManualClock('2026-11-25T04:00:00Z')))
  let count = 0
  let followed = 0
  await fuzz({
    inputs,
    handle: async ({ first, end, mended: given, isSameAccount }, place) => {
      const cluster = clusters[place]
      if (cluster === undefined) throw new Error('there is a cluster for each place')
      const key = { namespace: `place-${place}`, name: `target-${++count}` }
      const object = { ...first, metadata: { ...first.metadata, ...key } }
      cluster.put(object)
      const status = await reconciled(cluster, ScanTarget, key)
      await reconciledAgain(cluster, ScanTarget, key)
      const token = object.metadata.annotations?.[SCAN_NOW_ANNOTATION] ?? ''
      const isStalled = reasonOf(status, 'Stalled') !== undefined
      if (!isStalled) {
        followed++
        if (token !== '') expect(status?.['lastHandledScanNow']).toBeTypeOf('string')
        const active = await activeScan(object.metadata.uid)
        if (active !== undefined && end !== null) {
          await scans.finish(active, end)
          await reconciled(cluster, ScanTarget, key)
          await reconciledAgain(cluster, ScanTarget, key)
        }
      }

      const { accountId } = ScanTarget.spec.safeParse(object.spec).data ?? {}
      const mended = isSameAccount && accountId !== undefined ? Object.assign({}, given, { accountId }) : given
      const generation = (object.metadata.generation ?? 0) + 1
      const live = cluster.get('ScanTarget', key) ?? object
      cluster.put({ ...live, metadata: { ...live.metadata, generation }, spec: mended })
      const then = await reconciled(cluster, ScanTarget, key)
      await reconciledAgain(cluster, ScanTarget, key)
      // Unless it is suspended, or says that it is stalled: a new spec is a scan.
      const isSuspended = ScanTarget.spec.safeParse(mended).data?.suspend === true
      if (reasonOf(then, 'Stalled') === undefined && !isSuspended)
        expect(await requestedGeneration(object.metadata.uid)).toBe(generation)

      cluster.remove('ScanTarget', key)
      await reconciled(cluster, ScanTarget, key)
      expect(await activeScan(object.metadata.uid)).toBeUndefined()
    },
  })
  // The fuzz would show little if hardly any object were understood.
  expect(followed / count).toBeGreaterThan(0.25)
})

async function activeScan(uid: string): Promise<string | undefined> {
  const { rows } = await store.pool.query<{ id: string }>(
    `select scans.id from scans join targets on targets.id = target_id
     where targets.uid = $1 and state in ('Pending', 'Running') order by state desc`,
    [uid],
  )
  return rows[0]?.id
}

async function requestedGeneration(uid: string): Promise<number> {
  const { rows } = await store.pool.query<{ generation: string | null }>(
    'select generation from targets where uid = $1 and deleted_at is null',
    [uid],
  )
  return Number(rows[0]?.generation ?? -1)
}
