import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { guardChild } from './guard.ts'

const linesKept = 200

/** When a process counts as started: at a line of its output, or once a probe says so (asked every 50 ms). */
export type Readiness = { readonly line: RegExp } | { readonly probe: (signal: AbortSignal) => Promise<boolean> }

export interface ProcessOptions {
  /** What people call it, for messages. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment; default: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly uid?: number
  readonly gid?: number
  readonly ready?: Readiness
  /** How long it may take to become ready; default 60 s. */
  readonly readyWithinMs?: number
  /** What asks it to stop in order; default SIGTERM. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT'
  /** All output is appended here too. */
  readonly logFile?: string
  /** Removed should this process die without having stopped its child. */
  readonly folder?: string
  readonly signal?: AbortSignal | undefined
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface RunningProcess {
  readonly pid: number
  /** Settles when the process ended and all its output was read; never rejects. */
  readonly exited: Promise<Exit>
  /** The last 200 lines of stdout and stderr, in order of arrival. */
  output(): string
  /** Resolves with the first line, past or coming, that matches; rejects when the process ends or `withinMs` (30 s) pass. */
  line(pattern: RegExp, withinMs?: number): Promise<string>
  /** Asks it to stop, kills it and its group when it has not after `graceMs` (10 s). Resolves when it is gone; may be repeated. */
  stop(graceMs?: number): Promise<Exit>
  /** Sends any signal, SIGKILL by default, and returns at once: await `exited` for its end. */
  kill(signal?: NodeJS.Signals): void
}

/**
 * Starts a child process and waits until it is ready. It dies with this process, whatever ends this one. Rejects, with the last
 * lines of its output, when it cannot be started, ends before it is ready or is not ready in time; then it has been stopped.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  options.signal?.throwIfAborted()
  const { name, stopSignal = 'SIGTERM' } = options
  const child = spawn(options.command, options.args, {
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    // Leads its own group: Ctrl-C reaches it through `stop` only, and its own children can be killed with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collect([child.stdout, child.stderr], options.logFile)
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const failedToSpawn = new Promise<never>((_, reject) => {
    child.once('error', (error) =>
      reject(new Error(`${name} could not be started (${options.command}): ${error.message}`)),
    )
  })
  const { pid } = child
  if (pid === undefined) return failedToSpawn
  failedToSpawn.catch(() => undefined)
  const guard = guardChild({ pid, signal: stopSignal, folder: options.folder })
  void exited.then(() => guard.release())

  const running: RunningProcess = {
    pid,
    exited,
    output: () => output.lines.join('\n'),
    line: (pattern, withinMs = 30_000) =>
      output.wait(pattern, name, exited, AbortSignal.timeout(withinMs), `in ${withinMs} ms`),
    stop: async (graceMs = 10_000) => {
      child.kill(stopSignal)
      const gone = new AbortController()
      const ended = exited.finally(() => gone.abort())
      await Promise.race([ended, wait(graceMs, undefined, { signal: gone.signal }).catch(() => undefined)])
      if (child.exitCode === null && child.signalCode === null) killGroup(pid)
      return exited
    },
    kill: (signal = 'SIGKILL') => void child.kill(signal),
  }
  try {
    await becomeReady(running, options)
  } catch (error) {
    await running.stop(2_000)
    throw error
  }
  return running
}

async function becomeReady(running: RunningProcess, options: ProcessOptions): Promise<void> {
  const { ready, name, readyWithinMs = 60_000 } = options
  if (ready === undefined) return
  if ('line' in ready) {
    const giveUp = (): void => running.kill('SIGKILL')
    options.signal?.addEventListener('abort', giveUp)
    await running.line(ready.line, readyWithinMs).finally(() => options.signal?.removeEventListener('abort', giveUp))
    return
  }
  const deadline = AbortSignal.any([AbortSignal.timeout(readyWithinMs), ...(options.signal ? [options.signal] : [])])
  let exit: Exit | undefined
  void running.exited.then((how) => (exit = how))
  while (!(await ready.probe(deadline).catch(() => false))) {
    if (exit !== undefined) throw new Error(`${name} ended (${told(exit)}) before it was ready.\n${running.output()}`)
    options.signal?.throwIfAborted()
    if (deadline.aborted) throw new Error(`${name} was not ready after ${readyWithinMs} ms.\n${running.output()}`)
    await wait(50)
  }
}

interface Output {
  readonly lines: string[]
  wait(pattern: RegExp, name: string, exited: Promise<Exit>, deadline: AbortSignal, within: string): Promise<string>
}

function collect(streams: readonly Readable[], logFile: string | undefined): Output {
  const lines: string[] = []
  const watchers = new Set<(line: string) => void>()
  const file = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a' })
  let open = streams.length
  for (const stream of streams) {
    const reader = createInterface({ input: stream, crlfDelay: Infinity })
    reader.on('line', (line) => {
      lines.push(line)
      if (lines.length > linesKept) lines.shift()
      file?.write(`${line}\n`)
      for (const watcher of watchers) watcher(line)
    })
    reader.once('close', () => {
      open -= 1
      if (open === 0) file?.end()
    })
  }
  return {
    lines,
    wait: (pattern, name, exited, deadline, within) =>
      new Promise((resolve, reject) => {
        const seen = lines.find((line) => pattern.test(line))
        if (seen !== undefined) return resolve(seen)
        const settle = (act: () => void): void => {
          watchers.delete(watcher)
          deadline.removeEventListener('abort', late)
          act()
        }
        const failed = (what: string) => new Error(`${name} ${what} ${String(pattern)}.\n${lines.join('\n')}`)
        const watcher = (line: string): void => {
          if (pattern.test(line)) settle(() => resolve(line))
        }
        const late = (): void => settle(() => reject(failed(`printed, ${within}, no line like`)))
        watchers.add(watcher)
        deadline.addEventListener('abort', late)
        void exited.then((exit) => settle(() => reject(failed(`ended (${told(exit)}) without a line like`))))
        return undefined
      }),
  }
}

function told(exit: Exit): string {
  return exit.signal === null ? `exit code ${exit.code}` : exit.signal
}

/** To the whole group, because a server's own children may hold its port. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
