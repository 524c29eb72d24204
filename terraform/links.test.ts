import { describe, expect, it } from 'vitest'
import { changeAt, judged, planJson, readFixture, readPlanJson, verdictsOf } from '#test/terraform/fixture.ts'
import { valueAt } from '#test/terraform/mangle.ts'
import { Expressions } from './expressions.ts'
import { Links } from './links.ts'
import { Names } from './names.ts'
import type { Plan } from './plan.ts'
import { MAPPINGS } from './registry.ts'
import { Scopes } from './scope.ts'

const VERSIONING = 'aws_s3_bucket_versioning'

/** What belongs to a resource, by address. */
function linkedIn(plan: Plan, address: string, type: string) {
  const expressions = new Expressions(plan, undefined)
  const scopes = new Scopes(plan, expressions)
  const names = new Names(plan, MAPPINGS, scopes)
  const { planned, deleted, forgotten, unresolved } = new Links(plan, { expressions, names, scopes }, MAPPINGS).of(
    changeAt(plan, address),
    type,
  )
  const addresses = [planned, deleted, forgotten].map((all) => all.map((change) => change.address))
  return { planned: addresses[0], deleted: addresses[1], forgotten: addresses[2], unresolved }
}

const NOTHING = { planned: [], deleted: [], forgotten: [], unresolved: [] }

describe('a companion', () => {
  it('belongs to what its configuration refers to, through modules and equal keys', () => {
    const plan = readFixture('modules')
    expect(linkedIn(plan, 'aws_s3_bucket.all["x"]', VERSIONING).planned).toEqual([`${VERSIONING}.all["x"]`])
    const inModule = 'module.b["a"].aws_s3_bucket'
    expect(linkedIn(plan, `${inModule}.this`, VERSIONING).planned).toEqual([
      `module.b["a"].module.inner.${VERSIONING}.v`,
    ])
    expect(linkedIn(plan, `${inModule}.logs[0]`, VERSIONING).planned).toEqual([])
  })

  it('belongs to what has its name, in its own account', () => {
    const plan = readFixture('accounts')
    expect(linkedIn(plan, 'aws_s3_bucket.here', VERSIONING).planned).toEqual([`${VERSIONING}.here`])
    expect(linkedIn(plan, 'aws_s3_bucket.prod', VERSIONING)).toEqual(NOTHING)
  })

  it('belongs to what a data source looks up, and to nothing here where that is somebody else’s', () => {
    const plan = readFixture('deferred')
    expect(linkedIn(plan, 'aws_s3_bucket.made', VERSIONING)).toEqual({ ...NOTHING, planned: [`${VERSIONING}.made`] })
    expect(linkedIn(plan, 'aws_s3_bucket.other', VERSIONING)).toEqual(NOTHING)
  })

  it('that is deleted or let go belonged to what it named', () => {
    const plan = readFixture('changed')
    const guard = 'aws_s3_bucket_public_access_block'
    expect(linkedIn(plan, 'aws_s3_bucket.guarded', guard)).toEqual({ ...NOTHING, deleted: [`${guard}.guarded`] })
    expect(linkedIn(plan, 'aws_s3_bucket.forgets', guard)).toEqual({ ...NOTHING, forgotten: [`${guard}.forgets`] })
  })

  it('that is given to another is taken from the one', () => {
    const plan = readFixture('lifecycle')
    expect(linkedIn(plan, 'aws_s3_bucket.mine', VERSIONING)).toEqual({ ...NOTHING, deleted: [`${VERSIONING}.swapped`] })
    expect(linkedIn(plan, 'aws_s3_bucket.yours', VERSIONING)).toEqual({
      ...NOTHING,
      planned: [`${VERSIONING}.swapped`],
    })
  })
})

describe('a companion that nobody can link', () => {
  const address = 'aws_s3_bucket_public_access_block.open'
  const unlinked = { kind: 'unlinked', address }
  // The same plan, its reference gone behind a local value.
  const json = planJson('created')
  const resources = valueAt(json, ['configuration', 'root_module', 'resources'])
  for (const resource of Array.isArray(resources) ? resources : []) {
    const expressions = valueAt(resource, ['expressions'])
    if (valueAt(resource, ['address']) === address)
      Object.assign(expressions ?? {}, { bucket: { references: ['local.b'] } })
  }
  const hidden = readPlanJson(json)
  const guard = 'aws_s3_bucket_public_access_block'

  it('may belong to every resource that changes', () => {
    expect(linkedIn(hidden, 'aws_s3_bucket.open', guard)).toEqual({ ...NOTHING, unresolved: [unlinked] })
    expect(linkedIn(hidden, 'aws_s3_bucket.plain', guard)).toEqual({ ...NOTHING, unresolved: [unlinked] })
  })

  it('leaves nothing to a default: neither pass nor fail', () => {
    expect(verdictsOf(judged(hidden), 's3-bucket-block-public-access')).toMatchObject({
      'aws_s3_bucket.open': 'unknown',
      'aws_s3_bucket.plain': 'unknown',
    })
  })
})
