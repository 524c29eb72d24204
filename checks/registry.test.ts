import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { operationsOf, SEVERITIES } from '#core/check.ts'
import { actionsOf } from '#resources/operations.ts'
import { TYPES_BY_NAME } from '#resources/registry.ts'
import { CHECKS, findCheck } from './registry.ts'

const each = CHECKS.map((check) => [check.id, check] as const)

describe('the catalogue of checks', () => {
  it('holds what is in the folders, each named after its folder, sorted by id', () => {
    const files = globSync('*/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts'))
    expect(CHECKS.map(({ id }) => `${id.split('-')[0]}/${id}.ts`)).toEqual(files.sort())
  })

  it('has a table test beside each check', () => {
    const tests = globSync('*/*.test.ts', { cwd: import.meta.dirname })
    const untested = CHECKS.filter(({ id }) => !tests.some((test) => basename(test) === `${id}.test.ts`))
    expect(untested.map(({ id }) => id)).toEqual([])
  })

  it('gives every id and alias to one check only', () => {
    const ids = CHECKS.flatMap(({ id, aliases }) => [id, ...aliases])
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  it('finds a check by its id and by those that people know', () => {
    expect(findCheck('ec2-instance-imdsv2')?.id).toBe('ec2-instance-imdsv2')
    expect(findCheck('CKV_AWS_79')?.id).toBe('ec2-instance-imdsv2')
    expect(findCheck('ec2-instance-imdsv3')).toBeUndefined()
  })

  it.each(each)('%s says all that a reader needs', (_, check) => {
    expect(check.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/)
    expect(SEVERITIES).toContain(check.severity)
    expect(check.title).toMatch(/^[A-Z].*[^.]$/)
    expect(check.why).toMatch(/^[A-Z].*\.$/)
    for (const way of [check.fix.console, check.fix.cli, check.fix.terraform]) expect(way.trim()).not.toBe('')
    expect(check.aliases.every((alias) => /^(CKV2?_AWS_\d+|[a-z0-9_]+)$/.test(alias))).toBe(true)
    expect([...check.aliases].sort()).toEqual(check.aliases)
    expect(check.references.length).toBeGreaterThan(0)
    for (const reference of check.references) expect(reference).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//)
  })

  it.each(each)('%s reads only what a registered type has, through operations with IAM actions', (_, check) => {
    expect(check.reads.filter(({ type }) => !TYPES_BY_NAME.has(type))).toEqual([])
    const operations = operationsOf(check, TYPES_BY_NAME)
    expect(operations.length).toBeGreaterThan(0)
    for (const operation of operations) {
      // Proving who we are needs no permission.
      if (operation === 'sts:GetCallerIdentity') continue
      expect(actionsOf(operation as `${string}:${string}`), operation).not.toEqual([])
      for (const action of actionsOf(operation as `${string}:${string}`))
        expect(action).toMatch(/^[a-z0-9-]+:[A-Z]\w+$/)
    }
  })
})
