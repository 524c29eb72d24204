import { z } from 'zod'
import { API_GROUP, API_VERSION, type Kind } from './kind.ts'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }
export type JsonObject = { readonly [key: string]: Json | undefined }

/**
 * Keys of JSON Schema that a structural schema may not carry, or that zod adds and nobody needs. `pattern` stands as a
 * CEL rule with a message (`matching`).
 */
const DROPPED: ReadonlySet<string> = new Set(['$schema', 'additionalProperties', 'propertyNames', 'id', 'pattern'])

/**
 * The CustomResourceDefinition of a kind. Structural by construction: `structuralFaults` of the result is empty.
 * Source of the rules: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 */
export function toCustomResourceDefinition(kind: Kind): JsonObject {
  const schemaOf = (schema: z.ZodType): JsonObject =>
    // zod writes JSON, and `normalise` keeps it so.
    normalise(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', unrepresentable: 'throw' }) as JsonObject)
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      scope: 'Namespaced',
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: [...kind.shortNames],
        categories: ['vedette'],
      },
      versions: [
        {
          name: API_VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns.map(({ name, type, jsonPath, description, priority }) => ({
            name,
            type,
            jsonPath,
            description,
            ...(priority === undefined ? {} : { priority }),
          })),
          ...(kind.selectableFields === undefined
            ? {}
            : { selectableFields: kind.selectableFields.map((jsonPath) => ({ jsonPath })) }),
          schema: {
            openAPIV3Schema: {
              description: kind.description,
              type: 'object',
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string', description: `Always ${API_GROUP}/${API_VERSION}.`, maxLength: 64 },
                kind: { type: 'string', description: `Always ${kind.kind}.`, maxLength: 64 },
                // The API server describes metadata itself and refuses a description of ours.
                metadata: { type: 'object' },
                spec: schemaOf(kind.spec),
                status: schemaOf(kind.status),
              },
            },
          },
        },
      ],
    },
  }
}

function normalise(schema: JsonObject): JsonObject {
  const kept: Record<string, Json | undefined> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') {
      kept[key] = Object.fromEntries(
        Object.entries(value as JsonObject).map(([name, inner]) => [name, normalise(inner as JsonObject)]),
      )
    } else if (key === 'items') kept[key] = normalise(value as JsonObject)
    else if (key === 'additionalProperties' && typeof value === 'object') kept[key] = normalise(value as JsonObject)
    else if (!DROPPED.has(key)) kept[key] = value
  }
  return kept
}

/**
 * What stands against a schema being structural, bounded and described; empty when nothing does.
 * Each fault names the path.
 */
export function schemaFaults(schema: JsonObject, path = ''): readonly string[] {
  const faults: string[] = []
  const say = (fault: string): void => void faults.push(`${path || '/'}: ${fault}`)
  if (typeof schema['type'] !== 'string') say('has no type')
  for (const key of [
    '$ref',
    'definitions',
    'anyOf',
    'oneOf',
    'allOf',
    'not',
    'const',
    'patternProperties',
    'uniqueItems',
  ]) {
    if (key in schema) say(`uses ${key}`)
  }
  const type = schema['type']
  if (type === 'string' && schema['maxLength'] === undefined && schema['enum'] === undefined)
    say('is an unbounded string')
  if (type === 'array') {
    if (schema['maxItems'] === undefined) say('is an unbounded list')
    faults.push(...schemaFaults((schema['items'] ?? {}) as JsonObject, `${path}[]`))
  }
  if (type === 'object') {
    const { properties, additionalProperties } = schema
    if (typeof additionalProperties === 'object') {
      if (schema['maxProperties'] === undefined) say('is an unbounded map')
      faults.push(...schemaFaults(additionalProperties as JsonObject, `${path}{}`))
    }
    for (const [name, inner] of Object.entries((properties ?? {}) as JsonObject)) {
      const at = `${path}/${name}`
      if (at === '/metadata') continue
      if (typeof (inner as JsonObject)['description'] !== 'string') faults.push(`${at}: has no description`)
      faults.push(...schemaFaults(inner as JsonObject, at))
    }
  }
  return faults
}

/**
 * What a new CRD takes away from objects that an older one accepted: removed fields, narrowed enums and bounds, new
 * required fields, changed types. Empty when every stored object stays valid.
 */
export function incompatibilities(older: JsonObject, newer: JsonObject): readonly string[] {
  const faults: string[] = []
  const versionsOf = (crd: JsonObject): readonly JsonObject[] =>
    ((crd['spec'] as JsonObject)['versions'] ?? []) as readonly JsonObject[]
  for (const version of versionsOf(older)) {
    const now = versionsOf(newer).find(
      (candidate) => candidate['name'] === version['name'] && candidate['served'] === true,
    )
    if (now === undefined) faults.push(`version ${JSON.stringify(version['name'])} is no longer served`)
    else compareSchemas(rootSchema(version), rootSchema(now), '', faults)
  }
  return faults
}

function rootSchema(version: JsonObject): JsonObject {
  return (version['schema'] as JsonObject)['openAPIV3Schema'] as JsonObject
}

const UPPER_BOUNDS = ['maxLength', 'maxItems', 'maxProperties', 'maximum'] as const
const LOWER_BOUNDS = ['minLength', 'minItems', 'minProperties', 'minimum'] as const

function compareSchemas(older: JsonObject, newer: JsonObject, path: string, faults: string[]): void {
  const at = path || '/'
  if (older['type'] !== newer['type'])
    faults.push(`${at}: type changed from ${JSON.stringify(older['type'])} to ${JSON.stringify(newer['type'])}`)
  const before = (older['enum'] ?? []) as readonly string[]
  const after = newer['enum'] as readonly string[] | undefined
  if (after !== undefined) {
    const gone = older['enum'] === undefined ? ['any other value'] : before.filter((value) => !after.includes(value))
    if (gone.length > 0) faults.push(`${at}: enum no longer allows ${gone.join(', ')}`)
  }
  for (const bound of UPPER_BOUNDS) {
    if (Number(newer[bound] ?? Infinity) < Number(older[bound] ?? Infinity)) faults.push(`${at}: ${bound} was lowered`)
  }
  for (const bound of LOWER_BOUNDS) {
    if (Number(newer[bound] ?? -Infinity) > Number(older[bound] ?? -Infinity)) faults.push(`${at}: ${bound} was raised`)
  }
  const rulesOf = (schema: JsonObject): readonly string[] =>
    ((schema['x-kubernetes-validations'] ?? []) as readonly JsonObject[]).map((rule) => JSON.stringify(rule['rule']))
  for (const rule of rulesOf(newer)) {
    if (!rulesOf(older).includes(rule)) faults.push(`${at}: has the new rule ${rule}`)
  }
  const required = (older['required'] ?? []) as readonly string[]
  for (const name of (newer['required'] ?? []) as readonly string[]) {
    if (!required.includes(name)) faults.push(`${at}: ${name} is newly required`)
  }
  const properties = (newer['properties'] ?? {}) as JsonObject
  for (const [name, inner] of Object.entries((older['properties'] ?? {}) as JsonObject)) {
    const now = properties[name]
    if (now === undefined) faults.push(`${path}/${name}: was removed`)
    else compareSchemas(inner as JsonObject, now as JsonObject, `${path}/${name}`, faults)
  }
  if (older['items'] !== undefined) {
    compareSchemas(older['items'] as JsonObject, (newer['items'] ?? {}) as JsonObject, `${path}[]`, faults)
  }
  if (typeof older['additionalProperties'] === 'object') {
    compareSchemas(
      older['additionalProperties'] as JsonObject,
      (newer['additionalProperties'] ?? {}) as JsonObject,
      `${path}{}`,
      faults,
    )
  }
}
