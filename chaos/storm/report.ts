import type { Invariant } from './invariants.ts'
import type { Kind, Planned } from './plan.ts'

const MOST_SHOWN = 5

/** Tells a person what happened and what holds. True: everything does. */
export function printReport(of: {
  readonly seed: number
  readonly minutes: number
  readonly plan: readonly Planned[]
  readonly done: ReadonlyMap<Kind, number>
  readonly invariants: readonly Invariant[]
  readonly logFolder: string
}): boolean {
  const { seed, minutes, plan, done, invariants, logFolder } = of
  console.log(`\nWhat happened (SEED=${seed} MINUTES=${minutes})`)
  for (const kind of [...new Set(plan.map((planned) => planned.kind))].sort()) {
    const planned = plan.filter((one) => one.kind === kind).length
    const count = done.get(kind) ?? 0
    const idle = planned === count ? '' : `  (${planned - count} more met nobody)`
    console.log(`  ${String(count).padStart(5)}  ${kind}${idle}`)
  }
  console.log('\nWhat is to hold')
  const broken = invariants.filter(({ violations }) => violations.length > 0)
  for (const { name, violations, over } of invariants) {
    console.log(`  ${violations.length === 0 ? 'holds   ' : 'VIOLATED'}  ${name}: ${over}`)
    for (const violation of violations.slice(0, MOST_SHOWN)) console.log(`              ${violation.slice(0, 600)}`)
    if (violations.length > MOST_SHOWN) console.log(`              and ${violations.length - MOST_SHOWN} more`)
  }
  if (broken.length === 0) console.log(`\nall ${invariants.length} hold. SEED=${seed}`)
  else
    console.log(
      `\n${broken.length} of ${invariants.length} violated: SEED=${seed} MINUTES=${minutes}; logs in ${logFolder}`,
    )
  return broken.length === 0
}
