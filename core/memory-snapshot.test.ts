import { describe, expect, it } from 'vitest'
import { defineCheck } from './check.ts'
import { evaluateInMemory, memorySnapshot, type ListedResources } from './memory-snapshot.ts'
import { defineResource, type Resource } from './resource.ts'
import { text } from './schema.ts'
import { unknown } from './stored.ts'

const type = (name: string) =>
  defineResource({
    type: `AWS::Test::${name}`,
    service: 'test',
    listed: 'region',
    operation: `test:List${name}s`,
    fields: { owner: text() },
  })
const Dog = type('Dog')
const Leash = type('Leash')
const DENIED = { kind: 'throttled', operation: 'test:ListLeashs' } as const

const resource = (of: typeof Dog, id: string, owner: unknown): Resource => ({
  type: of.type,
  id,
  arn: null,
  name: id,
  location: 'eu-west-1',
  tags: {},
  data: { owner },
})
const listing = (of: typeof Dog, resources: readonly Resource[], reasons: ListedResources['reasons'] = []) => ({
  type: of.type,
  location: 'eu-west-1',
  complete: reasons.length === 0,
  reasons,
  observedAt: new Date(0),
  resources,
})
const check = defineCheck(Dog, {
  id: 'test-dog-leashed',
  title: 'Dogs are on a leash',
  severity: 'low',
  why: 'They run away.',
  fix: { console: '', cli: '', terraform: '' },
  aliases: [],
  references: [],
  failsWhen: (dog, { find }) => find(Leash, 'owner', dog.owner).isEmpty(),
})
const verdicts = (listings: readonly ListedResources[]) => {
  const { results, counts } = evaluateInMemory(
    {
      partition: 'aws',
      accountId: '111122223333',
      checks: [{ check, params: {} }],
      regions: ['eu-west-1'],
      wantedRegions: null,
    },
    listings,
  )
  return { counts: counts[0]?.counts, missing: results.flatMap(({ missing }) => missing.flatMap((m) => m.reasons)) }
}
const none = { pass: 0, fail: 0, unknown: 0, not_applicable: 0 }

describe('evaluating in memory', () => {
  const dogs = listing(Dog, [resource(Dog, 'rex', 'ann'), resource(Dog, 'bo', 'ben')])

  it('finds by key', () => {
    expect(verdicts([dogs, listing(Leash, [resource(Leash, 'l-1', 'ann')])]).counts).toEqual({
      ...none,
      pass: 1,
      fail: 1,
    })
  })

  it('does not take a listing that broke off for an empty one', () => {
    const { counts, missing } = verdicts([dogs, listing(Leash, [resource(Leash, 'l-1', 'ann')], [DENIED])])
    expect(counts).toEqual({ ...none, pass: 1, unknown: 1 })
    expect(missing).toEqual([DENIED])
  })

  it('does not take a type that nobody listed for an empty one', () => {
    expect(verdicts([dogs]).counts).toEqual({ ...none, unknown: 2 })
  })

  it('takes a member whose key was not learnt for one that may be meant', () => {
    const leashes = listing(Leash, [resource(Leash, 'l-1', 'ann'), resource(Leash, 'l-2', unknown(DENIED))])
    expect(verdicts([dogs, leashes]).counts).toEqual({ ...none, pass: 1, unknown: 1 })
  })

  it('counts one unknown for a whole listing that is not complete', () => {
    expect(verdicts([listing(Dog, [], [DENIED]), listing(Leash, [])])).toEqual({
      counts: { ...none, unknown: 1 },
      missing: [DENIED],
    })
  })

  it('gives unknown account settings, with the reason, where they were not listed', () => {
    const snapshot = memorySnapshot([])
    expect(snapshot.account).toEqual(unknown({ kind: 'not_collected', detail: 'it was not listed' }))
    expect(snapshot.region('eu-west-1')).toEqual(unknown({ kind: 'not_collected', detail: 'it was not listed' }))
  })
})
