import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ResourceType } from '#core/resource.ts'
import type { Schema } from '#core/schema.ts'
import { COLLECTORS } from './collectors.ts'
import { actionsOf, OPERATIONS } from './operations.ts'
import { RESOURCE_TYPES, TYPES_BY_NAME } from './registry.ts'

/** The operations that a schema names anywhere in it. */
function operationsIn(schema: Schema<unknown>): readonly string[] {
  const { shape, operation } = schema
  const inner = shape.kind === 'group' ? Object.values(shape.fields) : shape.kind === 'list' ? [shape.item] : []
  return [...(operation === undefined ? [] : [operation]), ...inner.flatMap((field) => operationsIn(field))]
}

const isType = (value: unknown): value is ResourceType =>
  typeof value === 'object' && value !== null && 'schema' in value && 'listed' in value

describe('the registry of resource types', () => {
  it('holds each type once', () => {
    expect(TYPES_BY_NAME.size).toBe(RESOURCE_TYPES.length)
  })

  it('holds every type that a file declares', async () => {
    const files = globSync('{*,*/*}.ts', { cwd: import.meta.dirname }).filter(
      (file) => !/\.(test|collect)\.ts$/.test(file),
    )
    const declared: string[] = []
    for (const file of files) {
      // A module's exports, whatever they are.
      const module = (await import(/* @vite-ignore */ join(import.meta.dirname, file))) as Readonly<
        Record<string, unknown>
      >
      declared.push(...Object.values(module).flatMap((value) => (isType(value) ? [value.type] : [])))
    }
    expect(declared.filter((type) => !TYPES_BY_NAME.has(type))).toEqual([])
    expect(declared.length).toBeGreaterThan(20)
  })

  it('has a collector for each type, and only one', () => {
    const collected = COLLECTORS.flatMap(({ types }) => types.map(({ type }) => type))
    expect(collected.sort()).toEqual(RESOURCE_TYPES.map(({ type }) => type).sort())
  })
})

describe('a collector', () => {
  const each = COLLECTORS.map((collector) => [collector.types.map(({ type }) => type).join(', '), collector] as const)

  it.each(each)('of %s declares every operation that feeds its types', (_, { types, operations, listed }) => {
    expect(new Set(operations).size).toBe(operations.length)
    for (const type of types) {
      expect(type.listed).toBe(listed)
      for (const operation of [type.operation, ...operationsIn(type.schema)]) {
        // Who we are was proven before anything is collected.
        if (operation !== 'sts:GetCallerIdentity') expect(operations).toContain(operation)
      }
    }
  })
})

describe('operations', () => {
  const used = COLLECTORS.flatMap(({ operations }) => operations)

  it('have IAM actions', () => {
    for (const operation of used) {
      for (const action of actionsOf(operation)) expect(action, operation).toMatch(/^[a-z0-9-]+:[A-Z]\w+$/)
      expect(actionsOf(operation), operation).not.toEqual([])
    }
  })

  it('of the table are in use and sorted', () => {
    const known = new Set<string>([...used, 'sts:GetCallerIdentity'])
    const listed = Object.keys(OPERATIONS)
    expect(listed.filter((operation) => !known.has(operation))).toEqual([])
    expect(listed).toEqual([...listed].sort())
  })
})
