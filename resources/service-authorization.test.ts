import { describe, expect, it } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import { leastPrivilege } from '#core/least-privilege.ts'
import { COLLECTORS } from './collectors.ts'
import { actionsOf } from './operations.ts'
import { RESOURCE_TYPES, TYPES_BY_NAME } from './registry.ts'
import authorization from './service-authorization.json' with { type: 'json' }

const published = new Set(
  Object.entries(authorization.actions).flatMap(([service, actions]) =>
    actions.map((action) => `${service}:${action}`),
  ),
)

describe('IAM actions', () => {
  it('are compared with a published list that has a source and a date', () => {
    expect(authorization.source).toMatch(/Service Authorization Reference/)
    expect(authorization.date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect(published.size).toBeGreaterThan(1000)
  })

  it('of the generated policy all exist', () => {
    const policy = leastPrivilege({ checks: CHECKS, inventory: RESOURCE_TYPES, types: TYPES_BY_NAME, actionsOf })
    const actions = policy.Statement.flatMap(({ Action }) => Action)
    expect(actions.length).toBeGreaterThan(30)
    expect(actions.filter((action) => !published.has(action))).toEqual([])
  })

  it('of every operation that a collector may call all exist', () => {
    const actions = COLLECTORS.flatMap(({ operations }) => operations.flatMap((operation) => actionsOf(operation)))
    expect(actions.filter((action) => !published.has(action))).toEqual([])
  })

  it('are not the names of operations where the two differ', () => {
    for (const operation of ['s3:ListBuckets', 's3:GetBucketEncryption', 's3:GetPublicAccessBlock'] as const) {
      expect(published).not.toContain(operation)
      expect(actionsOf(operation)).not.toContain(operation)
    }
  })
})
