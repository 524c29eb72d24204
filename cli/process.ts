import { EXIT } from '#core/report.ts'
import { systemClock } from '#platform/system-clock.ts'
import { outputTo } from './io.ts'
import { runCommandLine } from './run.ts'
import type { VerbEntry } from './verb-entry.ts'
import { VERSION } from './version.ts'

/**
 * Runs this process's command line by these verbs, and ends the process with the exit code. The first signal asks the verb
 * to clean up and end; whoever sends a second one does not want to wait for that.
 */
export async function runProcess(verbs: readonly VerbEntry[]): Promise<never> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(EXIT.interrupted)
      stop.abort(new Error(`the process was told to end (${signal})`))
    })
  }
  const code = await runCommandLine(
    process.argv.slice(2),
    {
      stdin: process.stdin,
      stdout: outputTo(process.stdout),
      stderr: outputTo(process.stderr),
      env: process.env,
      cwd: process.cwd(),
      clock: systemClock,
      signal: stop.signal,
    },
    { verbs, version: VERSION },
  )
  return process.exit(code)
}
