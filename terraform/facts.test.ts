import { describe, expect, it } from 'vitest'
import { Account } from '#core/account.ts'
import { Bucket } from '#resources/s3/bucket.ts'
import { judged, readFixture, verdictsOf } from '#test/terraform/fixture.ts'
import { AccountFacts, parseFacts, type FactsFile } from './facts.ts'

const ALL = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true }

function factsOf(accountId: string, resources: FactsFile['accounts'][number]['resources']): FactsFile {
  return { version: 1, accounts: [{ accountId, listings: [], resources }] }
}

const accountOf = (id: string) => ({
  type: Account.type,
  id,
  arn: null,
  name: id,
  location: 'global',
  data: { s3PublicAccessBlock: ALL },
})
const imported = {
  type: Bucket.type,
  id: 'u1-imported',
  arn: 'arn:aws:s3:::u1-imported',
  name: 'u1-imported',
  location: 'eu-central-1',
  data: { publicAccessBlock: ALL },
}

describe('a facts file', () => {
  it.each([
    ['no JSON', 'x', /not JSON/],
    ['other JSON', '{}', /version/],
    ['another version', '{"version": 2, "accounts": []}', /version/],
    [
      'an account that is none',
      '{"version": 1, "accounts": [{"accountId": "x", "listings": [], "resources": []}]}',
      /accounts\.0\.accountId/,
    ],
  ])('is refused as %s', (_, text, why) => {
    expect(parseFacts(text)).toEqual({ ok: false, why: expect.stringMatching(why) })
  })

  it('is read as a scan wrote it', () => {
    const facts = factsOf('111122223333', [imported])
    expect(parseFacts(JSON.stringify(facts))).toEqual({ ok: true, facts })
  })
})

describe('the facts of an account', () => {
  const types = new Map([[Bucket.type, Bucket]])
  const of = (resources: FactsFile['accounts'][number]['resources']) =>
    new AccountFacts(factsOf('111122223333', resources).accounts[0], types)

  it('are found by any name, and only of types that are known', () => {
    const facts = of([imported, { ...imported, type: 'AWS::Other::Type' }])
    expect(facts.resources).toHaveLength(1)
    for (const name of [imported.id, imported.arn]) {
      expect(facts.dataOf(Bucket.type, ['nobody', name])).toMatchObject({ publicAccessBlock: ALL })
    }
    expect(facts.dataOf(Bucket.type, ['nobody'])).toBeUndefined()
  })

  it('say nothing of a field that nobody collected, and have no default for one that is odd', () => {
    const facts = of([{ ...imported, data: { publicAccessBlock: 'yes' } }])
    expect(facts.dataOf(Bucket.type, [imported.id])).toEqual({
      publicAccessBlock: { $unknown: [expect.objectContaining({ kind: 'fault' })] },
    })
  })
})

describe('a plan judged with facts', () => {
  const plan = readFixture('changed')

  it('knows what an imported bucket has that the plan does not set', () => {
    const of = (facts?: FactsFile) =>
      verdictsOf(judged(plan, facts === undefined ? {} : { facts }), 's3-bucket-block-public-access')
    expect(of()['aws_s3_bucket.imported']).toBe('unknown')
    expect(of(factsOf('123456789012', [imported]))['aws_s3_bucket.imported']).toBe('pass')
  })

  it('takes the block of the account for what it is, and that of another account for none', () => {
    const of = (id: string) =>
      verdictsOf(judged(plan, { facts: factsOf(id, [accountOf(id)]) }), 's3-bucket-public')['aws_s3_bucket.guarded']
    expect(of('123456789012')).toBe('pass')
    expect(of('111122223333')).toBe('fail')
  })
})
