import { Configuration } from './configuration.ts'
import { contradictionAfter, contradictionBefore } from './contradiction.ts'
import { isRecord, listOf, member, textOf } from './json.ts'
import { membersIn, membersOf, type Members } from './json-members.ts'
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
 * judged is refused with a sentence, for a gate must never pass because it could not read its input. Memory: the text, and
 * one of its parts at a time while it is parsed; what nobody reads is not parsed (docs/decisions/0013-plan-json.md).
 */
export function readPlanFile(bytes: Uint8Array): PlanFile {
  if (bytes.length === 0) return refused(`The file is empty: ${HOW}.`)
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return { kind: 'binary' }
  const utf8 = bytes[0] === 0xff && bytes[1] === 0xfe ? asUtf8(bytes) : bytes
  const members = membersIn(utf8)
  if (members === 'too deep') return refused(`The file is nested deeper than any plan: ${HOW}.`)
  return members === undefined ? refused(whyNoJson(utf8)) : readMembers(members)
}

/** The same, from JSON that is parsed already. */
export function readPlan(json: unknown): PlanFile {
  const members = membersOf(json)
  return members === undefined ? refused(`The file is JSON and no plan: ${HOW}.`) : readMembers(members)
}

function readMembers(members: Members): PlanFile {
  try {
    const why = whyNoPlan(members)
    return why === undefined ? readParts(members) : refused(why)
  } catch (error) {
    if (error instanceof SyntaxError) return refused(`The file is not JSON: ${HOW}.`)
    throw error
  }
}

function readParts(members: Members): PlanFile {
  const damaged = (how: string): PlanFile => refused(`The plan is damaged: ${how}.`)
  const changes = readChanges(members.value('resource_changes'))
  if (typeof changes === 'string') return damaged(changes)
  const written = members.value('configuration')
  if (!isRecord(written)) return refused(`The plan has no configuration: ${HOW}, whole.`)
  const configuration = new Configuration(written)
  const otherwise = contradictionAfter(changes, configuration, members.value('planned_values'))
  if (otherwise !== undefined) return damaged(otherwise)
  const priorState = members.value('prior_state')
  const before = contradictionBefore(changes, priorState)
  if (before !== undefined) return damaged(before)

  const variables = members.value('variables')
  const at = Date.parse(textOf(members.value('timestamp')) ?? '')
  const plan: Plan = {
    changes,
    configuration,
    variables: new Map(
      Object.entries(isRecord(variables) ? variables : {}).map(([name, held]) => [name, member(held, 'value')]),
    ),
    readData: readDataOf(priorState),
    plannedAt: Number.isNaN(at) ? undefined : new Date(at),
    relevant: readRelevant(members.value('relevant_attributes')),
  }
  return { kind: 'plan', plan }
}

function readChanges(entries: unknown): readonly Change[] | string {
  if (entries !== undefined && !Array.isArray(entries)) return 'its resource_changes are no list'
  const changes: Change[] = []
  for (const entry of listOf(entries)) {
    // What is left of an earlier replacement, to be deleted: it is nobody's any more.
    if (textOf(member(entry, 'deposed')) !== undefined) continue
    const change = readChange(entry)
    if (typeof change === 'string') return change
    changes.push(change)
  }
  return changes
}

function whyNoPlan(members: Members): string | undefined {
  const { names } = members
  if (names.size === 0) return `The file is an empty object: ${HOW}.`
  const version = textOf(members.value('format_version'))
  if (version === undefined) {
    if (names.has('lineage') || (names.has('serial') && names.has('terraform_version'))) {
      return `The file is Terraform's state, not a plan: ${HOW}.`
    }
    return `The file is JSON and no plan (it has no format_version): ${HOW}.`
  }
  const isPlan = ['planned_values', 'resource_changes', 'configuration'].some((name) => names.has(name))
  if (!isPlan) return `The file is a state as "terraform show -json" prints it, not a plan: ${HOW}.`
  const major = /^(\d+)\.\d+$/.exec(version)?.[1]
  if (major === '0') return `The plan is in format ${version}, of Terraform before 1.1: make it with a newer one.`
  if (major !== '1') return `The plan is in format ${version}, and this version of vedette reads format 1.`
  if (members.value('errored') === true)
    return 'Terraform met an error while it made this plan, so parts of it are missing.'
  if (listOf(members.value('deferred_changes')).length > 0) {
    return 'Terraform deferred changes, so the plan does not say what will become of everything.'
  }
  if (members.value('complete') === false) {
    return 'The plan is not complete: with -target, or with deferred changes, parts of the configuration are left out.'
  }
  const missing = ['configuration', 'planned_values'].find((part) => !names.has(part))
  return missing === undefined ? undefined : `The plan has no ${missing}: ${HOW}, whole.`
}

function asUtf8(utf16: Uint8Array): Uint8Array {
  return new TextEncoder().encode(new TextDecoder('utf-16le').decode(utf16))
}

/** Of text that is no JSON object: what it is instead. */
function whyNoJson(bytes: Uint8Array): string {
  // Drops the byte order mark. What is no UTF-8 becomes characters that no JSON outside of text has.
  const text = new TextDecoder().decode(bytes)
  try {
    JSON.parse(text)
    return `The file is JSON and no plan: ${HOW}.`
  } catch (error) {
    if (/^\s*\{"@level"/.test(text)) return `The file is the log of "terraform plan -json", not the plan: ${HOW}.`
    const isCutOff = (/^\s*[[{]/.test(text) && endsTooEarly(text, String(error))) || /^\s*\{\s*$/.test(text)
    return isCutOff ? `The file is cut off in the middle: ${HOW}.` : `The file is not JSON: ${HOW}.`
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
