import { describe, expect, it } from 'vitest'
import { ScanTarget } from '#core/kinds/scan-target.ts'
import type { TargetFacts } from '#core/target-facts.ts'
import type { ScanTargetObject } from '../kinds.ts'
import { recordTransitions } from './events.ts'
import { targetStatus, type Standing } from './status.ts'

const NOW = new Date('2026-03-01T12:00:00Z')
const target: ScanTargetObject = {
  apiVersion: 'vedette.dev/v1alpha1',
  kind: 'ScanTarget',
  metadata: {
    name: 'prod',
    namespace: 'team',
    uid: 'u',
    resourceVersion: '1',
    generation: 2,
    creationTimestamp: '2026-03-01T11:00:00Z',
  },
  spec: {},
}
const facts: TargetFacts = {
  targetId: 't',
  identity: 'proven',
  refusal: null,
  requestedGeneration: 2,
  handledScanNow: null,
  activeScan: null,
  lastScan: {
    id: 's1',
    state: 'Succeeded',
    startedAt: NOW,
    finishedAt: NOW,
    message: null,
    opened: 2,
    resolved: 0,
    reopened: 0,
  },
  lastSuccessfulTime: NOW,
  findings: { critical: 1, high: 2, medium: 3, low: 4, excepted: 0 },
  coveragePercent: 100,
  topGaps: [],
}
const followed = (changes: Partial<TargetFacts>, suspended = false): Standing => ({
  kind: 'followed',
  externalId: 'vedette-0',
  facts: { ...facts, ...changes },
  suspended,
})
const statusOf = (standing: Standing) => targetStatus(target, undefined, standing, NOW)
const condition = (standing: Standing, type: string) => statusOf(standing).conditions?.find((one) => one.type === type)
const refusal = {
  reason: 'AssumeRoleDenied',
  message: 'sts:AssumeRole on … was refused',
  failures: 1,
  firstAt: NOW,
  lastAt: NOW,
}

describe('targetStatus', () => {
  it('is ready, whatever was found', () => {
    expect(condition(followed({}), 'Ready')).toMatchObject({ status: 'True', reason: 'Succeeded' })
    expect(condition(followed({}), 'Reconciling')).toBeUndefined()
  })

  it('is unknown, never false, until the identity is proven for this generation', () => {
    const first = followed({ identity: 'unproven', lastScan: null, findings: null, coveragePercent: null })
    expect(condition(first, 'Ready')).toMatchObject({ status: 'Unknown', reason: 'Progressing' })
    expect(condition(first, 'Reconciling')).toMatchObject({ status: 'True' })
  })

  it('is not ready while the role refuses, and says that it is tried again', () => {
    const refused = followed({ identity: 'unproven', refusal })
    expect(condition(refused, 'Ready')).toMatchObject({ status: 'False', reason: 'AssumeRoleDenied' })
    expect(condition(refused, 'Reconciling')).toMatchObject({ status: 'True' })
    expect(condition(followed({ refusal }), 'Reconciling')).toBeUndefined()
  })

  it('keeps Ready for a partial scan, and says in a condition of its own that it was partial', () => {
    const partial = followed({
      coveragePercent: 90,
      lastScan: { ...facts.lastScan!, state: 'PartiallySucceeded' },
      topGaps: [
        {
          operation: 's3:GetBucketPolicy',
          reason: 'denied',
          action: 's3:GetBucketPolicy',
          locations: ['global'],
          count: 3,
        },
      ],
    })
    expect(condition(partial, 'Ready')).toMatchObject({ status: 'True' })
    expect(condition(partial, 'LastScanComplete')).toMatchObject({ status: 'False', reason: 'PartiallySucceeded' })
  })

  it('is not ready when nothing could be judged', () => {
    expect(condition(followed({ coveragePercent: 0 }), 'Ready')).toMatchObject({
      status: 'False',
      reason: 'NothingCovered',
    })
  })

  it('counts a suspended target as healthy', () => {
    expect(condition(followed({ identity: 'unproven' }, true), 'Ready')).toMatchObject({
      status: 'True',
      reason: 'Suspended',
    })
  })

  it('stalls on what only a person can mend, and keeps what was known of the account', () => {
    const before = statusOf(followed({}))
    const stalled = targetStatus(
      target,
      before,
      { kind: 'stalled', reason: 'InvalidChecks', message: 'no such check' },
      NOW,
    )
    expect(stalled.conditions).toContainEqual(
      expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'InvalidChecks' }),
    )
    expect(stalled).toMatchObject({ findings: facts.findings, coveragePercent: 100 })
  })

  it('is the same for the same facts, whenever it is asked, and fits the schema', () => {
    const first = statusOf(followed({}))
    const later = targetStatus(target, first, followed({}), new Date(NOW.getTime() + 60_000))
    expect(later).toEqual(first)
    expect(ScanTarget.status.safeParse(first).success).toBe(true)
  })

  it('stays under 4 KB at its fullest', () => {
    const gap = {
      operation: `s3:${'x'.repeat(60)}`,
      reason: 'denied',
      action: `s3:${'x'.repeat(60)}`,
      locations: Array.from({ length: 8 }, () => 'ap-southeast-99'),
      count: 100_000,
    }
    const fullest = followed({
      identity: 'unproven',
      refusal: { ...refusal, message: 'm'.repeat(2000) },
      handledScanNow: 'x'.repeat(256),
      activeScan: { id: 'i'.repeat(36), trigger: 'annotation', jobs: { total: 40, done: 1, failed: 0 }, since: NOW },
      topGaps: [gap, gap, gap, gap, gap],
    })
    expect(JSON.stringify(statusOf(fullest)).length).toBeLessThan(4096)
  })
})

describe('recordTransitions', () => {
  const eventsOf = (before: Standing | undefined, after: Standing & { kind: 'followed' }): readonly string[] => {
    const told: string[] = []
    const record = ({ reason, type }: { reason: string; type: string }): void => void told.push(`${type} ${reason}`)
    recordTransitions(
      { record },
      target,
      before === undefined ? undefined : statusOf(before),
      statusOf(after),
      after.facts,
    )
    return told
  }
  const after = (changes: Partial<TargetFacts>): Standing & { kind: 'followed' } => ({
    kind: 'followed',
    externalId: 'x',
    suspended: false,
    facts: { ...facts, ...changes },
  })

  it('tells the start and the end of a scan once', () => {
    const running = after({
      activeScan: { id: 's2', trigger: 'spec', jobs: { total: 1, done: 0, failed: 0 }, since: NOW },
      lastScan: null,
    })
    expect(eventsOf(undefined, running)).toEqual(['Normal ScanStarted'])
    expect(eventsOf(running, running)).toEqual([])
    expect(eventsOf(running, after({}))).toEqual(['Normal ScanCompleted'])
  })

  it('warns of a partial scan, of findings that are new since the last one, and of a role that refuses', () => {
    const second = { ...facts.lastScan!, id: 's2', state: 'PartiallySucceeded' } as const
    expect(eventsOf(followed({}), after({ lastScan: second }))).toEqual([
      'Warning ScanPartial',
      'Warning FindingsRegressed',
    ])
    expect(eventsOf(followed({}), after({ refusal }))).toEqual(['Warning AssumeRoleDenied'])
    expect(eventsOf(followed({ refusal }), after({ refusal }))).toEqual([])
  })
})
