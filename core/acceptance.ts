import type { Check } from './check.ts'
import type { Exception } from './exception.ts'
import { matches, pattern, type Pattern } from './iam/pattern.ts'
import { isBeside, type InlineSkip } from './inline-skip.ts'
import type { Acceptance, ReportResult } from './report.ts'

export interface AcceptInput {
  readonly results: readonly ReportResult[]
  readonly exceptions: readonly Exception[]
  readonly skips: readonly InlineSkip[]
  /** All checks there are, for ids and aliases. */
  readonly catalogue: readonly Pick<Check, 'id' | 'aliases'>[]
  /** Ids of the checks that were asked. */
  readonly asked: ReadonlySet<string>
  readonly now: Date
}

export interface Accepted {
  readonly of: ReadonlyMap<ReportResult, Acceptance>
  /** Whole sentences about what has expired, matches nothing or cannot be understood. */
  readonly notices: readonly string[]
}

/** An exception or a comment, ready to be matched. */
interface Rule {
  /** How people find it. */
  readonly name: string
  readonly acceptance: Acceptance
  readonly checkIds: ReadonlySet<string>
  readonly matches: (result: ReportResult) => boolean
  /** Says what keeps it from counting; null: nothing does. */
  readonly voidBecause: ((matched: number) => string) | null
  /** What to say when it matches nothing; null: it is about what this run did not look at. */
  readonly unused: string | null
  matched: number
}

/**
 * Which failures and unknowns people have accepted. The first rule that matches wins; exceptions come before comments.
 * A rule never matches by an ARN, address, region, account or tag that is not known, nor a listing as a whole. Cost:
 * results × the rules on their check, each linear in the text it looks at (wildcards do not backtrack).
 */
export function acceptResults(input: AcceptInput): Accepted {
  const notices: string[] = []
  const seen = whatIsThere(input.results)
  const named = checksByName(input.catalogue)
  const resolve = (names: readonly string[], name: string): ReadonlySet<string> => {
    const ids = new Set<string>()
    for (const given of names) {
      const check = named.get(given)
      if (check === undefined) notices.push(`${name} names a check that does not exist: "${given}".`)
      else ids.add(check)
    }
    return ids
  }
  const rules = [
    ...input.exceptions.map((exception) => ruleOfException(exception, { ...input, seen, resolve })),
    ...input.skips.map((skip) => ruleOfSkip(skip, { ...input, resolve })),
  ]
  return { of: match(input.results, rules), notices: [...notices, ...complaints(rules)] }
}

function match(results: readonly ReportResult[], rules: readonly Rule[]): ReadonlyMap<ReportResult, Acceptance> {
  const byCheck = new Map<string, Rule[]>()
  for (const rule of rules) {
    for (const id of rule.checkIds) byCheck.set(id, [...(byCheck.get(id) ?? []), rule])
  }
  const accepted = new Map<ReportResult, Acceptance>()
  for (const result of results) {
    if (result.resource === null || (result.verdict !== 'fail' && result.verdict !== 'unknown')) continue
    for (const rule of byCheck.get(result.checkId) ?? []) {
      if (!rule.matches(result)) continue
      rule.matched++
      if (rule.voidBecause === null && !accepted.has(result)) accepted.set(result, rule.acceptance)
    }
  }
  return accepted
}

function complaints(rules: readonly Rule[]): readonly string[] {
  // A rule without checks has been named already: none of its checks exists.
  const told = rules.filter(({ checkIds }) => checkIds.size > 0)
  const elsewhere = told.filter(
    (rule) => rule.voidBecause === null && rule.matched === 0 && rule.unused === null,
  ).length
  const are = elsewhere === 1 ? 'exception is' : 'exceptions are'
  return [
    ...told.flatMap((rule) => {
      if (rule.voidBecause !== null) return [`${rule.name} ${rule.voidBecause(rule.matched)}.`]
      return rule.matched === 0 && rule.unused !== null ? [`${rule.name} ${rule.unused}.`] : []
    }),
    ...(elsewhere === 0 ? [] : [`${elsewhere} ${are} about checks, accounts, regions or addresses outside this run.`]),
  ]
}

/** What the results are about, to tell an exception that is wrong from one that is about something else. */
interface Seen {
  readonly regions: ReadonlySet<string>
  readonly accounts: ReadonlySet<string>
  readonly hasAddresses: boolean
  readonly hasArns: boolean
}

function whatIsThere(results: readonly ReportResult[]): Seen {
  const seen = { regions: new Set<string>(), accounts: new Set<string>(), hasAddresses: false, hasArns: false }
  for (const { location, accountId, resource } of results) {
    if (location !== null) seen.regions.add(location)
    if (accountId !== null) seen.accounts.add(accountId)
    seen.hasAddresses ||= (resource?.address ?? null) !== null
    seen.hasArns ||= (resource?.arn ?? null) !== null
  }
  return seen
}

type Resolve = (names: readonly string[], name: string) => ReadonlySet<string>

function ruleOfException(
  exception: Exception,
  { asked, now, seen, resolve }: AcceptInput & { readonly seen: Seen; readonly resolve: Resolve },
): Rule {
  const { checks, reason, approvedBy, expiresAt, from } = exception
  const name = nameOf(exception)
  const checkIds = checks === null ? asked : resolve(checks, name)
  const resources = exception.resources?.map(pattern) ?? null
  const tags = Object.entries(exception.tags).map(([key, value]) => [key, pattern(value)] as const)
  return {
    name,
    acceptance: { reason, approvedBy, expiresAt, from },
    checkIds,
    matches: ({ resource, location, accountId }) =>
      resource !== null &&
      (resources === null || resources.some((glob) => covers(glob, resource.arn) || covers(glob, resource.address))) &&
      isAmong(exception.regions, location) &&
      isAmong(exception.accounts, accountId) &&
      tags.every(([key, value]) => covers(value, tagOf(resource.tags, key))),
    voidBecause: expiresAt === null || expiresAt > now ? null : (matched) => expired(expiresAt, matched),
    unused: isAbout(exception, checkIds, asked, seen) ? unusedBecause(exception, seen) : null,
    matched: 0,
  }
}

function covers(glob: Pattern, text: string | null): boolean {
  return text !== null && matches(glob, text)
}

function isAmong(wanted: readonly string[] | null, actual: string | null): boolean {
  return wanted === null || (actual !== null && wanted.includes(actual))
}

function tagOf(tags: Readonly<Record<string, string>> | null, key: string): string | null {
  return tags !== null && Object.hasOwn(tags, key) ? (tags[key] ?? null) : null
}

function expired(at: Date, matched: number): string {
  // A day that was given lasts until its end, which is midnight of the next.
  const day = new Date(at.getTime() - 1).toISOString().slice(0, 10)
  const again = matched === 1 ? '1 result counts again' : `${matched} results count again`
  return `expired after ${day} and counts as none: ${matched === 0 ? 'nothing needs it any more' : again}`
}

/** Whether an exception concerns what this run looked at. */
function isAbout(
  { regions, accounts, resources }: Exception,
  checkIds: ReadonlySet<string>,
  asked: ReadonlySet<string>,
  seen: Seen,
): boolean {
  return (
    [...checkIds].some((id) => asked.has(id)) &&
    (regions === null || regions.some((region) => seen.regions.has(region))) &&
    (accounts === null || accounts.some((account) => seen.accounts.has(account))) &&
    (resources === null || seen.hasAddresses || resources.some(mayBeArn))
  )
}

function mayBeArn(glob: string): boolean {
  return /^(arn:|[*?])/.test(glob)
}

function unusedBecause({ resources }: Exception, seen: Seen): string {
  const onlyArns = resources !== null && resources.every((glob) => glob.startsWith('arn:'))
  return onlyArns && !seen.hasArns
    ? 'matches nothing: nothing here has an ARN yet, so name addresses'
    : 'matches nothing: correct it, or remove it'
}

function nameOf({ checks, resources, tags, from }: Exception): string {
  const keys = Object.keys(tags)
  const where = resources ?? (keys.length > 0 ? keys.map((key) => `tag ${key}`) : null)
  return `The exception in ${from} for ${brief(checks) ?? 'all checks'}${where === null ? '' : ` on ${brief(where)}`}`
}

function brief(members: readonly string[] | null): string | null {
  if (members === null) return null
  return members.length <= 2
    ? members.join(' and ')
    : `${members.slice(0, 2).join(', ')} and ${members.length - 2} more`
}

function ruleOfSkip(skip: InlineSkip, { asked, resolve }: AcceptInput & { readonly resolve: Resolve }): Rule {
  const from = `${skip.file}:${skip.line}`
  const name = `The comment vedette:skip=${skip.check} in ${from}`
  const checkIds = resolve([skip.check], name)
  return {
    name,
    acceptance: { reason: skip.reason, approvedBy: null, expiresAt: null, from },
    checkIds,
    matches: ({ source }) => source !== null && isBeside(skip, source),
    voidBecause:
      skip.reason === '' ? () => `gives no reason and counts as none: write vedette:skip=${skip.check}:why` : null,
    unused: [...checkIds].some((id) => asked.has(id)) ? 'matches nothing: correct it, or remove it' : null,
    matched: 0,
  }
}

function checksByName(catalogue: AcceptInput['catalogue']): ReadonlyMap<string, string> {
  // An id wins over another check's alias.
  return new Map([
    ...catalogue.flatMap(({ id, aliases }) => aliases.map((alias) => [alias, id] as const)),
    ...catalogue.map(({ id }) => [id, id] as const),
  ])
}
