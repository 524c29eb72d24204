import { beforeAll, describe, expect, test } from 'vitest'
import type { Result } from '#core/evaluation.ts'
import type { Verdict } from '#core/judge.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { useTerraform, type AppliedResource } from '#test/harness/terraform.ts'
import { formOf, moduleOf, readExamples, rootOf, SIDES, type Example, type Form, type Side } from './examples.ts'
import { resultsOf } from './live-id.ts'
import { judgeLive } from './live.ts'

const REGION = 'eu-central-1'
const ACCOUNTS: Readonly<Record<Side, string>> = { good: '111122223333', bad: '444455556666' }

/** A plan and an apply take terraform some 15 s each when the machine is busy. */
const LONG = 300_000

const cloud = useAws()
const terraform = useTerraform(cloud)
const examples = await readExamples()

describe.each(SIDES)('%s examples', (side) => {
  const shown = examples.filter((example) => example.side === side)
  const rounds: Round[] = []

  beforeAll(async () => {
    const account = ACCOUNTS[side]
    const root = await terraform.root({ account, region: REGION, files: await rootOf(shown) })
    for (const deleted of [false, true]) {
      if (deleted) await root.replace(await rootOf(shown, { deleted }))
      await root.plan()
      await root.apply()
      rounds.push({ applied: await root.applied(), live: await judgeLive(cloud.aws, { account, region: REGION }) })
    }
  }, LONG)

  test.each(shown.flatMap((example) => [...example.forms].map((form) => ({ id: example.check.id, form, example }))))(
    '$id, $form: the live account is judged so too',
    ({ example, form }) => {
      const verdicts = liveVerdicts(rounds[form === 'deleted' ? 1 : 0], example, form)
      expect(verdicts).not.toEqual([])
      expect(new Set(verdicts)).toEqual(new Set([side === 'good' ? 'pass' : 'fail']))
    },
  )
})

/** What is there after one apply, and what is said of it. */
interface Round {
  readonly applied: ReadonlyMap<string, AppliedResource>
  readonly live: readonly Result[]
}

function liveVerdicts(round: Round | undefined, example: Example, form: Form): readonly Verdict[] {
  return [...(round?.applied ?? [])]
    .filter(([address]) => address.startsWith(`${moduleOf(example)}.`) && formOf(address, example) === form)
    .flatMap(([, applied]) => resultsOf(applied, round?.live ?? []))
    .filter(({ checkId }) => checkId === example.check.id)
    .map(({ verdict }) => verdict)
}
