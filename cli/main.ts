// The command, with every verb.
import { runProcess } from './process.ts'
import { VERBS } from './registry.ts'

await runProcess(VERBS)
