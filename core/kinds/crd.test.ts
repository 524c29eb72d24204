import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { incompatibilities, schemaFaults, toCustomResourceDefinition, type JsonObject } from './crd.ts'
import { KINDS } from './registry.ts'

const crds = new URL('../../crds/', import.meta.url)
const released = new URL('released/', crds)

const rootOf = (crd: JsonObject): JsonObject => JSON.parse(JSON.stringify(crd)).spec.versions[0].schema.openAPIV3Schema
type Spec = { properties: Record<string, { enum?: string[]; maxLength?: number; type?: string }>; required?: string[] }
/** The CRD with its spec's schema edited. */
const change = (crd: JsonObject, edit: (spec: Spec) => void): JsonObject => {
  const copy = JSON.parse(JSON.stringify(crd))
  edit(copy.spec.versions[0].schema.openAPIV3Schema.properties.spec)
  return copy
}

describe.each(KINDS.map((kind) => [kind.kind, kind] as const))('%s', (_, kind) => {
  const crd = toCustomResourceDefinition(kind)

  it('is structural, bounded and described at every level', () => {
    expect(schemaFaults(rootOf(crd))).toEqual([])
  })

  it('is what crds/ holds', () => {
    expect(parse(readFileSync(new URL(`${kind.plural}.yaml`, crds), 'utf8'))).toEqual(parse(stringify(crd)))
  })

  it.each(readdirSync(released))('accepts whatever release %s accepted', (version) => {
    const older: JsonObject = parse(readFileSync(new URL(`${version}/${kind.plural}.yaml`, released), 'utf8'))
    expect(incompatibilities(older, crd)).toEqual([])
  })
})

describe('incompatibilities', () => {
  const target = KINDS.find(({ kind }) => kind === 'ScanTarget')
  if (target === undefined) throw new Error('ScanTarget is not registered')
  const crd = toCustomResourceDefinition(target)
  type Spec = {
    properties: Record<string, { enum?: string[]; maxLength?: number; type?: string }>
    required?: string[]
  }

  it.each<[string, (spec: Spec) => void, string]>([
    ['a removed field', (spec) => delete spec.properties['suspend'], '/spec/suspend: was removed'],
    [
      'a narrowed enum',
      (spec) => (spec.properties['partition']!.enum = ['aws']),
      '/spec/partition: enum no longer allows aws-us-gov, aws-cn',
    ],
    ['a new required field', (spec) => (spec.required = ['accountId', 'regions']), '/spec: regions is newly required'],
    [
      'a lowered bound',
      (spec) => (spec.properties['roleName']!.maxLength = 32),
      '/spec/roleName: maxLength was lowered',
    ],
    [
      'another type',
      (spec) => (spec.properties['suspend']!.type = 'string'),
      '/spec/suspend: type changed from "boolean" to "string"',
    ],
  ])('refuses %s', (_, edit, fault) => {
    expect(incompatibilities(crd, change(crd, edit))).toEqual([fault])
  })

  it('accepts a new optional field', () => {
    const added = change(crd, (spec) => (spec.properties['colour'] = { type: 'string', maxLength: 9 }))
    expect(incompatibilities(crd, added)).toEqual([])
  })

  it('refuses a version that is no longer served', () => {
    const gone = JSON.parse(JSON.stringify(crd))
    gone.spec.versions[0].served = false
    expect(incompatibilities(crd, gone)).toEqual(['version "v1alpha1" is no longer served'])
  })
})
