import { describe, expect, it } from 'vitest'
import { planJson } from '#test/terraform/fixture.ts'
import type { Json } from '#test/terraform/mangle.ts'
import { readPlan, readPlanFile } from './plan-file.ts'

const created = planJson('created')

/** The plan with some members of its own. */
function withMembers(members: Readonly<Record<string, Json>>, plan: Json = created): unknown {
  return Object.assign({}, plan, members)
}

function whyRefused(json: unknown): string {
  const file = readPlan(json)
  return file.kind === 'refused' ? file.why : file.kind
}

describe('what is no plan', () => {
  it.each([
    ['nothing', '', /^The file is empty/],
    ['text', 'Plan: 3 to add', /^The file is not JSON/],
    ['a list', '[]', /^The file is JSON and no plan/],
    ['an empty object', '{}', /^The file is an empty object/],
    ['other JSON', '{"a": 1}', /has no format_version/],
    ['a state file', '{"version": 4, "serial": 1, "lineage": "x", "resources": []}', /state, not a plan/],
    ['a shown state', '{"format_version": "1.0", "values": {}}', /a state as "terraform show -json" prints it/],
    ['the log of a plan', '{"@level":"info"}\n{"@level":"info"}', /log of "terraform plan -json"/],
    ['half a plan', '{"format_version": "1.2", "resource_ch', /cut off in the middle/],
    ['something very deep', `{"a": ${'['.repeat(300)}`, /nested deeper/],
    ['a plan of old', '{"format_version": "0.2", "planned_values": {}}', /before 1\.1/],
    ['a plan of the future', '{"format_version": "2.0", "planned_values": {}}', /reads format 1/],
  ])('%s gets a sentence of its own', (_, text, why) => {
    const file = readPlanFile(Buffer.from(text))
    expect(file).toEqual({ kind: 'refused', why: expect.stringMatching(why) })
  })

  it('is told from the binary that a plan is saved as', () => {
    expect(readPlanFile(Buffer.from('PK\u0003\u0004'))).toEqual({ kind: 'binary' })
  })
})

describe('a plan', () => {
  it('is read with a byte order mark, and in the encoding of PowerShell', () => {
    const text = `\ufeff${JSON.stringify(created)}`
    expect(readPlanFile(Buffer.from(text)).kind).toBe('plan')
    expect(readPlanFile(Buffer.from(text, 'utf16le')).kind).toBe('plan')
  })

  it.each([
    ['met an error', { errored: true }, /^Terraform met an error/],
    ['is not complete', { complete: false }, /^The plan is not complete/],
    ['defers changes', { deferred_changes: [{}] }, /^Terraform deferred changes/],
    ['has no configuration', { configuration: null }, /has no configuration/],
    ['has changes that are no list', { resource_changes: {} }, /resource_changes are no list/],
  ])('that %s is refused', (_, members, why) => {
    expect(whyRefused(withMembers(members))).toMatch(why)
  })

  it('of which parts contradict each other is refused', () => {
    const [first, second, ...rest] = (created as { resource_changes: Json[] }).resource_changes // the fixture has many
    const missing = (list: Json[]): string => whyRefused(withMembers({ resource_changes: list }))
    expect(missing([...rest])).toMatch(/is planned, and is not among the changes/)
    expect(missing([first ?? null, first ?? null, second ?? null, ...rest])).toMatch(/is in it twice/)
    expect(whyRefused(withMembers({ planned_values: { root_module: {} } }))).toMatch(/is not planned/)
    expect(whyRefused(withMembers({ configuration: { root_module: {} } }))).toMatch(/is not in the configuration/)
    const changed = planJson('changed')
    expect(whyRefused(withMembers({ prior_state: {} }, changed))).toMatch(/is not in the prior state/)
  })

  it('leaves out what is left of an earlier replacement', () => {
    const all = (created as { resource_changes: Json[] }).resource_changes // the fixture has them
    const left = Object.assign({}, all.at(-1), { deposed: 'deadbeef' })
    const file = readPlan(withMembers({ resource_changes: [...all, left] }))
    expect(file.kind === 'plan' && file.plan.changes.length).toBe(all.length)
  })
})
