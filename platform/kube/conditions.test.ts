import { describe, expect, it } from 'vitest'
import { healthConditions, updateConditions, type Condition } from '#platform/kube/conditions.ts'

const ready: Condition = {
  type: 'Ready',
  status: 'True',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:00Z',
  reason: 'Succeeded',
  message: 'all is well',
}
const at = { now: new Date('2026-01-02T03:04:05.678Z'), generation: 2 }

describe('updateConditions', () => {
  it('keeps the time of the last transition while the status is the same', () => {
    const [updated] = updateConditions([ready], [{ ...ready, reason: 'Other', message: 'still well' }], at)

    expect(updated).toEqual({
      ...ready,
      observedGeneration: 2,
      reason: 'Other',
      message: 'still well',
    })
  })

  it('sets the time, in whole seconds, when the status changes or the condition is new', () => {
    const updated = updateConditions(
      [ready],
      [{ ...ready, status: 'False' }, ...healthConditions('stalled', 'X', 'y')],
      at,
    )

    expect(updated.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05Z',
    ])
  })

  it('drops conditions that are no longer wanted', () => {
    expect(updateConditions([ready, { ...ready, type: 'Stalled' }], [ready], at)).toHaveLength(1)
  })

  it('cuts a message that nobody would read', () => {
    const [updated] = updateConditions([], [{ ...ready, message: 'x'.repeat(5000) }], at)

    expect(Buffer.byteLength(updated?.message ?? '')).toBe(1024)
  })

  it('cuts by bytes, between characters: a status stays small in every script', () => {
    const [updated] = updateConditions([], [{ ...ready, message: '😀'.repeat(1000) }], at)

    expect(updated?.message).toBe(`${'😀'.repeat(255)}…`)
  })
})

describe('healthConditions', () => {
  it.each([
    ['ready', { Ready: 'True' }],
    ['reconciling', { Ready: 'Unknown', Reconciling: 'True' }],
    ['failing', { Ready: 'False' }],
    ['stalled', { Ready: 'False', Stalled: 'True' }],
  ] as const)('says %s in the words of kstatus', (health, expected) => {
    const conditions = healthConditions(health, 'Because', 'of that')

    expect(Object.fromEntries(conditions.map(({ type, status }) => [type, status]))).toEqual(expected)
  })
})
