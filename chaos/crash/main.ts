// Crashes at every effect of a small scan, and compares how it ends. `--sample` takes the first, second and last
// occurrence of every name and some of the other variants; `--full` all; `--case "<name>"` one.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from '../../scripts/bundle.ts'
import { seededRandom } from '#test/harness/aws/faults.ts'
import { applies, judgeCase, nameOf, runCase, VARIANTS, type Case, type Effects } from './case.ts'
import { SCENARIOS } from './scenarios.ts'
import { openStage } from './stage.ts'

const { values } = parseArgs({
  options: {
    sample: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    case: { type: 'string' },
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

async function main(stops: (() => Promise<unknown>)[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-crash-'))
  let { dist } = values
  if (dist === undefined) {
    dist = `${folder}/dist/`
    for (const name of ['operator', 'worker'] as const) await bundle(name, new URL(`file://${dist}`))
  }
  say(`starting the parts; logs are in ${folder}`)
  const stage = await openStage({ dist, logs: folder, stops, say })
  // What the first scan finds out once for all (bundles warm, a first leader) is not what is counted.
  await runCase(stage, undefined)
  const { state, effects } = await runCase(stage, undefined)
  say(`undisturbed: ${state.length} rows`)
  for (const [effect, times] of effects) say(`  ${times} × ${effect}`)
  const cases =
    values.case === undefined
      ? values.full
        ? everyCase(effects)
        : sampleOf(effects, Number(values.seed))
      : everyCase(effects).filter((one) => nameOf(one) === values.case)
  if (cases.length === 0) throw new Error(`there is no case "${values.case}"`)
  const broken: string[] = []
  const tell = (name: string, faults: readonly string[], more: string): void => {
    say(`${faults.length === 0 ? 'same end' : 'BROKEN'}, ${more}: ${name}`)
    if (faults.length === 0) return
    broken.push(name)
    for (const fault of faults.slice(0, 20)) process.stderr.write(`        ${fault.slice(0, 1000)}\n`)
  }
  const mayGoOn = (): boolean => broken.length === 0 || !values['stop-at-first']
  if (values.case === undefined)
    for (const [name, play] of SCENARIOS)
      if (mayGoOn()) tell(`scenario · ${name}`, await play(stage, state), 'scenario')
  let missed = 0
  const first = performance.now()
  for (const [index, one] of cases.entries()) {
    if (!mayGoOn()) break
    const { isHit, faults } = await judgeCase(stage, one, state)
    if (!isHit) missed++
    const each = (performance.now() - first) / (index + 1)
    const left = (((cases.length - index - 1) * each) / 60_000).toFixed(1)
    tell(nameOf(one), faults, `${index + 1}/${cases.length}${isHit ? '' : ' (did not come up)'}, ${left} min left`)
  }
  for (const variant of VARIANTS) {
    const count = cases.filter((one) => one.variant === variant).length
    process.stdout.write(
      `${variant}: ${count} cases, ${broken.filter((name) => name.startsWith(variant)).length} broken\n`,
    )
  }
  if (missed > 0) process.stdout.write(`${missed} cases did not come up: work is divided by chance\n`)
  for (const name of broken) process.stdout.write(`broken: ${name}\n`)
  return broken.length === 0 ? 0 : 1
}

const stops: (() => Promise<unknown>)[] = []
try {
  process.exitCode = await main(stops)
} finally {
  for (const stop of stops.reverse()) await stop()
}
