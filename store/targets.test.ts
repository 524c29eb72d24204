import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { collectedScan, never, newScan, newTarget, pairs, useStore } from '#test/builders/store.ts'
import { createResultBuffer } from './result-buffer.ts'
import { saveEvaluation } from './findings.ts'
import { readScan } from './scans.ts'
import { readTargetStatus } from './target-facts.ts'
import { adoptNamespace, deleteTarget, ensureTarget, listTargets, type TargetIdentity } from './targets.ts'

const store = useStore()

const identity = (changes: Partial<TargetIdentity> = {}): TargetIdentity & { signal: AbortSignal } => ({
  namespace: 'ns',
  namespaceUid: 'ns-1',
  name: 'prod',
  uid: randomUUID(),
  partition: 'aws',
  accountId: '999900001111',
  signal: never,
  ...changes,
})

describe('ensureTarget', () => {
  it('gives a namespace one ExternalId, which every target of it shares and no other namespace has', async () => {
    const one = await ensureTarget(store.pool, identity({ namespace: 'shared', accountId: '000000000001', name: 'a' }))
    const two = await ensureTarget(store.pool, identity({ namespace: 'shared', accountId: '000000000002', name: 'b' }))
    const other = await ensureTarget(store.pool, identity({ namespace: 'other', accountId: '000000000001' }))
    if (one.kind !== 'ok' || two.kind !== 'ok' || other.kind !== 'ok') throw new Error('not made')
    expect(one.externalId).toBe(two.externalId)
    expect(one.externalId).toMatch(/^vedette-[0-9a-f]{32}$/)
    expect(other.externalId).not.toBe(one.externalId)
    expect(other.targetId).not.toBe(one.targetId)
  })

  it('refuses a second ScanTarget for an account of the namespace, until the first one is deleted', async () => {
    const first = identity({ accountId: '000000000003', name: 'first' })
    const second = identity({ accountId: '000000000003', name: 'second' })
    await ensureTarget(store.pool, first)
    expect(await ensureTarget(store.pool, second)).toEqual({
      kind: 'duplicate',
      holder: { namespace: 'ns', name: 'first' },
    })
    await deleteTarget(store.pool, { uid: first.uid, signal: never })
    expect(await ensureTarget(store.pool, second)).toMatchObject({ kind: 'ok' })
  })

  it('follows an object that names another account now, as an older schema let it, and leaves the one before', async () => {
    const before = identity({ accountId: '000000000008', name: 'moved' })
    await ensureTarget(store.pool, before)
    const after = { ...before, accountId: '000000000009' }
    expect(await ensureTarget(store.pool, after)).toMatchObject({ kind: 'ok' })
    const living = (await listTargets(store.pool)).filter(({ name }) => name === 'moved')
    expect(living).toMatchObject([{ accountId: '000000000009', uid: before.uid }])
  })

  it('makes one target however many ask at once', async () => {
    const same = identity({ accountId: '000000000004', name: 'race' })
    const made = await Promise.all(Array.from({ length: 10 }, () => ensureTarget(store.pool, same)))
    expect(new Set(made.map((one) => (one.kind === 'ok' ? one.targetId : one.kind))).size).toBe(1)
  })

  it('brings a deleted account back with its history, but not with what was asked of the object before', async () => {
    const target = await newTarget(store.pool, 'revived')
    const { lease, scan } = await collectedScan(store.pool, target)
    await using buffer = await createResultBuffer(store.pool, { targetId: target.targetId, signal: never })
    await saveEvaluation(buffer, lease, { scan, counts: pairs(), signal: never })
    await deleteTarget(store.pool, { uid: target.uid, signal: never })
    expect((await listTargets(store.pool)).some(({ targetId }) => targetId === target.targetId)).toBe(false)

    const back = await ensureTarget(
      store.pool,
      identity({ namespace: 'revived', namespaceUid: 'uid-of-revived', name: 'again', accountId: target.accountId }),
    )
    expect(back).toMatchObject({ kind: 'ok', targetId: target.targetId })
    expect(await readTargetStatus(store.pool, { targetId: target.targetId, generation: 1 })).toMatchObject({
      identity: 'unproven',
      requestedGeneration: null,
      handledScanNow: null,
      lastScan: { id: scan.id, state: 'Succeeded' },
      coveragePercent: 100,
    })
  })

  it('lets an object made again under its name take over at once, and cancels what the one before had asked', async () => {
    const target = await newTarget(store.pool, 'again')
    const scanId = await newScan(store.pool, target)
    const again = identity({
      namespace: 'again',
      namespaceUid: 'uid-of-again',
      name: target.name,
      accountId: target.accountId,
    })
    expect(await ensureTarget(store.pool, again)).toMatchObject({ kind: 'ok', targetId: target.targetId })
    expect((await readScan(store.pool, scanId))?.state).toBe('Cancelled')
  })

  it('lets go of the account that an object made again under its name had before', async () => {
    const target = await newTarget(store.pool, 'moved')
    const scanId = await newScan(store.pool, target)
    const elsewhere = identity({
      namespace: 'moved',
      namespaceUid: 'uid-of-moved',
      name: target.name,
      accountId: '000000000005',
    })
    const made = await ensureTarget(store.pool, elsewhere)
    expect(made).toMatchObject({ kind: 'ok' })
    expect((await readScan(store.pool, scanId))?.state).toBe('Cancelled')
    const living = (await listTargets(store.pool)).filter(({ namespace }) => namespace === 'moved')
    expect(living.map(({ accountId }) => accountId)).toEqual(['000000000005'])
  })

  it('stalls a namespace that was deleted and made again, until an administrator adopts it', async () => {
    const before = identity({ namespace: 'stolen', namespaceUid: 'first', accountId: '000000000006' })
    const first = await ensureTarget(store.pool, before)
    const after = { ...before, namespaceUid: 'second' }
    expect(await ensureTarget(store.pool, after)).toEqual({ kind: 'namespace-recreated' })
    await adoptNamespace(store.pool, { namespace: 'stolen', namespaceUid: 'second' })
    expect(await ensureTarget(store.pool, after)).toEqual(first)
  })
})
