import { Configuration } from './configuration.ts'
import { contradiction } from './contradiction.ts'
import { isRecord, listOf, member, textOf } from './json.ts'
import { isTooDeep } from './nesting.ts'
import { readChange, readDataOf, readRelevant, type Change, type Plan } from './plan.ts'

/** What was given in the place of a plan. */
export type PlanFile =
  | { readonly kind: 'plan'; readonly plan: Plan }
  /** What `terraform plan -out` writes: Terraform or OpenTofu has to turn it into JSON. */
  | { readonly kind: 'binary' }
  /** It cannot be judged. One sentence says why, and what to do where something can be done. */
  | { readonly kind: 'refused'; readonly why: string }

const HOW = 'give what "terraform show -json PLANFILE" prints'

/**
 * Reads what was given as a plan, in JSON (in UTF-8, or in UTF-16 as PowerShell writes it). Never throws: what cannot be
 * judged is refused with a sentence, for a gate must never pass because it could not read its input. Memory: the text
 * and what it says at once, while it is parsed.
 */
export function readPlanFile(bytes: Uint8Array): PlanFile {
  if (bytes.length === 0) return refused(`The file is empty: ${HOW}.`)
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return { kind: 'binary' }
  if (isTooDeep(bytes)) return refused(`The file is nested deeper than any plan: ${HOW}.`)
  const json = parse(decode(bytes))
  return 'refused' in json ? refused(json.refused) : readPlan(json.value)
}

/** The same, from JSON that is parsed already. */
export function readPlan(json: unknown): PlanFile {
  const why = whyNoPlan(json)
  if (why !== undefined) return refused(why)

  const changes: Change[] = []
  for (const entry of listOf(member(json, 'resource_changes'))) {
    // What is left of an earlier replacement, to be deleted: it is nobody's any more.
    if (textOf(member(entry, 'deposed')) !== undefined) continue
    const change = readChange(entry)
    if (typeof change === 'string') return refused(`The plan is damaged: ${change}.`)
    changes.push(change)
  }
  const variables = member(json, 'variables')
  const at = Date.parse(textOf(member(json, 'timestamp')) ?? '')
  const plan: Plan = {
    changes,
    configuration: new Configuration(member(json, 'configuration')),
    variables: new Map(
      Object.entries(isRecord(variables) ? variables : {}).map(([name, held]) => [name, member(held, 'value')]),
    ),
    readData: readDataOf(member(json, 'prior_state')),
    plannedAt: Number.isNaN(at) ? undefined : new Date(at),
    relevant: readRelevant(member(json, 'relevant_attributes')),
  }
  const contradicts = contradiction(plan, {
    plannedValues: member(json, 'planned_values'),
    priorState: member(json, 'prior_state'),
  })
  return contradicts === undefined ? { kind: 'plan', plan } : refused(`The plan is damaged: ${contradicts}.`)
}

function whyNoPlan(json: unknown): string | undefined {
  if (!isRecord(json)) return `The file is JSON and no plan: ${HOW}.`
  if (Object.keys(json).length === 0) return `The file is an empty object: ${HOW}.`
  const version = textOf(json['format_version'])
  if (version === undefined) {
    if ('lineage' in json || ('serial' in json && 'terraform_version' in json)) {
      return `The file is Terraform's state, not a plan: ${HOW}.`
    }
    return `The file is JSON and no plan (it has no format_version): ${HOW}.`
  }
  const isPlan = 'planned_values' in json || 'resource_changes' in json || 'configuration' in json
  if (!isPlan) return `The file is a state as "terraform show -json" prints it, not a plan: ${HOW}.`
  const major = /^(\d+)\.\d+$/.exec(version)?.[1]
  if (major === '0') return `The plan is in format ${version}, of Terraform before 1.1: make it with a newer one.`
  if (major !== '1') return `The plan is in format ${version}, and this version of vedette reads format 1.`
  if (json['errored'] === true) return 'Terraform met an error while it made this plan, so parts of it are missing.'
  if (listOf(json['deferred_changes']).length > 0) {
    return 'Terraform deferred changes, so the plan does not say what will become of everything.'
  }
  if (json['complete'] === false) {
    return 'The plan is not complete: with -target, or with deferred changes, parts of the configuration are left out.'
  }
  for (const part of ['configuration', 'planned_values']) {
    if (!isRecord(json[part])) return `The plan has no ${part}: ${HOW}, whole.`
  }
  const changes = json['resource_changes']
  return changes === undefined || Array.isArray(changes)
    ? undefined
    : 'The plan is damaged: its resource_changes are no list.'
}

function decode(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  // Drops the byte order mark. What is no UTF-8 becomes characters that no JSON outside of text has.
  return new TextDecoder(encoding).decode(bytes)
}

function parse(text: string): { readonly value: unknown } | { readonly refused: string } {
  try {
    const value: unknown = JSON.parse(text)
    return { value }
  } catch (error) {
    if (/^\s*\{"@level"/.test(text)) {
      return { refused: `The file is the log of "terraform plan -json", not the plan: ${HOW}.` }
    }
    if (/^\s*[[{]/.test(text) && endsTooEarly(text, String(error))) {
      return { refused: `The file is cut off in the middle: ${HOW}.` }
    }
    return { refused: `The file is not JSON: ${HOW}.` }
  }
}

/** Whether JSON was as it should be up to its end, and not at its end. The message is V8's. */
function endsTooEarly(text: string, message: string): boolean {
  if (/end of JSON|Unterminated/.test(message)) return true
  const position = /at position (\d+)/.exec(message)?.[1]
  return position !== undefined && Number(position) >= text.trimEnd().length
}

function refused(why: string): PlanFile {
  return { kind: 'refused', why }
}
