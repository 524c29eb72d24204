import { readFileSync } from 'node:fs'
import { CHECKS } from '#checks/registry.ts'
import { selectChecks } from '#core/selection.ts'
import { judgePlan } from '#terraform/judge-plan.ts'
import { readPlanFile } from '#terraform/plan-file.ts'
import { MAPPINGS, SETTINGS } from '#terraform/registry.ts'

/*
 * One process of `bench/plan.ts`: it reads and judges the plan in a file, and says how long that took and how much memory
 * the process ever had.
 */

const [file = ''] = process.argv.slice(2)
const { checks } = selectChecks(CHECKS, { include: null, exclude: [], minSeverity: null, parameters: [] })
const started = performance.now()
const read = readPlanFile(readFileSync(file))
if (read.kind !== 'plan') throw new Error(JSON.stringify(read))
const readMs = performance.now() - started
const { results } = judgePlan({ plan: read.plan, checks, mappings: MAPPINGS, settings: SETTINGS, now: new Date() })
const wallMs = performance.now() - started
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
console.log(
  JSON.stringify({
    resources: read.plan.changes.length,
    results: results.length,
    readMs: Math.round(readMs),
    wallMs: Math.round(wallMs),
    // Of the whole process, its start included.
    cpuMs: Math.round((userCPUTime + systemCPUTime) / 1000),
    peakMb: Math.round(maxRSS / 1024),
  }),
)
