import { describe, expect, it } from 'vitest'
import { awsDefault, unknown, type Stored } from '#core/stored.ts'
import { Bucket } from '#resources/s3/bucket.ts'
import { Attributes } from './attributes.ts'
import type { Companions, Planned } from './mapping.ts'
import { property } from './property.ts'

/** A resource, or its companion, of which a plan says this much. */
function planned(of: {
  readonly isNew?: boolean
  readonly values?: Readonly<Record<string, unknown>>
  readonly isSet?: boolean
  readonly companions?: Partial<Companions>
  readonly fact?: unknown
}): Planned {
  const attributes = new Attributes({
    path: 'x.y',
    values: of.values ?? {},
    isBlock: false,
    unknowns: {},
    sensitive: {},
    expressions: of.isSet === true ? { inline: {} } : {},
    mayBeUnknown: () => true,
    isSensitive: () => false,
    basis: 'refreshed',
    written: undefined,
  })
  return {
    address: 'x.y',
    type: 'x',
    isNew: of.isNew ?? false,
    attributes,
    before: undefined,
    scope: { account: '', accountId: null, region: null },
    identity: 'x.y',
    companions: () => ({ planned: [], deleted: [], forgotten: [], unresolved: [], ...of.companions }),
    reference: () => undefined,
    references: () => undefined,
    named: () => [],
    others: () => [],
    policy: () => undefined,
    fact: () => of.fact,
  }
}

const companion = planned({ values: { said: 'by the companion' } })
const unlinked = { kind: 'unlinked', address: 'x.other' } as const

function ask(of: Parameters<typeof planned>[0]): Stored<string> {
  return property<string>(planned(of), {
    of: Bucket,
    field: 'field',
    companion: { type: 'companion', read: ({ attributes }) => attributes.text('said') ?? awsDefault('nothing') },
    inline: { attribute: 'inline', read: (attributes) => attributes.text('inline') },
    created: awsDefault('of a new one'),
    removed: () => awsDefault('when it is gone'),
  })
}

const basis = (value: string, of: string) => ({ $value: value, $basis: of })
const inline = { inline: 'in itself' }

describe('a property', () => {
  it.each<[string, Parameters<typeof planned>[0], unknown]>([
    [
      'what a companion sets, before all else',
      { companions: { planned: [companion], unresolved: [unlinked] }, values: inline, isSet: true },
      basis('by the companion', 'refreshed'),
    ],
    [
      'what the configuration sets in the resource itself',
      { values: inline, isSet: true, companions: { unresolved: [unlinked] } },
      basis('in itself', 'configured'),
    ],
    [
      'nobody knows what, where a companion may be its own',
      { values: inline, companions: { unresolved: [unlinked] } },
      unknown(unlinked),
    ],
    [
      'what AWS makes of it when the companion is deleted, whatever was found there',
      { values: inline, companions: { deleted: [companion] } },
      basis('when it is gone', 'aws_default'),
    ],
    [
      'what the companion said, where it stays and is only let go',
      { companions: { forgotten: [companion] } },
      basis('by the companion', 'refreshed'),
    ],
    ['what was found there', { values: inline }, basis('in itself', 'refreshed')],
    ['what AWS gives a new resource', { isNew: true, fact: 'live' }, basis('of a new one', 'aws_default')],
    [
      'what AWS gives a new resource, whatever belonged to the one it replaces',
      { isNew: true, companions: { deleted: [companion], forgotten: [companion] } },
      basis('of a new one', 'aws_default'),
    ],
    ['what facts tell of one that is there', { fact: 'live' }, 'live'],
    ['managed elsewhere, where nothing tells', {}, { $unknown: [expect.objectContaining({ kind: 'elsewhere' })] }],
  ])('is %s', (_, of, expected) => {
    expect(ask(of)).toEqual(expected)
  })
})
