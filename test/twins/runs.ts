import type { Result } from '#core/evaluation.ts'
import type { Aws } from '#test/harness/aws/aws.ts'
import type { AppliedResource, Terraform } from '#test/harness/terraform.ts'
import type { PlanJudgement } from '#terraform/judge-plan.ts'
import { FORMS, isSetting, rootOf, SIDES, type Example, type Form } from './examples.ts'
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
  readonly name: string
  readonly examples: readonly Example[]
  /** Which ways of writing them it shows. */
  readonly forms: readonly Form[]
  /** Nothing but what `deleted.tf` declares, which then goes. */
  readonly onlyDeleted: boolean
}

const REGION = 'eu-central-1'

/** Two plans at once are what two cores can do. */
const AT_ONCE = 2

/**
 * The runs that show every example: resources of one side all together; settings of the account apart, because they would
 * judge others along; and what becomes of settings that are deleted, because another resource that sets them would stay.
 * Both checks of the one password policy cannot be bad in one account, nor good in one and bad in the other.
 */
export function runsOf(examples: readonly Example[]): readonly Run[] {
  const kept = FORMS.filter((form) => form !== 'deleted')
  const sides = SIDES.flatMap((side): readonly Run[] => {
    const own = examples.filter((example) => example.side === side)
    const isApart = (example: Example): boolean =>
      isSetting(example) && example.check.id !== 'iam-password-policy-reuse'
    return [
      { name: `${side} resources`, examples: own.filter((one) => !isApart(one)), forms: FORMS, onlyDeleted: false },
      { name: `${side} settings`, examples: own.filter(isApart), forms: kept, onlyDeleted: false },
    ]
  })
  const deleted = examples.filter((example) => isSetting(example) && example.forms.has('deleted'))
  return [...sides, { name: 'deleted settings', examples: deleted, forms: ['deleted'], onlyDeleted: true }]
}

/** The run that shows an example in one way of writing. */
export function runFor(runs: readonly Run[], example: Example, form: Form): Run | undefined {
  const isDeletedSetting = isSetting(example) && form === 'deleted'
  return runs.find(
    ({ examples, forms, onlyDeleted }) =>
      examples.includes(example) && forms.includes(form) && onlyDeleted === isDeletedSetting,
  )
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
  { examples, forms, onlyDeleted }: Run,
  { aws, terraform, account }: { readonly aws: Aws; readonly terraform: Terraform; readonly account: string },
): Promise<readonly Round[]> {
  const root = await terraform.root({ account, region: REGION, files: await rootOf(examples, { onlyDeleted }) })
  const rounds: Round[] = []
  for (const deleted of forms.includes('deleted') ? [false, true] : [false]) {
    if (deleted) await root.replace(await rootOf(examples, { onlyDeleted, deleted }))
    const planned = await judgePlanned(await root.plan(), root.path)
    await root.apply()
    rounds.push({ planned, applied: await root.applied(), live: await judgeLive(aws, { account, region: REGION }) })
  }
  return rounds
}
