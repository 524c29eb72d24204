// The command: reads its arguments, runs one verb, exits with its code.

import { EXIT } from '#core/report.ts'
import { systemClock } from '#platform/system-clock.ts'
import { outputTo } from './io.ts'
import { VERBS } from './registry.ts'
import { runCommandLine } from './run.ts'
import { VERSION } from './version.ts'

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Whoever asks twice does not want to wait for the cleaning up.
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
  { verbs: VERBS, version: VERSION },
)
process.exit(code)
