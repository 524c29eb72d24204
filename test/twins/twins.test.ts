import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import type { Verdict } from '#core/judge.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { useTerraform } from '#test/harness/terraform.ts'
import { hasTwin } from '#terraform/twins.ts'
import { MAPPINGS, SETTINGS } from '#terraform/registry.ts'
import { EXAMPLES, formOf, FORMS, isSetting, moduleOf, readExamples, type Example, type Form } from './examples.ts'
import { NOT_APPLICABLE, NOT_WRITTEN, PLAN_CANNOT_TELL, rowFor, TEST_AWS_CANNOT_HOLD } from './exceptions.ts'
import { resultsOf } from './live-id.ts'
import { perform, runFor, runsOf, type Round, type Run } from './runs.ts'

const examples = await readExamples()
const shown = examples.flatMap(({ forms, ...example }) => [...forms].map((form) => ({ ...example, forms, form })))
const named = shown.map((one) => ({ id: one.check.id, side: one.side, form: one.form, example: one }))

describe('the examples', () => {
  const written = new Set(examples.map(({ check }) => check.id))

  test('are there for every check, or the README says why a plan cannot answer it', async () => {
    const readme = await readFile(join(EXAMPLES, 'README.md'), 'utf8')
    const without = new Set([...readme.matchAll(/^\| `([a-z0-9]+-[a-z0-9-]+)` \|/gm)].map(([, id = '']) => id))
    expect(CHECKS.filter(({ id }) => written.has(id) === without.has(id)).map(({ id }) => id)).toEqual([])
    const unanswerable = CHECKS.filter((check) => !hasTwin(check, MAPPINGS, SETTINGS)).map(({ id }) => id)
    expect(new Set(unanswerable)).toEqual(without)
  })

  test.each(examples.map((example) => ({ id: example.check.id, side: example.side, example })))(
    '$id, $side: in every way of writing, or a table says why not',
    ({ example }) => {
      const odd = FORMS.filter(
        (form) => example.forms.has(form) === (rowFor(NOT_WRITTEN, { ...example, form }) !== undefined),
      )
      expect(odd).toEqual([])
    },
  )

  test('are formatted as terraform does it', async () => {
    const { stdout } = await promisify(execFile)('terraform', ['fmt', '-check', '-recursive', EXAMPLES])
    expect(stdout).toBe('')
  })

  test('are what the rows of the other tables are about', () => {
    for (const { check, side, form } of [...PLAN_CANNOT_TELL, ...TEST_AWS_CANNOT_HOLD, ...NOT_APPLICABLE]) {
      const about = shown.filter(
        (one) => one.check.id === check && one.form === form && one.side === (side ?? one.side),
      )
      expect(about, `${check} ${form}`).not.toEqual([])
    }
  })
})

describe('the same check says the same of a plan and of what applying it makes', () => {
  const cloud = useAws()
  const terraform = useTerraform(cloud)
  const runs = runsOf(examples)
  const held: { done?: ReadonlyMap<Run, readonly Round[]> } = {}

  // Each of 8 plans takes terraform 10 s and its apply as long, and several times that when the machine is busy.
  beforeAll(async () => void (held.done = await perform(runs, { aws: cloud.aws, terraform })), 1_200_000)

  const roundOf = (example: Example, form: Form): Round => {
    const run = runFor(runs, example, form)
    const round = run === undefined ? undefined : held.done?.get(run)?.[form === 'deleted' ? 1 : 0]
    return round ?? expect.fail('it was not run')
  }

  test.each(named)('$id, $side, $form', ({ example, side, form }) => {
    const round = roundOf(example, form)
    const expected = rowFor(NOT_APPLICABLE, example) ? 'not_applicable' : side === 'good' ? 'pass' : 'fail'
    const planned = rowFor(PLAN_CANNOT_TELL, example) ? 'unknown' : expected
    expect(unlike(plannedOf(round, example, form), planned)).toEqual([])
    expect(unlike(liveOf(round, example, form), rowFor(TEST_AWS_CANNOT_HOLD, example)?.says ?? expected)).toEqual([])
  })

  test.each(runs.map((run) => ({ name: run.name, run })))(
    '$name: of every resource, whichever check it is',
    ({ run }) => {
      for (const round of held.done?.get(run) ?? expect.fail('it was not run')) expect(differences(round)).toEqual([])
    },
  )
})

interface Said {
  readonly about: string
  readonly verdict: Verdict
}

function plannedOf({ planned }: Round, example: Example, form: Form): readonly Said[] {
  return planned.results
    .map(({ checkId, verdict, resource }) => ({ checkId, verdict, about: resource?.address ?? '' }))
    .filter(({ checkId, about }) => checkId === example.check.id && isOf(about, example, form))
}

function liveOf({ applied, live }: Round, example: Example, form: Form): readonly Said[] {
  const own = live.filter(({ checkId }) => checkId === example.check.id)
  if (isSetting(example)) return own.map(({ verdict }) => ({ about: 'the account', verdict }))
  return [...applied]
    .filter(([address]) => isOf(address, example, form))
    .flatMap(([about, resource]) => resultsOf(resource, own).map(({ verdict }) => ({ about, verdict })))
}

function isOf(address: string, example: Example, form: Form): boolean {
  return address.startsWith(`${moduleOf(example)}.`) && formOf(address, example) === form
}

/** What says something else; all of it, where nothing says anything. */
function unlike(said: readonly Said[], verdict: Verdict): readonly string[] {
  if (said.length === 0) return ['nothing was said']
  return said.filter((one) => one.verdict !== verdict).map(({ about, verdict: other }) => `${about}: ${other}`)
}

/** Where a plan says something, and what it made is judged otherwise: another verdict, severity, or none at all. */
function differences({ planned, applied, live }: Round): readonly string[] {
  const said = Map.groupBy(planned.results, ({ checkId, resource }) => `${checkId} at ${resource?.address}`)
  return [...said].flatMap(([about, results]) => {
    const [first] = results
    const resource = applied.get(first?.resource?.address ?? '')
    // What the plan deletes, a setting, is not there afterwards to be asked.
    if (first === undefined || resource === undefined || results.some(({ verdict }) => verdict === 'unknown')) return []
    if (isKnownToDiffer(first)) return []
    const told = (all: readonly { readonly verdict: Verdict; readonly severity: string }[]): string =>
      all
        .map(({ verdict, severity }) => `${verdict} (${severity})`)
        .sort()
        .join(', ')
    const found = resultsOf(resource, live).filter(({ checkId }) => checkId === first.checkId)
    return told(found) === told(results) ? [] : [`${about}: planned ${told(results)}, live ${told(found)}`]
  })
}

function isKnownToDiffer({
  checkId,
  resource,
}: {
  readonly checkId: string
  readonly resource: { readonly address: string | null } | null
}): boolean {
  const example = examples.find(({ check }) => check.id === checkId)
  const form = example === undefined ? undefined : formOf(resource?.address ?? '', example)
  return TEST_AWS_CANNOT_HOLD.some((row) => row.check === checkId && row.form === form)
}
