// The worker process: takes jobs from the queue and asks AWS. Knows nothing of Kubernetes.
import { parseSettings, SettingsRefused } from '#platform/config/parse.ts'
import type { Settings } from '#platform/config/settings.ts'
import { createLogger } from '#platform/log/logger.ts'
import { systemClock } from '#platform/system-clock.ts'
import { runWorker } from './worker.ts'

function settingsOrExit(): Settings<'worker'> {
  try {
    return parseSettings('worker', process.env)
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error
    process.stderr.write(`${error.message}\n`)
    return process.exit(2)
  }
}

const settings = settingsOrExit()
const log = createLogger({ process: 'worker', level: settings.logLevel })
const stop = new AbortController()

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    log.info({ signal }, 'stopping')
    stop.abort()
  })
}
process.on('unhandledRejection', (error) => {
  log.fatal({ error }, 'a promise was rejected and nobody listened: a defect; the process ends and its jobs come back')
  process.exit(1)
})
process.on('uncaughtException', (error) => {
  log.fatal({ error }, 'an error was thrown and nobody caught it: a defect; the process ends and its jobs come back')
  process.exit(1)
})

try {
  await runWorker({ settings, log, clock: systemClock, signal: stop.signal })
  process.exit(0)
} catch (error) {
  log.fatal({ error }, 'the worker could not go on')
  process.exit(1)
}
