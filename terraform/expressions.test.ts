import { describe, expect, it } from 'vitest'
import { changeAt, planJson, readFixture, readPlanJson, sourceOfFixture } from '#test/terraform/fixture.ts'
import { valueAt, type Json, type Path } from '#test/terraform/mangle.ts'
import { Expressions, type Around } from './expressions.ts'
import type { Plan } from './plan.ts'
import { referencesIn } from './reference.ts'
import { aroundOf } from './view.ts'

const modules = readFixture('modules')
const ROOT: Around = { module: [], key: undefined, repeats: undefined }

/** What an attribute of a resource reaches: `address.attribute`. */
function reached(plan: Plan, address: string, attribute: string, expressions = new Expressions(plan, undefined)) {
  const change = changeAt(plan, address)
  const { module, mode, type, name } = change
  const expression = plan.configuration.resource(module, mode, type, name)?.expressions[attribute]
  return expressions
    .targets(expression, aroundOf(change, plan))
    .map(({ instance, attribute: by }) => `${instance.address}.${by ?? '*'}`)
}

describe('what an expression reaches', () => {
  it('is through for_each over resources the one with the equal key', () => {
    expect(reached(modules, 'aws_s3_bucket_versioning.all["x"]', 'bucket')).toEqual(['aws_s3_bucket.all["x"].*'])
  })

  it('is through count the one with the equal index', () => {
    expect(reached(modules, 'aws_s3_bucket_acl.counted[1]', 'bucket')).toContain('aws_s3_bucket.counted[1].*')
    expect(reached(modules, 'aws_s3_bucket_acl.counted[1]', 'bucket')).not.toContain('aws_s3_bucket.counted[0].*')
  })

  it('goes through inputs and outputs of modules, three deep', () => {
    const versioning = 'module.b["a"].module.inner.aws_s3_bucket_versioning.v'
    expect(reached(modules, versioning, 'bucket')).toEqual(['module.b["a"].aws_s3_bucket.this.id'])
    expect(reached(modules, 'aws_s3_bucket_policy.outer["a"]', 'bucket')).toContain(
      'module.b["a"].aws_s3_bucket.this.id',
    )
    expect(reached(modules, 'aws_s3_bucket_policy.outer["a"]', 'bucket').join()).not.toContain('b.c')
  })

  it('goes through a local value only where there are files', async () => {
    const address = 'aws_s3_bucket_ownership_controls.loc'
    expect(reached(modules, address, 'bucket')).toEqual([])
    const source = await sourceOfFixture('modules', modules)
    expect(reached(modules, address, 'bucket', new Expressions(modules, source))).toEqual([
      'aws_s3_bucket.counted[1].id',
    ])
  })

  it('comes to an end where a damaged plan refers in circles', () => {
    const json = planJson('modules')
    const at = (path: Path): Record<string, Json> =>
      Object(valueAt(json, ['configuration', 'root_module', ...path]) ?? {}) // an object
    Object.assign(at(['module_calls', 'b', 'expressions']), { name: { references: ['module.b.id'] } })
    Object.assign(at(['module_calls', 'b', 'module', 'outputs']), { id: { expression: { references: ['var.name'] } } })
    const plan = readPlanJson(json)
    expect(new Expressions(plan, undefined).targets({ references: ['module.b.id'] }, ROOT)).toEqual([])
  })
})

describe('whether an expression may be unknown', () => {
  const created = new Expressions(readFixture('created'), undefined)
  const may = (expression: unknown): boolean => created.mayBeUnknown(expression, ROOT)

  it('depends on what it refers to', () => {
    expect(may({ references: ['aws_s3_bucket.plain.id', 'aws_s3_bucket.plain'] })).toBe(true)
    expect(may({ references: ['aws_s3_bucket.plain.bucket', 'aws_s3_bucket.plain'] })).toBe(false)
    expect(may({ references: ['path.module'] })).toBe(false)
  })

  it('is no question of a constant, and an open one of a call without names', () => {
    expect(may({ constant_value: null })).toBe(false)
    expect(may({})).toBe(true)
    expect(may({ references: ['local.x'] })).toBe(true)
  })
})

describe('the value of an expression', () => {
  const { value } = { value: (of: unknown) => new Expressions(modules, undefined).value(of, ROOT) }

  it('is a constant, or that of the one variable it is', () => {
    expect(value({ constant_value: 'x' })).toBe('x')
    expect(value({ references: ['var.west'] })).toBe('us-west-2')
    expect(value({ references: ['var.west', 'aws_vpc.v.id'] })).toBe('us-west-2')
    expect(value({ references: ['local.x'] })).toBeUndefined()
  })
})

describe('the names in an expression', () => {
  it('are each there once, without what they are a part of', () => {
    expect(referencesIn({ references: ['a.b.id', 'a.b', 'a.bc', 'var.x'] })).toHaveLength(3)
    expect(referencesIn([{ rule: { references: ['a.b.id'] } }, { rule: { constant_value: 'x' } }])).toMatchObject([
      { kind: 'resource', type: 'a', name: 'b', attribute: 'id' },
    ])
  })

  it('that cannot be read are undefined', () => {
    expect(referencesIn({ references: ['???', 7] })).toEqual([undefined])
  })
})
