import { describe, expect, it } from 'vitest'
import { changeAt, judged, readFixture, verdictsOf } from '#test/terraform/fixture.ts'
import { Expressions } from './expressions.ts'
import { Scopes } from './scope.ts'

describe('the scope of a resource', () => {
  const plan = readFixture('accounts')
  const scopes = new Scopes(plan, new Expressions(plan, undefined))
  const at = (address: string) => scopes.of(changeAt(plan, address))

  it('is in the region of its provider, be that a variable', () => {
    expect(at('aws_s3_bucket.here').region).toBe('eu-central-1')
    expect(at('aws_s3_bucket.west').region).toBe('eu-west-1')
    expect(at('module.staging.aws_s3_bucket.this').region).toBe('us-east-1')
  })

  it('is in the account that the provider allows, whose role it assumes, or that a data source names', () => {
    expect(at('aws_s3_bucket.here').accountId).toBe('123456789012')
    expect(at('module.staging.aws_s3_bucket.this').accountId).toBe('444455556666')
    expect(at('aws_s3_bucket.prod').accountId).toBe('111122223333')
  })

  it('is in one account with what differs only in region', () => {
    expect(at('aws_s3_bucket.here').account).toBe(at('aws_s3_bucket.west').account)
    expect(at('aws_s3_bucket.here').account).not.toBe(at('aws_s3_bucket.prod').account)
  })

  it('is where it says itself, as of version 6 of the provider', () => {
    // Source: "Enhanced Region Support" of the provider's documentation: `region` is an attribute of the resource.
    const plan = readFixture('created')
    const change = changeAt(plan, 'aws_s3_bucket.plain')
    const moved = { ...change, after: { ...change.after, region: 'ap-south-1' } }
    expect(new Scopes(plan, new Expressions(plan, undefined)).of(moved).region).toBe('ap-south-1')
  })

  it('is not known where nothing tells', () => {
    const created = readFixture('created')
    const scope = new Scopes(created, new Expressions(created, undefined)).of(changeAt(created, 'aws_s3_bucket.plain'))
    expect(scope.accountId).toBeNull()
  })
})

describe('a plan over several accounts', () => {
  const judgement = judged(readFixture('accounts'))

  it('links by name within an account, and by reference between regions', () => {
    expect(verdictsOf(judgement, 's3-bucket-versioning')).toEqual({
      'aws_s3_bucket.here': 'pass',
      'aws_s3_bucket.west': 'pass',
      'aws_s3_bucket.prod': 'fail',
      'module.staging.aws_s3_bucket.this': 'fail',
    })
  })

  it('guards no account with the block of another', () => {
    expect(verdictsOf(judgement, 's3-bucket-public')).toMatchObject({
      'aws_s3_bucket.here': 'pass',
      'aws_s3_bucket.prod': 'fail',
    })
    expect(judgement.results.find(({ resource }) => resource?.address === 'aws_s3_bucket.prod')).toMatchObject({
      accountId: '111122223333',
      location: 'eu-central-1',
    })
  })
})
