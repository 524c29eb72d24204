// A storm over the whole product on real parts, then silence, then invariants: `make chaos SEED=… MINUTES=…`. What
// happens when is a function of the seed. Exit code 1: something is violated.
import { appendFileSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { FAULTS, type Act, type Scene } from './faults.ts'
import { startFleet, type Fleet } from './fleet.ts'
import { compareWithFreshScan } from './fresh-scan.ts'
import { nothingIsLeft, onlyNonsenseIsDead, statusesTellTheTruth, type Invariant } from './invariants.ts'
import { judgeLogs } from './logs.ts'
import { MOST_MB_PER_MINUTE, sampleMemory, trendOf, type Series } from './memory.ts'
import { createTargets, people, type Deeds } from './people.ts'
import { planStorm, type Kind, type Planned } from './plan.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { printReport } from './report.ts'
import { judgeScheduledTimes } from './scheduled-times.ts'
import { readOptions } from './options.ts'
import { fallSilent } from './silence.ts'
import { buildWorld, type World } from './world.ts'

const options = readOptions(process.env)
const { seed, minutes } = options
const plan = planStorm(seed, minutes, options.kinds)
const started = performance.now()
const stops: (() => Promise<unknown>)[] = []
const leaving = new AbortController()
const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1).padStart(7)
const say = (line: string): void => console.error(`${seconds()} s  ${line}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => leaving.abort(new Error(`got ${signal}`)))

/** Lets the plan happen; resolves when all that began is over. Rejects when the bench itself fails. */
async function rage(scene: Scene, deeds: Deeds, tell: (line: string) => void): Promise<void> {
  const acts: Readonly<Partial<Record<Kind, Act>>> = { ...FAULTS, ...people(deeds) }
  const begun = performance.now()
  const under: Promise<void>[] = []
  const failed = new AbortController()
  const run = async (planned: Planned): Promise<void> => {
    const { kind, forMs, pick } = planned
    tell(`${seconds()} ${kind}, ${forMs / 1000} s, ${pick.toFixed(6)}`)
    const act = acts[kind]
    if (act === undefined) throw new Error(`nobody knows how to do "${kind}"`)
    if (await act(scene, planned)) scene.done.set(kind, (scene.done.get(kind) ?? 0) + 1)
  }
  const stop = AbortSignal.any([failed.signal, leaving.signal])
  for (const planned of plan) {
    await wait(Math.max(0, begun + planned.atMs - performance.now()), undefined, { signal: stop }).catch(
      () => undefined,
    )
    if (stop.aborted) break
    under.push(
      run(planned).catch((error: unknown) => {
        failed.abort(new Error(`"${planned.kind}" could not be done`, { cause: error }))
      }),
    )
  }
  await Promise.all(under)
  stop.throwIfAborted()
}

async function judge(
  scene: Scene,
  of: {
    readonly recorder: Recorder
    readonly deeds: Deeds
    readonly memory: readonly Series[]
    readonly stuck: readonly string[]
    readonly calmAt: number
    readonly from: number
    readonly silentAt: number
    readonly logFolder: string
  },
): Promise<readonly Invariant[]> {
  const { world, fleet } = scene
  const { recorder, deeds, memory } = of
  const { ended } = recorder.seen()
  const terminal: Invariant = { name: 'every scan comes to its end', violations: of.stuck, over: `${ended} scans` }
  const times = await judgeScheduledTimes(world, deeds, { from: of.from, calmAt: of.calmAt, to: of.silentAt })
  const left = [await nothingIsLeft(world), await statusesTellTheTruth(world)]
  const dead = await onlyNonsenseIsDead(world, scene.done.get('message that nobody understands') ?? 0)
  await fleet.stop()
  const told = memory.map(({ life: { logFile }, points }) => ({ logFile, points }))
  await writeFile(join(of.logFolder, 'memory.json'), JSON.stringify(told))
  const trends = memory.flatMap((series) => trendOf(series, of.silentAt) ?? [])
  const compared = await compareWithFreshScan(world, { logFolder: of.logFolder, stops })
  return [
    terminal,
    {
      name: 'each scheduled time is started once per target',
      violations: times.violations,
      over: `${times.started} started, ${times.overtaken} overtaken by the next in the storm`,
    },
    {
      name: 'a target has one active scan at any time',
      violations: [...recorder.crowded],
      over: `${recorder.looks()} looks`,
    },
    ...left,
    dead,
    {
      name: 'findings are those of a fresh scan',
      violations: compared.differences,
      over: `${compared.compared} targets`,
    },
    { name: 'no unhandled rejection', violations: await judgeLogs(fleet.lives), over: `${fleet.lives.length} logs` },
    {
      name: 'no status is written without a change',
      violations: recorder.idleWrites,
      over: `${recorder.statusWrites()} writes`,
    },
    {
      name: `memory grows by at most ${MOST_MB_PER_MINUTE} MB a minute`,
      violations: trends.filter(({ isFlat }) => !isFlat).map((trend) => JSON.stringify(trend)),
      over:
        trends.map(({ name, lastMb, mbPerMinute }) => `${name} ${lastMb} MB (${mbPerMinute}/min)`).join(', ') ||
        'no life was long enough',
    },
  ]
}

async function storm(): Promise<boolean> {
  const logFolder = await mkdtemp(join(tmpdir(), 'vedette-storm-'))
  await mkdir(logFolder, { recursive: true })
  say(`SEED=${seed} MINUTES=${minutes} TARGETS=${options.targets}: ${plan.length} things happen; logs in ${logFolder}`)
  const tell = (line: string): void => appendFileSync(join(logFolder, 'storm.log'), `${line}\n`)
  const recorder = createRecorder()
  const world: World = await buildWorld({ targets: options.targets, stops, say, onPatched: recorder.onPatched })
  const fleet: Fleet = await startFleet({
    parts: world.parts,
    logFolder,
    operators: 2,
    workers: 3,
    databaseUrl: world.postgres.through(world.parts.databaseUrl),
    awsUrl: world.replay.url,
    // A token of a service account lasts an hour, a storm may be longer.
    kubeconfig: world.parts.cluster.kubeconfig(
      OPERATOR,
      ['system:serviceaccounts', 'system:authenticated'],
      world.kube.url,
    ),
    environment: SETTINGS,
  })
  stops.push(() => fleet.stop())
  const recording = new AbortController()
  const memory: Series[] = []
  const recorded = Promise.all([
    recorder.watch(world, recording.signal),
    sampleMemory(fleet, memory, recording.signal),
    progress(recorder, fleet, recording.signal),
  ])
  stops.push(async () => {
    recording.abort()
    await recorded
  })
  say(`${options.targets} targets over 20 accounts, a schedule each minute, 3 workers and 2 operators`)
  await createTargets(world)
  const from = Date.now()
  const scene: Scene = { world, fleet, done: new Map() }
  const deeds: Deeds = { absences: [], suspensions: [], requests: 0 }
  await rage(scene, deeds, tell)
  const silence = await fallSilent(scene, say)
  const invariants = await judge(scene, { recorder, deeds, memory, from, logFolder, ...silence })
  recording.abort()
  const holds = printReport({ seed, minutes, plan, done: scene.done, invariants, logFolder })
  return holds
}

const OPERATOR = 'system:serviceaccount:vedette-system:vedette-operator'
/** So that what takes minutes in production takes seconds: nothing else differs from it. Resends come later than a queue is long. */
const SETTINGS = {
  VEDETTE_JOB_LEASE_SECONDS: '10',
  VEDETTE_SHUTDOWN_SECONDS: '5',
  VEDETTE_RESEND_SECONDS: '60',
}

async function progress(recorder: Recorder, fleet: Fleet, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await wait(10_000, undefined, { signal }).catch(() => undefined)
    const { running, pending, ended, openJobs } = recorder.seen()
    const [operators, workers] = [fleet.running('operator').length, fleet.running('worker').length]
    say(
      `scans: ${ended} ended, ${running} running, ${pending} pending; ${openJobs} jobs open; ${operators} operators, ` +
        `${workers} workers, ${fleet.lives.length} lives; ${recorder.statusWrites()} status writes`,
    )
  }
}

try {
  if (options.isPlanOnly) for (const planned of plan) console.log(JSON.stringify(planned))
  else process.exitCode = (await storm()) ? 0 : 1
} catch (error) {
  console.error(error)
  console.error(`the storm itself failed. SEED=${seed}`)
  process.exitCode = 1
} finally {
  for (const stop of stops.splice(0).reverse()) await stop().catch((error: unknown) => console.error(error))
}
