// The command as a single file without dependencies: the verbs that ask nothing of AWS.
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

await runProcess(verbs)
