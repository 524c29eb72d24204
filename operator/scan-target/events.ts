import type { EventInput, EventRecorder } from '#platform/kube/events.ts'
import type { ScanTargetObject } from '../kinds.ts'
import type { TargetFacts } from '#core/target-facts.ts'

type Status = NonNullable<ScanTargetObject['status']>

/**
 * Tells what happened between two statuses as Kubernetes Events. Called after the newer one was written, so that a
 * reconcile that is repeated tells nothing twice.
 */
export function recordTransitions(
  events: Pick<EventRecorder, 'record'>,
  target: ScanTargetObject,
  before: Status | undefined,
  after: Status,
  facts: TargetFacts,
): void {
  const say = (type: EventInput['type'], reason: string, note: string): void =>
    events.record({ regarding: target, type, reason, action: 'Scan', note })

  const { activeScan } = after
  if (activeScan !== undefined && activeScan.id !== before?.activeScan?.id) {
    say('Normal', 'ScanStarted', `Scan ${activeScan.id} started (${activeScan.trigger})`)
  }
  const { lastScan } = facts
  if (lastScan !== null && lastScan.id !== before?.lastScan?.id) {
    const found = after.findings
    const open =
      found === undefined
        ? ''
        : `: ${found.critical} critical, ${found.high} high, ${found.medium} medium, ${found.low} low open`
    const coverage = `coverage ${after.coveragePercent ?? 0} %`
    if (lastScan.state === 'Succeeded')
      say('Normal', 'ScanCompleted', `Scan ${lastScan.id} succeeded${open}; ${coverage}`)
    if (lastScan.state === 'PartiallySucceeded') {
      const gaps = (after.topGaps ?? []).map((gap) => `${gap.action ?? gap.operation} ${gap.reason}`).join(', ')
      say(
        'Warning',
        'ScanPartial',
        `Scan ${lastScan.id} could not look everywhere${open}; ${coverage}${gaps === '' ? '' : `; ${gaps}`}`,
      )
    }
    // A role that refuses has an event of its own, below.
    if (lastScan.state === 'Failed' && facts.refusal === null)
      say('Warning', 'ScanFailed', `Scan ${lastScan.id} failed: ${lastScan.message ?? 'see the log of the workers'}`)
    const worse = lastScan.opened + lastScan.reopened
    if (worse > 0 && before?.lastScan !== undefined) {
      say(
        'Warning',
        'FindingsRegressed',
        `${lastScan.opened} findings are new and ${lastScan.reopened} came back${open}`,
      )
    }
  }
  if (facts.refusal !== null && facts.refusal.reason !== reasonOf(before)) {
    say('Warning', facts.refusal.reason, facts.refusal.message)
  }
}

function reasonOf(status: Status | undefined): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.reason
}
