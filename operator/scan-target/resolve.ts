import type { z } from 'zod'
import type { Check } from '#core/check.ts'
import type { scope as scopeSchema, targetChecks } from '#core/kinds/fields.ts'
import type { Kind } from '#core/kinds/kind.ts'
import { ScanTarget, type ScanTargetSpec } from '#core/kinds/scan-target.ts'
import type { ScanSpec } from '#core/scan.ts'
import { intersect, narrowChecks, selectChecks, type CheckSelection } from '#core/selection.ts'

/** A scope as ScanSchedule and ScanRequest write it. */
export type Scope = z.output<typeof scopeSchema>

export type Resolved =
  | { readonly ok: true; readonly spec: ScanSpec }
  /** Each fault says what was not understood and what to do. */
  | { readonly ok: false; readonly reason: 'InvalidSpec' | 'InvalidChecks'; readonly faults: readonly string[] }

/** Reads a stored spec. What an older schema let through comes back as faults, field by field. */
export function parseTargetSpec(
  spec: unknown,
): { readonly ok: true; readonly spec: ScanTargetSpec } | Extract<Resolved, { ok: false }> {
  const parsed = ScanTarget.spec.safeParse(spec)
  return parsed.success
    ? { ok: true, spec: parsed.data }
    : { ok: false, reason: 'InvalidSpec', faults: faultsOf(parsed.error) }
}

/** One sentence per issue: `spec.deadlineSeconds: Too small: expected number to be >=60`. */
export function faultsOf(error: z.ZodError): readonly string[] {
  return error.issues.map((issue) => `${['spec', ...issue.path].join('.')}: ${issue.message}`)
}

/** As many faults as a condition has room for. */
const MOST_FAULTS = 5

/** The message of a condition about a spec that cannot be read: what is wrong, and what to do. */
export function explainFaults({ plural }: Kind, faults: readonly string[]): string {
  const more = faults.length - MOST_FAULTS
  return [
    ...faults.slice(0, MOST_FAULTS),
    ...(more > 0 ? [`and ${more} more.`] : []),
    `Correct the object, or delete it and create it anew; "kubectl explain ${plural}.spec" says what each field takes.`,
  ].join('\n')
}

/**
 * Everything that a worker has to know, from a target's spec and, where one is given, a narrower scope. Decided once,
 * when the scan is asked for, so that a later edit of the target does not change a scan that is under way.
 */
export function resolveScan(
  target: ScanTargetSpec,
  options: { readonly catalogue: readonly Check[]; readonly externalId: string; readonly scope?: Scope | undefined },
): Resolved {
  const { catalogue, externalId, scope } = options
  const services = target.services ?? null
  const whole = selectChecks(catalogue, selectionOf(target.checks), services)
  const selected =
    scope === undefined ? whole : narrowChecks(catalogue, whole, selectionOf(scope.checks), scope.services ?? null)
  const regions = intersect(target.regions ?? null, scope?.regions ?? null)
  const faults = [...selected.faults]
  if (regions?.length === 0)
    faults.push("scope.regions: none of them is among the target's regions, and a scope never widens")
  if (faults.length > 0) return { ok: false, reason: 'InvalidChecks', faults }

  return {
    ok: true,
    spec: {
      partition: target.partition,
      accountId: target.accountId,
      roleArn: `arn:${target.partition}:iam::${target.accountId}:role${target.rolePath}${target.roleName}`,
      externalId,
      regions,
      services: intersect(services, scope?.services ?? null),
      checks: {
        include: selected.checks.map(({ check }) => check.id),
        exclude: [],
        minSeverity: null,
        parameters: target.checks?.parameters ?? [],
      },
      deadlineSeconds: target.deadlineSeconds,
      isWholeTarget: scope === undefined || Object.keys(scope).length === 0,
    },
  }
}

function selectionOf(checks: z.output<typeof targetChecks> | NonNullable<Scope['checks']> | undefined): CheckSelection {
  return {
    include: checks?.include ?? null,
    exclude: checks?.exclude ?? [],
    minSeverity: checks?.minSeverity ?? null,
    parameters: checks !== undefined && 'parameters' in checks ? (checks.parameters ?? []) : [],
  }
}
