import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Parts } from '../../demo/parts.ts'
import { bundle } from '../../scripts/bundle.ts'
import { environmentOfTheImage } from '../../bench/support/image.ts'
import { pathToFileURL } from 'node:url'
import { startProcess, type Exit, type RunningProcess } from '#test/harness/process.ts'

export type ProcessKind = 'operator' | 'worker'

/** One life of one process: from its start to its end. */
export interface Life {
  readonly name: string
  readonly kind: ProcessKind
  readonly pid: number
  readonly logFile: string
  readonly startedAt: number
  /** True once it says that it is ready, false when it ended without. */
  readonly isReady: Promise<boolean>
  /** `http://127.0.0.1:port`, once it is ready; empty when it ended without. */
  readonly url: Promise<string>
  /** How we ended it; undefined: we did not. */
  endedBy: 'SIGKILL' | 'SIGTERM' | undefined
  isPaused: boolean
  exit: Exit | undefined
}

/** A place in the fleet, and who has it now. */
interface Place {
  readonly name: string
  readonly kind: ProcessKind
  life: Life | undefined
  process: RunningProcess | undefined
  /** Nobody is to be there. */
  isClosed: boolean
  isOpening: boolean
}

/** Our own processes, as a Deployment keeps them: whoever ends is started again. */
export interface Fleet {
  /** All lives so far, those under way too. */
  readonly lives: readonly Life[]
  /** Those that are there now, the paused ones too. */
  running(kind: ProcessKind): readonly Life[]
  /** Ends a life now (SIGKILL, SIGTERM); its place stays empty for `ms`. */
  end(life: Life, how: 'SIGKILL' | 'SIGTERM', ms: number): Promise<void>
  /** SIGSTOP, and SIGCONT after `ms`. */
  pause(life: Life, ms: number): Promise<void>
  /** Every place has a process that says it is ready. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export interface FleetOptions {
  readonly parts: Pick<Parts, 'aws' | 'queueUrl' | 'deadLetterQueueUrl'>
  readonly logFolder: string
  readonly operators: number
  readonly workers: number
  readonly databaseUrl: string
  readonly awsUrl: string
  readonly kubeconfig: string
  readonly environment?: Readonly<Record<string, string>>
}

const RESTART_MS = 500
const READY = /"message":"ready"/
const READY_WITHIN_MS = 120_000
const MOST_TRIES = 5

/** Starts the processes that the image runs, bundled and with its Node flags, and waits until they are ready. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { parts, logFolder } = options
  await mkdir(logFolder, { recursive: true })
  const image = await environmentOfTheImage()
  const built = join(logFolder, 'built')
  for (const kind of ['operator', 'worker'] as const) await bundle(kind, pathToFileURL(`${built}/`))
  const environment = {
    PATH: process.env['PATH'],
    ...image,
    ...parts.aws.env(),
    AWS_ENDPOINT_URL: options.awsUrl,
    VEDETTE_DATABASE_URL: options.databaseUrl,
    VEDETTE_QUEUE_URL: parts.queueUrl,
    VEDETTE_DEAD_LETTER_QUEUE_URL: parts.deadLetterQueueUrl,
    VEDETTE_HTTP_HOST: '127.0.0.1',
    VEDETTE_HTTP_PORT: '0',
    ...options.environment,
  }
  const own = { operator: { KUBECONFIG: options.kubeconfig, VEDETTE_NAMESPACE: 'vedette-system' }, worker: {} }
  const lives: Life[] = []
  let isStopping = false

  const start = async (place: Place): Promise<void> => {
    const { name, kind } = place
    const logFile = join(logFolder, `${name}.${lives.filter((life) => life.name === name).length + 1}.log`)
    const started = await startProcess({
      name,
      command: process.execPath,
      args: [join(built, `${kind}.js`)],
      env: { ...environment, ...own[kind] },
      logFile,
    })
    const ready = started.line(READY, READY_WITHIN_MS).catch(() => '')
    const life: Life = {
      name,
      kind,
      pid: started.pid,
      logFile,
      startedAt: Date.now(),
      isReady: ready.then((line) => line !== ''),
      url: ready
        .then((line) => /"port":(\d+)/.exec(line)?.[1])
        .then((port) => (port ? `http://127.0.0.1:${port}` : '')),
      endedBy: undefined,
      isPaused: false,
      exit: undefined,
    }
    lives.push(life)
    place.life = life
    place.process = started
    void started.exited.then(async (exit) => {
      life.exit = exit
      place.life = undefined
      if (life.endedBy !== undefined || isStopping) return undefined
      await wait(RESTART_MS)
      return open(place)
    })
  }
  const open = async (place: Place): Promise<void> => {
    if (isStopping || place.isClosed || place.isOpening || place.life !== undefined) return
    place.isOpening = true
    await start(place).finally(() => (place.isOpening = false))
  }
  const places: readonly Place[] = [
    ...Array.from({ length: options.operators }, (_, n) => placeOf('operator', n)),
    ...Array.from({ length: options.workers }, (_, n) => placeOf('worker', n)),
  ]
  const placeWith = (life: Life): Place | undefined => places.find((place) => place.life === life)

  const settled = async (): Promise<void> => {
    for (const place of places) {
      // It may end before it is ready, and another one take its place.
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        await open(place)
        if ((await place.life?.isReady) === true) break
        if (tries === MOST_TRIES - 1) throw new Error(`${place.name} does not become ready; see ${logFolder}`)
        await wait(2 * RESTART_MS)
      }
    }
  }
  for (const place of places) await open(place)
  await settled()
  return {
    lives,
    running: (kind) => places.flatMap(({ life }) => (life?.kind === kind ? [life] : [])),
    end: async (life, how, ms) => {
      const place = placeWith(life)
      if (place?.process === undefined) return
      life.endedBy = how
      place.isClosed = true
      place.process.kill(how)
      await Promise.all([place.process.exited, wait(ms)])
      place.isClosed = false
      await open(place)
    },
    pause: async (life, ms) => {
      const place = placeWith(life)
      life.isPaused = true
      place?.process?.kill('SIGSTOP')
      await wait(ms)
      place?.process?.kill('SIGCONT')
      life.isPaused = false
    },
    settled,
    stop: async () => {
      isStopping = true
      for (const { life } of places) if (life !== undefined) life.endedBy = 'SIGTERM'
      await Promise.all(places.flatMap((place) => place.process?.stop() ?? []))
    },
  }
}

const placeOf = (kind: ProcessKind, index: number): Place => ({
  name: `${kind}-${index + 1}`,
  kind,
  life: undefined,
  process: undefined,
  isClosed: false,
  isOpening: false,
})
