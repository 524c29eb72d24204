import { describe, expect, it } from 'vitest'
import { defineCheck, type Snapshot } from './check.ts'
import { Evaluation, planPairs, typesRead, type EvaluationInput, type Listing } from './evaluation.ts'
import { defineResource, GLOBAL, type Resource } from './resource.ts'
import { flag, text } from './schema.ts'
import { unknown } from './stored.ts'

const Crate = defineResource({
  type: 'T::Crate',
  service: 'test',
  listed: 'global',
  operation: 'test:ListCrates',
  fields: { open: flag() },
})
const Log = defineResource({
  type: 'T::Log',
  service: 'test',
  listed: 'region',
  operation: 'test:ListLogs',
  fields: { of: text() },
})
const Net = defineResource({
  type: 'T::Net',
  service: 'test',
  listed: 'region',
  operation: 'test:ListNets',
  fields: { id: text() },
})
const words = {
  title: '',
  severity: 'high',
  why: '',
  fix: { console: '', cli: '', terraform: '' },
  aliases: [],
  references: [],
} as const
const crateClosed = defineCheck(Crate, { ...words, id: 'test-crate-closed', failsWhen: (crate) => crate.open.is(true) })
const netLogged = defineCheck(Net, {
  ...words,
  id: 'test-net-logged',
  failsWhen: (net, { find }) => find(Log, 'of', net.id).isEmpty(),
})

const NOW = new Date('2026-01-01T00:00:00Z')
const denied = {
  kind: 'denied',
  operation: 'test:ListNets',
  action: 'test:ListNets',
  by: 'unnamed',
  explicit: false,
} as const
const listing = (type: string, location: string, complete = true): Listing => ({
  type,
  location,
  complete,
  reasons: complete ? [] : [denied],
  observedAt: NOW,
})
const resource = (type: string, id: string, location: string, data: object): Resource => ({
  type,
  id,
  arn: null,
  name: id,
  location,
  tags: {},
  data,
})
const snapshot: Snapshot = {
  account: undefined,
  region: () => undefined,
  find: () => ({ members: [], incomplete: [] }),
}
const evaluation = (input: Partial<EvaluationInput>): Evaluation =>
  new Evaluation({
    partition: 'aws',
    accountId: '111122223333',
    checks: [crateClosed, netLogged].map((check) => ({ check, params: {} })),
    regions: ['eu-west-1', 'us-east-1'],
    wantedRegions: null,
    listings: [listing('T::Crate', GLOBAL), listing('T::Net', 'eu-west-1'), listing('T::Net', 'us-east-1')],
    snapshot,
    ...input,
  })

describe('planPairs', () => {
  it('pairs a check with each region, or with global where its type is listed once', () => {
    const pairs = planPairs(
      [crateClosed, netLogged].map((check) => ({ check, params: {} })),
      ['eu-west-1', 'us-east-1'],
    )
    expect(pairs.map(({ check, location }) => `${check.check.id} ${location}`)).toEqual([
      'test-crate-closed global',
      'test-net-logged eu-west-1',
      'test-net-logged us-east-1',
    ])
  })
})

describe('typesRead', () => {
  it('names looked-up types too', () => {
    expect([...typesRead([netLogged])]).toEqual(['T::Net', 'T::Log'])
  })
})

describe('Evaluation', () => {
  it('keeps failures and unknowns, and counts everything', () => {
    const run = evaluation({})
    const kept = [
      resource('T::Crate', 'a', 'eu-west-1', { open: true }),
      resource('T::Crate', 'b', 'eu-west-1', { open: false }),
      resource('T::Crate', 'c', 'eu-west-1', { open: unknown({ kind: 'gone', operation: 'test:GetCrate' }) }),
    ].flatMap((crate) => run.judge(crate, GLOBAL))
    expect(kept.map(({ verdict, resource: of }) => `${of?.id} ${verdict}`)).toEqual(['a fail', 'c unknown'])
    expect(run.counts()[0]?.counts).toEqual({ pass: 1, fail: 1, unknown: 1, not_applicable: 0 })
  })

  it('says unknown once for a pair whose listing was denied, and judges nothing of it', () => {
    const run = evaluation({
      listings: [listing('T::Crate', GLOBAL), listing('T::Net', 'eu-west-1', false), listing('T::Net', 'us-east-1')],
    })
    expect(run.judge(resource('T::Net', 'n', 'eu-west-1', { id: 'n' }), 'eu-west-1')).toEqual([])
    expect(run.unlisted()).toEqual([
      expect.objectContaining({
        checkId: 'test-net-logged',
        listedAt: 'eu-west-1',
        verdict: 'unknown',
        resource: null,
        fingerprint: null,
      }),
    ])
    expect(run.counts().map(({ counts }) => counts.unknown)).toEqual([0, 1, 0])
  })

  it('gives back passes and what is not applicable where all verdicts are asked for', () => {
    const crate = resource('T::Crate', 'a', 'eu-west-1', { open: false })
    expect(evaluation({}).judge(crate, GLOBAL)).toEqual([])
    expect(evaluation({ keep: 'all' }).judge(crate, GLOBAL)).toEqual([expect.objectContaining({ verdict: 'pass' })])
  })

  it('says unknown for a pair that the scan never listed', () => {
    expect(evaluation({ listings: [] }).unlisted()).toHaveLength(3)
  })

  it('counts apart the unknowns that nobody could know at this moment', () => {
    const run = evaluation({})
    const later = { kind: 'after_apply', attribute: 'crate.open' } as const
    run.judge(resource('T::Crate', 'a', 'eu-west-1', { open: unknown(later) }), GLOBAL)
    run.judge(resource('T::Crate', 'b', 'eu-west-1', { open: unknown(later, denied) }), GLOBAL)
    const crates = run.counts().find(({ checkId }) => checkId === 'test-crate-closed')
    expect(crates).toMatchObject({ counts: { unknown: 2 }, outOfSight: 1 })
  })

  it('does not call something missing when the look-up could not be listed', () => {
    const blind = { ...snapshot, find: () => ({ members: [], incomplete: [denied] }) }
    const [result] = evaluation({ snapshot: blind }).judge(
      resource('T::Net', 'n', 'eu-west-1', { id: 'n' }),
      'eu-west-1',
    )
    expect(result).toMatchObject({ verdict: 'unknown', missing: [{ field: 'T::Log', reasons: [denied] }] })
  })

  it('leaves alone what lives outside the regions of the scope, though it is listed globally', () => {
    const run = evaluation({ wantedRegions: ['eu-west-1'] })
    expect(run.judge(resource('T::Crate', 'a', 'us-east-1', { open: true }), GLOBAL)).toEqual([])
    expect(run.judge(resource('T::Crate', 'a', 'eu-west-1', { open: true }), GLOBAL)).toHaveLength(1)
  })

  it('gives the same fingerprint in every scan, and another for another account', () => {
    const crate = resource('T::Crate', 'a', 'eu-west-1', { open: true })
    const print = (accountId: string): unknown => evaluation({ accountId }).judge(crate, GLOBAL)[0]?.fingerprint
    expect(print('111122223333')).toBe(print('111122223333'))
    expect(print('111122223333')).not.toBe(print('444455556666'))
  })

  it('bounds what it keeps as evidence', () => {
    const Big = defineResource({
      type: 'T::Big',
      service: 'test',
      listed: 'global',
      operation: 'test:L',
      fields: { text: text() },
    })
    const check = defineCheck(Big, { ...words, id: 'test-big-text', failsWhen: (big) => big.text.isNot('') })
    const run = evaluation({ checks: [{ check, params: {} }], listings: [listing('T::Big', GLOBAL)] })
    const [result] = run.judge(resource('T::Big', 'b', GLOBAL, { text: 'x'.repeat(100_000) }), GLOBAL)
    expect(JSON.stringify(result?.evidence).length).toBeLessThan(1200)
  })
})
