import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GROUP_VERSION } from '#core/kinds/kind.ts'
import { ScanRequest } from '#core/kinds/scan-request.ts'
import { ScanTarget } from '#core/kinds/scan-target.ts'
import { useStore } from '#test/builders/store.ts'
import { scansOf } from '#test/e2e/operator-fixture.ts'
import { createManualClock } from '#test/manual-clock.ts'
import { requestSpec, storedObject } from './support/arbitrary-objects.ts'
import { Cluster } from './support/cluster.ts'
import { reasonOf, reconciled, reconciledAgain } from './support/episode.ts'
import { fuzz } from './support/fuzz.ts'

const store = useStore()
const scans = scansOf(() => store.pool)

const inputs = fc.record({
  object: storedObject(ScanRequest, requestSpec),
  isFinished: fc.boolean(),
})

test('whatever is stored as a ScanRequest is scanned, waits, or is told what is wrong; deleted, it asks for nothing more', async () => {
  const clusters = await Promise.all(Array.from({ length: 8 }, (_, place) => clusterWithTargets(place)))
  let count = 0
  let answered = 0
  await fuzz({
    inputs,
    handle: async ({ object: input, isFinished }, place) => {
      const cluster = clusters[place]
      if (cluster === undefined) throw new Error('there is a cluster for each place')
      const key = { namespace: `place-${place}`, name: `request-${++count}` }
      const object = { ...input, metadata: { ...input.metadata, ...key } }
      const { uid } = object.metadata
      cluster.put(object)
      const status = await reconciled(cluster, ScanRequest, key)
      if (cluster.get('ScanRequest', key) !== undefined) await reconciledAgain(cluster, ScanRequest, key)
      const scan = await scanOf(uid)
      if (scan !== undefined) {
        answered++
        expect(['Pending', 'Running', 'Cancelled']).toContain(reasonOf(status, 'Finished'))
        if (isFinished && scan.state === 'Running') {
          await scans.finish(scan.id)
          await reconciled(cluster, ScanRequest, key)
          if (cluster.get('ScanRequest', key) !== undefined) await reconciledAgain(cluster, ScanRequest, key)
        }
      }
      cluster.remove('ScanRequest', key)
      await reconciled(cluster, ScanRequest, key)
      expect(['Pending', 'Running']).not.toContain((await scanOf(uid))?.state)
    },
  })
  expect(answered / count).toBeGreaterThan(0.1)
})

/** One target that is well and one that cannot be read. */
async function clusterWithTargets(place: number): Promise<Cluster> {
  const cluster = new Cluster(store.pool, createManualClock('2026-11-25T04:00:00Z'))
  const namespace = `place-${place}`
  const target = (name: string, spec: unknown) => ({
    apiVersion: GROUP_VERSION,
    kind: 'ScanTarget',
    metadata: {
      namespace,
      name,
      uid: `uid-of-${name}-${place}`,
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: '2026-11-25T04:00:00Z',
    },
    spec,
  })
  // Suspended: nothing but requests is scanned.
  cluster.put(target('well', { accountId: '111122223333', suspend: true }))
  cluster.put(target('broken', { accountId: [] }))
  await reconciled(cluster, ScanTarget, { namespace, name: 'well' })
  return cluster
}

async function scanOf(requestUid: string): Promise<{ readonly id: string; readonly state: string } | undefined> {
  const { rows } = await store.pool.query<{ id: string; state: string }>(
    `select scans.id, state from scan_triggers join scans on scans.id = scan_id where kind = 'request' and token = $1`,
    [requestUid],
  )
  return rows[0]
}
