import type { Result } from '#core/evaluation.ts'
import type { Aws } from '#test/harness/aws/aws.ts'
import type { AppliedResource, Terraform } from '#test/harness/terraform.ts'
import type { PlanJudgement } from '#terraform/judge-plan.ts'
import { isSetting, rootOf, SIDES, type Example, type Form, type Side } from './examples.ts'
import { judgeLive } from './live.ts'
import { judgePlanned } from './planned.ts'

/** What is said of one plan, and of what applying it made. */
export interface Round {
  readonly planned: PlanJudgement
  /** What Terraform then manages, by address. */
  readonly applied: ReadonlyMap<string, AppliedResource>
  readonly live: readonly Result[]
}

/** Examples that are planned and applied together, in an account of their own. */
export interface Run {
  readonly side: Side
  readonly examples: readonly Example[]
  /** Nothing but this way of writing them. */
  readonly form?: Form
  /** Once more, without what `deleted.tf` declares. */
  readonly deletes: boolean
}

const REGION = 'eu-central-1'

/** Two plans at once are what two cores can do. */
const AT_ONCE = 2

/**
 * The runs that show every example: resources of one side all together; settings by themselves, because an account has
 * each only once, and the two checks of the one password policy apart.
 */
export function runsOf(examples: readonly Example[]): readonly Run[] {
  return SIDES.flatMap((side) => {
    const own = examples.filter((example) => example.side === side)
    const settings = own.filter(isSetting)
    const reuse = settings.filter(({ check }) => check.id === 'iam-password-policy-reuse')
    const others = settings.filter((example) => !reuse.includes(example))
    const forms = [...new Set(settings.flatMap((example) => [...example.forms]))]
    return [
      { side, examples: own.filter((example) => !isSetting(example)), deletes: true },
      ...[others, reuse].flatMap((group) =>
        forms.map((form) => ({ side, examples: group, form, deletes: form === 'deleted' })),
      ),
    ]
  })
}

/** Plans, judges, applies and judges again, run after run; each in an account of its own. */
export async function perform(
  runs: readonly Run[],
  on: { readonly aws: Aws; readonly terraform: Terraform },
): Promise<ReadonlyMap<Run, readonly Round[]>> {
  const done = new Map<Run, readonly Round[]>()
  const left = [...runs.entries()]
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, run] = next
      done.set(run, await performOne(run, { ...on, account: String(100_000_000_001 + index) }))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return done
}

async function performOne(
  { examples, form, deletes }: Run,
  { aws, terraform, account }: { readonly aws: Aws; readonly terraform: Terraform; readonly account: string },
): Promise<readonly Round[]> {
  const only = form === undefined ? {} : { form }
  const root = await terraform.root({ account, region: REGION, files: await rootOf(examples, only) })
  const rounds: Round[] = []
  for (const deleted of deletes ? [false, true] : [false]) {
    if (deleted) await root.replace(await rootOf(examples, { ...only, deleted }))
    const planned = await judgePlanned(await root.plan(), root.path)
    await root.apply()
    rounds.push({ planned, applied: await root.applied(), live: await judgeLive(aws, { account, region: REGION }) })
  }
  return rounds
}
