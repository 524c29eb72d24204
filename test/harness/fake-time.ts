import { execFile } from 'node:child_process'
import { writeFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '#platform/process/temporary-folder.ts'
import { pythonWith, type PythonKit } from './python.ts'

const run = promisify(execFile)

const LIBFAKETIME: PythonKit = {
  name: 'libfaketime',
  what: 'the clock of processes whose clock jumps',
  requirements: new URL('./fake-time-requirements.txt', import.meta.url),
  takes: 'a few seconds',
}
const LOCATE = `import importlib.util, os
print(os.path.join(os.path.dirname(importlib.util.find_spec('libfaketime').origin), 'vendor/libfaketime/src/libfaketime.so.1'))`

/** A wall clock for child processes, set while they run. Their monotonic clock and everybody else's clock stay real. */
export interface FakeTime {
  /** For the processes that are to have this clock; until it is set, it is right. */
  readonly environment: Readonly<Record<string, string>>
  /** From now on it is this time there, and goes on from it. */
  set(time: Date): Promise<void>
  /** What it shows now. */
  now(): Date
  remove(): Promise<void>
}

/**
 * A clock through libfaketime, which is preloaded into the processes and never linked or shipped. Linux only, and not for
 * static binaries such as the API server.
 *
 * @throws Error that says why, when it cannot be had or has no effect on this machine.
 */
export async function createFakeTime(): Promise<FakeTime> {
  if (process.platform !== 'linux') throw new Error('libfaketime is preloaded as Linux does it: run this on Linux')
  const log = (line: string): void => console.error(line)
  const python = await pythonWith(LIBFAKETIME, { env: process.env, log, signal: AbortSignal.timeout(300_000) })
  const { stdout } = await run(python, ['-c', LOCATE])
  const folder = await temporaryFolder('clock')
  const file = join(folder.path, 'offset')
  const environment = {
    LD_PRELOAD: stdout.trim(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_NO_CACHE: '1',
  }
  let offsetMs = 0
  const write = async (): Promise<void> => {
    // In one step: a process reads the file whenever it looks at the clock.
    await writeFile(`${file}.next`, `${offsetMs < 0 ? '-' : '+'}${Math.abs(offsetMs) / 1000}\n`)
    await rename(`${file}.next`, file)
  }
  const clock: FakeTime = {
    environment,
    set: async (time) => {
      offsetMs = time.getTime() - Date.now()
      await write()
    },
    now: () => new Date(Date.now() + offsetMs),
    remove: () => folder.remove(),
  }
  await write()
  await proveEffect(clock)
  return clock
}

async function proveEffect(clock: FakeTime): Promise<void> {
  const wanted = new Date('2033-03-03T03:03:03Z')
  await clock.set(wanted)
  const { stdout, stderr } = await run(process.execPath, ['-p', 'Date.now()'], { env: clock.environment })
  if (Math.abs(Number(stdout) - wanted.getTime()) > 60_000)
    throw new Error(`libfaketime has no effect on ${process.execPath}: it is told ${stdout.trim()}. ${stderr.trim()}`)
  await clock.set(new Date())
}
