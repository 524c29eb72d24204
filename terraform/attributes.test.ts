import { beforeAll, describe, expect, it } from 'vitest'
import { unknown } from '#core/stored.ts'
import { attributesAt, readFixture, sourceOfFixture } from '#test/terraform/fixture.ts'
import { Attributes } from './attributes.ts'
import type { Place } from './place.ts'
import type { SourceView } from './source-view.ts'

const plan = readFixture('half-known')
let source: SourceView
beforeAll(async () => void (source = await sourceOfFixture('half-known', plan)))

const configured = (value: unknown) => ({ $value: value, $basis: 'configured' })
const afterApply = (attribute: string) => unknown({ kind: 'after_apply', attribute })
/** The address in a text that only the plan has. */
const eip = afterApply('aws_eip.x.public_ip')

function ingress(attributes: Attributes) {
  const { items = [], incomplete = [] } = attributes.blocks('ingress') ?? {}
  return { items: items.map((one) => [one.number('from_port'), one.texts('cidr_blocks')]), incomplete }
}

describe('what the plan leaves unknown', () => {
  it('is unknown as a whole, where there are no files', () => {
    const [block] = attributesAt(plan, 'aws_security_group.attribute').blocks('ingress')?.items ?? []
    expect(block?.texts('cidr_blocks')).toEqual(afterApply('aws_security_group.attribute.ingress[0].cidr_blocks'))
  })

  it('keeps the members that are written, in blocks told by what is in them', () => {
    expect(ingress(attributesAt(plan, 'aws_security_group.mixed', source))).toEqual({
      items: [
        [configured(22), [configured('0.0.0.0/0'), eip]],
        [configured(443), [configured('10.0.0.0/8')]],
      ],
      incomplete: [],
    })
    expect(ingress(attributesAt(plan, 'aws_security_group.attribute', source)).items).toEqual([
      [configured(22), [configured('0.0.0.0/0'), eip]],
    ])
  })

  it('keeps them in dynamic blocks, each by its own key', () => {
    expect(ingress(attributesAt(plan, 'aws_security_group.ports', source)).items).toEqual([
      [configured(22), [configured('0.0.0.0/0'), eip]],
      [configured(443), [configured('10.0.0.0/8'), eip]],
    ])
  })

  it('is a list with more to come where nobody knows how many blocks there will be, with those that are certain', () => {
    const incomplete = afterApply('aws_security_group.perhaps.ingress[0]').$unknown
    const written = [configured(22), [configured('10.0.0.0/8')]]
    expect(ingress(attributesAt(plan, 'aws_security_group.perhaps'))).toEqual({ items: [written], incomplete })
    expect(ingress(attributesAt(plan, 'aws_security_group.perhaps', source))).toEqual({
      items: [written, [configured(80), [configured('0.0.0.0/0')]]],
      incomplete,
    })
  })

  it('must not be shown where any part of it must not', () => {
    const [block] = attributesAt(plan, 'aws_security_group.secret', source).blocks('ingress')?.items ?? []
    expect(block?.texts('cidr_blocks')).toEqual([{ ...configured('198.51.100.7/32'), $sensitive: true }, eip])
  })
})

describe('a block that the configuration of the plan lacks', () => {
  it('is unset, where there are no files', () => {
    for (const name of ['unset', 'unknown', 'none']) {
      expect(attributesAt(plan, `aws_instance.${name}`).block('metadata_options')).toBeUndefined()
    }
  })

  it('is unknown where the files have a dynamic block that may be there, unset where it will not be or there is none', () => {
    const at = (name: string) => attributesAt(plan, `aws_instance.${name}`, source).block('metadata_options')
    expect(at('unset')).toBeUndefined()
    expect(at('none')).toBeUndefined()
    expect(at('unknown')).toEqual(afterApply('aws_eip.hidden.public_ip'))
  })

  it('is as the plan has it, where dynamic makes one', () => {
    const block = attributesAt(plan, 'aws_instance.one', source).block('metadata_options')
    if (!(block instanceof Attributes)) throw new Error('there is no block')
    expect(block.text('http_tokens')).toEqual(configured('required'))
    // Left out of its content, and of nobody else's: unset.
    expect(block.number('http_put_response_hop_limit')).toBeUndefined()
    expect(attributesAt(plan, 'aws_instance.one', source).isConfigured('metadata_options')).toBe(true)
  })
})

describe('a policy', () => {
  it('is what jsonencode is given, secret where a part of it is', () => {
    const place = 'aws_s3_bucket_policy.encoded'
    expect(attributesAt(plan, place).policy('policy')).toEqual(afterApply(`${place}.policy`))
    expect(attributesAt(plan, place, source).policy('policy')).toEqual({
      $value: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: '*',
            Action: 's3:GetObject',
            // Not known before the plan is applied, and certain all the same.
            Resource: 'arn:aws:s3:::half-known-encoded/*',
            Condition: { IpAddress: { 'aws:SourceIp': ['0.0.0.0/0', '198.51.100.7/32'] } },
          },
        ],
      },
      $basis: 'configured',
      $sensitive: true,
    })
  })

  it('is told in nested blocks too', () => {
    const { items = [] } = attributesAt(plan, 'aws_iam_role.inline', source).blocks('inline_policy') ?? {}
    expect(items.map((one) => one.policy('policy'))).toMatchObject([
      { $value: { Statement: [{ Action: 's3:GetObject' }] } },
      { $value: { Statement: [{ Action: '*', Resource: ['*', 'arn:aws:s3:::half-known-encoded'] }] } },
    ])
  })

  it('that is empty is none: so a provider reads it back', () => {
    expect(of({ policy: '' }).policy('policy')).toBeUndefined()
  })

  it.each(['[]', '"text"', '{', '{"Statement": {"$unknown": 1}}'])('cannot be read from %s', (policy) => {
    expect(of({ policy }).policy('policy')).toEqual(
      unknown({ kind: 'unreadable', detail: 'x.y.policy is not a policy in JSON' }),
    )
  })
})

/** A resource of which nothing is known but this. */
function of(values: Place['values'], more: Partial<Place> = {}): Attributes {
  return new Attributes({
    path: 'x.y',
    values,
    isBlock: false,
    unknowns: {},
    sensitive: {},
    expressions: {},
    mayBeUnknown: () => true,
    isSensitive: () => false,
    basis: 'configured',
    written: undefined,
    ...more,
  })
}

describe('a value', () => {
  const odd = (detail: string) => unknown({ kind: 'unreadable', detail })

  it('of the wrong kind cannot be read', () => {
    const attributes = of({ a: 1, b: 'true', c: '22', d: {}, e: [1], f: ['x'] })
    expect(attributes.text('a')).toEqual(odd('x.y.a is not text'))
    expect(attributes.flag('b')).toEqual(odd('x.y.b is not true or false'))
    expect(attributes.number('c')).toEqual(odd('x.y.c is not a number'))
    expect(attributes.texts('d')).toEqual(odd('x.y.d is not a list'))
    expect(attributes.texts('e')).toEqual([odd('x.y.e[0] is not text')])
    expect(attributes.blocks('d')).toEqual({ items: [], incomplete: odd('x.y.d is not a list of blocks').$unknown })
    expect(attributes.blocks('f')).toEqual({ items: [], incomplete: odd('x.y.f[0] is not a block').$unknown })
    expect(attributes.textMap('a')).toEqual({})
  })

  it('that is null or missing is unset', () => {
    expect([of({ a: null }).text('a'), of({}).text('a'), of({ a: null }).blocks('a')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('that is unknown is unset without an expression that can make it so', () => {
    const unknowns = { a: true, b: true, c: true }
    const expressions = { a: { references: ['aws_x.y.z'] }, b: { references: ['var.null'] } }
    const mayBeUnknown = (expression: unknown) => expression === expressions.a
    const attributes = of({}, { unknowns, expressions, mayBeUnknown })
    expect(attributes.text('a')).toEqual(afterApply('x.y.a'))
    expect(attributes.text('b')).toBeUndefined()
    expect(attributes.text('c')).toBeUndefined()
  })

  it('keeps its secrets: marked, in a list or map, or by what its expression holds', () => {
    const values = { a: 'v', list: ['v', 'w'], map: { k: 'v', l: 'w' } }
    const sensitive = { list: [true, false], map: { k: true } }
    const attributes = of(values, { sensitive, expressions: { a: {} }, isSensitive: () => true })
    expect(attributes.text('a')).toEqual({ ...configured('v'), $sensitive: true })
    expect(attributes.texts('list')).toEqual([{ ...configured('v'), $sensitive: true }, configured('w')])
    expect(attributes.textMap('map')).toEqual({ l: 'w' })
  })

  it('of an updated resource is what was found, unless the configuration sets it', () => {
    const attributes = of({ a: 'v', b: 'w' }, { basis: 'refreshed', expressions: { a: { constant_value: 'v' } } })
    expect(attributes.text('a')).toEqual(configured('v'))
    expect(attributes.text('b')).toEqual({ $value: 'w', $basis: 'refreshed' })
  })

  it('from a dynamic block is there as far as the files know, though the configuration lacks it', () => {
    const written = { valueOf: () => [{ port: 22 }, unknown({ kind: 'unreadable', detail: 'x' })] }
    const blocks = of({}, { unknowns: { rule: true }, written }).blocks('rule')
    expect(blocks?.items.map((rule) => rule.number('port'))).toEqual([configured(22)])
    expect(blocks?.incomplete).toHaveLength(1)
  })

  it('of a block is unknown, where the block is written out: no block stands for others then', () => {
    const values = { rule: [{ port: null }] }
    const unknowns = { rule: [{ port: true }] }
    const written = of(values, { unknowns, expressions: { rule: [{ port: { references: ['aws_x.y.z'] } }] } })
    expect(written.blocks('rule')?.items.map((rule) => rule.number('port'))).toEqual([afterApply('x.y.rule[0].port')])
    expect(of(values, { unknowns }).blocks('rule')?.items).toEqual([])
  })

  it('from the files is converted as Terraform does it, and never taken against the plan', () => {
    const written = { valueOf: (name: string) => ({ n: '22', t: 22, f: 'false', odd: 'x' })[name] ?? undefined }
    const unknowns = { n: true, t: true, f: true, odd: true }
    const attributes = of({ known: 'plan' }, { unknowns, expressions: undefined, written })
    expect(attributes.number('n')).toEqual(configured(22))
    expect(attributes.text('t')).toEqual(configured('22'))
    expect(attributes.flag('f')).toEqual(configured(false))
    expect(attributes.number('odd')).toEqual(afterApply('x.y.odd'))
    expect(attributes.text('known')).toEqual(configured('plan'))
  })
})
