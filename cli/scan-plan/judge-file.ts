import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { InlineSkip } from '#core/inline-skip.ts'
import type { ReportResult } from '#core/report.ts'
import type { SelectedCheck } from '#core/selection.ts'
import { parseFacts, type FactsFile } from '#terraform/facts.ts'
import { judgePlan } from '#terraform/judge-plan.ts'
import { MAPPINGS, SETTINGS } from '#terraform/registry.ts'
import { planValues } from '#terraform/source/plan-values.ts'
import type { Source } from '#terraform/source/source.ts'
import type { SourceView } from '#terraform/source-view.ts'
import type { Io } from '../command.ts'
import type { Found } from '../report-run.ts'
import { wrongUse } from '../stop.ts'
import { readPlan } from './read-plan.ts'
import { fileError } from '../file-error.ts'

/** What is judged, as it was asked for. */
export interface PlanWanted {
  /** `-`: standard input. */
  readonly file: string
  readonly facts: string | null
  /** Null: the working directory, if there are Terraform files in it. */
  readonly source: string | null
  readonly checks: readonly SelectedCheck[]
}

/**
 * Reads a plan and what was given beside it, and judges it. Throws `Stop`: exit 2 for what is given beside it and cannot be
 * used, exit 3 for a plan that cannot be read or is not whole.
 */
export async function judgeFile({ file, facts, source, checks }: PlanWanted, io: Io): Promise<Found> {
  const known = facts === null ? undefined : await readFacts(facts, io.cwd)
  const files = await readSourceOf(source, io.cwd)
  const plan = await readPlan(file, { ...io, showIn: resolve(io.cwd, source ?? '.') })
  const view = files?.view(planValues(plan))
  const now = io.clock.now()
  const judgement = judgePlan({
    plan,
    checks,
    mappings: MAPPINGS,
    settings: SETTINGS,
    now,
    ...(known === undefined ? {} : { facts: known }),
    ...(view === undefined ? {} : { source: view }),
  })
  const { withoutTwin } = judgement
  if (withoutTwin.length === checks.length) {
    throw wrongUse(`no plan can answer ${withoutTwin.join(', ')}: only a scan of the live account does`)
  }
  // People and code scanning look for files from where they are, which need not be where terraform runs.
  const fromHere = (path: string): string => {
    const inside = relative(io.cwd, resolve(io.cwd, source ?? '.', path))
    return inside.startsWith('..') ? join(source ?? '.', path) : inside
  }
  const asked = checks.map(({ check }) => check).filter(({ id }) => !withoutTwin.includes(id))
  return {
    subject: file === '-' ? 'Terraform plan' : file,
    file: file === '-' ? null : file,
    at: now,
    checks: asked,
    results: judgement.results.map((result) => placed(result, fromHere)),
    counts: judgement.counts,
    notExamined: judgement.notExamined,
    scope: { accounts: null, regions: null },
    incomplete: [],
    fixed: [],
    notices: [
      ...(files?.faults ?? []).map(asSentence),
      ...judgement.notices,
      ...(withoutTwin.length === 0 ? [] : [onlyLive(withoutTwin)]),
    ],
    skips: view === undefined ? [] : skipsOf(files?.skips ?? [], view, fromHere),
  }
}

async function readFacts(file: string, cwd: string): Promise<FactsFile> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw wrongUse(`the facts ${file} cannot be read: ${fileError(error)}`)
  })
  const parsed = parseFacts(text)
  if (!parsed.ok) throw wrongUse(`${file}: ${parsed.why}`)
  return parsed.facts
}

/** The Terraform files; undefined where none were asked for and none are here. Their parser is loaded only for them. */
async function readSourceOf(folder: string | null, cwd: string): Promise<Source | undefined> {
  const path = resolve(cwd, folder ?? '.')
  if (folder === null) {
    const names = await readdir(path).catch(() => [])
    if (!names.some((name) => name.endsWith('.tf'))) return undefined
  } else {
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory() !== true) throw wrongUse(`--source takes a folder, and ${folder} is none`)
  }
  const { readSource } = await import('#terraform/source/source.ts')
  return readSource(path)
}

function placed(result: ReportResult, fromHere: (path: string) => string): ReportResult {
  const { source } = result
  return source === null ? result : { ...result, source: { ...source, file: fromHere(source.file) } }
}

/** Comments, placed so that a report finds them beside the resource that they belong to. */
function skipsOf(skips: Source['skips'], view: SourceView, fromHere: (path: string) => string): readonly InlineSkip[] {
  const beside = skips.map(({ address, check, reason, file, line }) => {
    const range = address === null ? undefined : view.rangeOf(address)
    return { check, reason, file: fromHere(file), line, blockEnd: range === undefined ? null : range.startLine - 1 }
  })
  // A module that is called twice has its comments once.
  return [...new Map(beside.map((skip) => [`${skip.file}:${skip.line}`, skip])).values()]
}

function asSentence(fault: string): string {
  return `Terraform files: ${fault.replace(/\.$/, '')}.`
}

function onlyLive(ids: readonly string[]): string {
  const subject = ids.length === 1 ? '1 check asks' : `${ids.length} checks ask`
  const named = ids.length > MOST_NAMED ? '' : `: ${ids.join(', ')}`
  return `${subject} what no plan can say, and only a scan of the live account answers${named}.`
}

/** More ids than these tell nobody anything; `vedette checks show` says it of each. */
const MOST_NAMED = 6
