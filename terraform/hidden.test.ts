import { describe, expect, it } from 'vitest'
import { judged, readFixture, sourceOfFixture } from '#test/terraform/fixture.ts'
import { hiddenReferences } from './hidden.ts'

describe('what the plan depends on out of sight', () => {
  it('is what only a local value or a dynamic block names', () => {
    expect(hiddenReferences(readFixture('half-known'))).toEqual(['aws_eip.hidden.public_ip'])
  })

  it('is not what is known', () => {
    const plan = readFixture('half-known')
    expect(hiddenReferences({ ...plan, relevant: [{ address: 'aws_eip.hidden', attribute: 'domain' }] })).toEqual([])
  })

  it('is nothing, where every name stands in the configuration', () => {
    expect(hiddenReferences(readFixture('created'))).toEqual([])
    expect(hiddenReferences(readFixture('modules'))).toEqual([])
  })

  it('is told once, unless the files tell it themselves', async () => {
    const plan = readFixture('half-known')
    expect(judged(plan).notices).toEqual([expect.stringContaining('aws_eip.hidden.public_ip')])
    expect(judged(plan, { source: await sourceOfFixture('half-known', plan) }).notices).toEqual([])
  })
})
