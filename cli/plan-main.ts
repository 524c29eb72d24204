// The command as a single file without dependencies: the verbs that ask nothing of AWS.
import { EXIT } from '#core/report.ts'
import { runProcess } from './process.ts'
import { PLAN_VERBS } from './registry-plan.ts'
import type { VerbEntry } from './verb-entry.ts'

const verbs: readonly VerbEntry[] = [
  ...PLAN_VERBS,
  {
    name: 'completion',
    summary: 'what makes your shell complete verbs, options and ids of checks',
    load: async () => (await import('./completion/completion.ts')).completionOf(verbs),
  },
]

const OLDEST_NODE = 22
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(`vedette: this is Node ${process.versions.node}, and ${OLDEST_NODE} or newer is needed\n`)
  process.exit(EXIT.notEvaluated)
}
await runProcess(verbs)
