// Crashes at every effect of a small scan, and compares how it ends. `--sample` takes the first, second and last
// occurrence of every name and some of the other variants; `--full` all; `--case "<name>"` one. `--first "<name>"` brings
// it forward. Ends with 1 when something ended otherwise than it should, with 2 when the bench itself failed.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from '../../scripts/bundle.ts'
import { seededRandom } from '#test/harness/aws/faults.ts'
import { applies, judge, judgeCase, nameOf, runCase, VARIANTS } from './case.ts'
import type { Case, Effects, Judged, Run, Variant } from './case.ts'
import { difference } from './end-state.ts'
import { SCENARIOS } from './scenarios.ts'
import { openStage, type Stage } from './stage.ts'

const { values } = parseArgs({
  options: {
    sample: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    case: { type: 'string', multiple: true },
    first: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
    dist: { type: 'string' },
    'stop-at-first': { type: 'boolean', default: false },
  },
})

const started = performance.now()
const say = (line: string): void => {
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}\n`)
}
const OF_EACH_VARIANT = 10
const BENCH_FAILED = 2

function everyCase(effects: Effects): readonly Case[] {
  return VARIANTS.flatMap((variant) =>
    [...effects].flatMap(([effect, times]) =>
      !applies(variant, effect)
        ? []
        : Array.from({ length: times }, (_, index) => ({ variant, effect, occurrence: index + 1 })),
    ),
  )
}

function sampleOf(effects: Effects, seed: number): readonly Case[] {
  const random = seededRandom(seed)
  const all = everyCase(effects)
  return VARIANTS.flatMap((variant) => {
    const cases = all.filter((one) => one.variant === variant)
    if (variant === 'kill')
      return cases.filter(({ effect, occurrence }) => occurrence <= 2 || occurrence === effects.get(effect))
    const drawn = cases.map((one) => ({ one, at: random() })).sort((a, b) => a.at - b.at)
    return drawn.slice(0, OF_EACH_VARIANT).map(({ one }) => one)
  })
}

/** Something that is played, and how its end is judged. */
interface Play {
  readonly name: string
  readonly variant: Variant | 'scenario'
  readonly play: (stage: Stage, expected: readonly string[]) => Promise<Judged>
}

const scenarios: readonly Play[] = SCENARIOS.map(([name, play]) => ({
  name: `scenario · ${name}`,
  variant: 'scenario',
  play: (stage, expected) => judge(async () => ({ isHit: true, faults: await play(stage, expected) })),
}))

function chosenPlays(effects: Effects): readonly Play[] {
  const played = (one: Case): Play => ({
    name: nameOf(one),
    variant: one.variant,
    play: (stage, expected) => judgeCase(stage, one, expected),
  })
  if (values.case !== undefined) {
    const all = [...scenarios, ...everyCase(effects).map(played)]
    return values.case.map((name) => {
      const found = all.find((one) => one.name === name)
      if (found === undefined) throw new Error(`there is no case "${name}"`)
      return found
    })
  }
  const cases = values.full ? everyCase(effects) : sampleOf(effects, Number(values.seed))
  const plays = [...scenarios, ...cases.map(played)]
  const isFirst = ({ name }: Play): boolean => values.first?.includes(name) === true
  return [...plays.filter(isFirst), ...plays.filter((play) => !isFirst(play))]
}

/** The names of what did not end as it should. */
async function main(stops: (() => Promise<unknown>)[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-crash-'))
  let { dist } = values
  if (dist === undefined) {
    dist = `${folder}/dist/`
    for (const name of ['operator', 'worker'] as const) await bundle(name, new URL(`file://${dist}`))
  }
  say(`starting the parts; logs are in ${folder}`)
  const stage = await openStage({ dist, logs: folder, stops, say })
  const broken: string[] = []
  const tell = (name: string, faults: readonly string[], more: string): void => {
    say(`${faults.length === 0 ? 'same end' : 'BROKEN'}, ${more}: ${name}`)
    if (faults.length === 0) return
    broken.push(name)
    for (const fault of faults.slice(0, 20)) process.stderr.write(`        ${fault.slice(0, 1000)}\n`)
  }

  let undisturbed: Run | undefined
  // Twice: what is found out once for all (bundles warm, a first leader) is not what is counted.
  const { faults } = await judge(async () => {
    const { state } = await runCase(stage, undefined)
    undisturbed = await runCase(stage, undefined)
    return { isHit: true, faults: difference(state, undisturbed.state) }
  })
  tell('undisturbed', faults, `${undisturbed?.state.length ?? 0} rows`)
  if (undisturbed === undefined || faults.length > 0) return broken
  const { state, effects } = undisturbed
  for (const [effect, times] of effects) say(`  ${times} × ${effect}`)

  const plays = chosenPlays(effects)
  let missed = 0
  const first = performance.now()
  for (const [index, { name, play }] of plays.entries()) {
    if (values['stop-at-first'] && broken.length > 0) break
    const judged = await play(stage, state)
    if (!judged.isHit) missed++
    const each = (performance.now() - first) / (index + 1)
    const left = (((plays.length - index - 1) * each) / 60_000).toFixed(1)
    tell(
      name,
      judged.faults,
      `${index + 1}/${plays.length}${judged.isHit ? '' : ' (did not come up)'}, ${left} min left`,
    )
  }
  for (const variant of ['scenario', ...VARIANTS] as const) {
    const names = plays.flatMap((one) => (one.variant === variant ? [one.name] : []))
    const faulty = names.filter((name) => broken.includes(name)).length
    process.stdout.write(`${variant}: ${names.length} cases, ${faulty} broken\n`)
  }
  if (missed > 0) process.stdout.write(`${missed} cases did not come up: work is divided by chance\n`)
  return broken
}

const stops: (() => Promise<unknown>)[] = []
try {
  const broken = await main(stops)
  for (const name of broken) process.stdout.write(`broken: ${name}\n`)
  process.exitCode = broken.length === 0 ? 0 : 1
} catch (error) {
  console.error(error)
  process.exitCode = BENCH_FAILED
} finally {
  for (const stop of stops.reverse()) await stop()
}
