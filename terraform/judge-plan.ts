import type { Check } from '#core/check.ts'
import { Evaluation, type EvaluationInput, type Listing, type PairCount, type Result } from '#core/evaluation.ts'
import { fingerprint } from '#core/finding.ts'
import type { ReportResult } from '#core/report.ts'
import { GLOBAL, type Resource } from '#core/resource.ts'
import type { SelectedCheck } from '#core/selection.ts'
import { readAccounts, type AccountOfPlan } from './accounts.ts'
import { writtenAt } from './address.ts'
import type { FactsFile } from './facts.ts'
import { hiddenReferences } from './hidden.ts'
import type { Mapping, Setting } from './mapping.ts'
import { notExamined } from './not-examined.ts'
import type { Change, Plan } from './plan.ts'
import { Secrets } from './secrets.ts'
import { settingResource } from './settings.ts'
import { NOWHERE } from './snapshot.ts'
import type { SourceView } from './source-view.ts'
import type { StandIn } from './stand-in.ts'
import { hasTwin, reads, readsOnly } from './twins.ts'

/** A plan, and what is asked of it. */
export interface PlanQuestion {
  readonly plan: Plan
  readonly checks: readonly SelectedCheck[]
  readonly mappings: readonly Mapping[]
  readonly settings: readonly Setting[]
  readonly facts?: FactsFile
  readonly source?: SourceView
  /** When it is judged, where the plan does not say when it was made. */
  readonly now: Date
}

export interface PlanJudgement {
  /** All verdicts, in the plan's order. */
  readonly results: readonly ReportResult[]
  readonly counts: readonly PairCount[]
  /** AWS types with changes that none of the checks reads, most frequent first. */
  readonly notExamined: readonly { readonly type: string; readonly resources: number }[]
  /** Ids of the checks that no plan can answer. */
  readonly withoutTwin: readonly string[]
  /** What its reader has to be told besides. Whole sentences. */
  readonly notices: readonly string[]
}

/**
 * Judges what a plan will make of its accounts: the same checks, on the same kinds of resources as after a scan. Pure.
 * Cost: each judged resource by each check on its type; what surrounds it is worked out when a rule asks.
 */
export function judgePlan(question: PlanQuestion): PlanJudgement {
  const { checks, mappings, settings } = question
  const asked = checks.filter(({ check }) => hasTwin(check, mappings, settings))
  const accounts = readAccounts(
    question,
    asked.map(({ check }) => check),
  )
  const judged = accounts.map((account) => judgeAccount(account, asked, question))
  const results = judged.flatMap((one) => one.results)
  const told = new Set([
    ...accounts.flatMap(({ linked }) => [...linked]),
    ...results.map(({ resource }) => resource?.address ?? ''),
  ])
  const { types, ofOthers } = notExamined(question, asked, told)
  const secrets = new Secrets(question.plan)
  return {
    results: results.map((result) => secrets.hide(result)),
    counts: added(judged.flatMap(({ counts }) => counts)),
    notExamined: types,
    withoutTwin: checks.filter((selected) => !asked.includes(selected)).map(({ check }) => check.id),
    notices: [...noticesOf(question), ...ofOthersNotice(ofOthers)],
  }
}

function noticesOf({ plan, source }: PlanQuestion): readonly string[] {
  const [first, ...others] = source === undefined ? hiddenReferences(plan) : []
  if (first === undefined) return []
  const what = others.length === 0 ? first : `${first} and ${others.length} more`
  return [
    `The plan depends on ${what} in a place that its JSON leaves out, a local value or a dynamic block: where that sets something, the default of AWS may stand here instead. Give the Terraform files (--source).`,
  ]
}

/** So many addresses can be read in one sentence. */
const MOST_NAMED = 3

function ofOthersNotice(addresses: readonly string[]): readonly string[] {
  if (addresses.length === 0) return []
  const more = addresses.length - MOST_NAMED
  const what = `${addresses.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return [`Not examined, for this plan does not manage what they belong to: ${what}.`]
}

function judgeAccount(
  account: AccountOfPlan,
  checks: readonly SelectedCheck[],
  question: PlanQuestion,
): Pick<PlanJudgement, 'results' | 'counts'> {
  const observedAt = question.plan.plannedAt ?? question.now
  const evaluationOf = (of: readonly SelectedCheck[], resources: readonly Resource[]): Evaluation =>
    new Evaluation(inputFor(account, of, resources, observedAt))

  const judged = account.resources.filter(({ isJudged }) => isJudged)
  const ofResources = evaluationOf(
    checks,
    judged.map(({ resource }) => resource),
  )
  const results = judged.flatMap(({ resource, change }) =>
    checks
      .filter(({ check }) => check.on.type === resource.type)
      .slice(0, 1)
      .flatMap(({ check }) => ofResources.judge(resource, placeOf(check, resource)))
      .map((result) => reported(result, resource, change, account, question)),
  )
  // Each setting is judged alone, by the checks that ask for nothing else: of the others the plan says nothing.
  const ofSettings = account.settings
    .filter(({ isJudged }) => isJudged)
    .map((planned) => {
      const { setting, change } = planned
      const resource = settingResource(planned)
      const own = checks.filter(({ check }) => check.on.type === setting.of.type && readsOnly(check, [setting.field]))
      const evaluation = evaluationOf(own, [resource])
      const found = evaluation.judge(resource, resource.location)
      return {
        results: found.map((result) => reported(result, resource, change, account, question)),
        counts: evaluation.counts(),
      }
    })
  const ofStandIns = account.standIns.flatMap((standIn) =>
    checks.map((selected) => {
      const { check } = selected
      const reportedAt = partsToReport(
        standIn,
        check,
        (one) => evaluationOf([selected], [one]).judge(one, placeOf(check, one))[0],
      )
      const evaluation = evaluationOf(
        [selected],
        reportedAt.map(({ resource }) => resource),
      )
      const found = reportedAt.flatMap(({ resource, change }) =>
        evaluation
          .judge(resource, placeOf(check, resource))
          .map((result) => reported(result, resource, change, account, question)),
      )
      return { results: found, counts: evaluation.counts() }
    }),
  )
  const apart = [...ofStandIns, ...ofSettings]
  return {
    results: [...results, ...apart.flatMap((judgement) => judgement.results)],
    counts: [...ofResources.counts(), ...apart.flatMap(({ counts }) => counts)],
  }
}

/**
 * Where a verdict on a resource that the plan does not manage stands: at each companion that brings it about alone, else at
 * the first that has to do with it; and at those of which something is not known yet, for they may bring it about.
 */
function partsToReport(
  { data, parts }: StandIn,
  check: Check,
  judge: (resource: Resource) => Result | undefined,
): readonly { readonly resource: Resource; readonly change: Change }[] {
  const own = parts.filter(
    ({ alone, sets }) => check.on.type === alone.type && sets.some((field) => reads(check, alone.type, field)),
  )
  const [first] = own
  if (first === undefined) return []
  const whole = { ...first.alone, data }
  const verdict = judge(whole)?.verdict
  const judged = own.map((part) => ({ part, result: judge(part.alone) }))
  const decides = judged.some(({ result }) => verdict !== 'unknown' && result?.verdict === verdict)
  return judged.flatMap(({ part, result }) => {
    const { alone, change } = part
    if (decides && result?.verdict === verdict) return [{ resource: alone, change }]
    if (!decides && part === first) return [{ resource: whole, change }]
    const isNotKnownYet = result?.missing.some(({ reasons }) => reasons.some(({ kind }) => kind !== 'elsewhere'))
    return result?.verdict === 'unknown' && isNotKnownYet === true ? [{ resource: alone, change }] : []
  })
}

function placeOf(check: Check, resource: Resource): string {
  return check.on.listed === 'global' ? GLOBAL : resource.location
}

function inputFor(
  { accountId, snapshot }: AccountOfPlan,
  checks: readonly SelectedCheck[],
  resources: readonly Resource[],
  observedAt: Date,
): EvaluationInput {
  const regions = [...new Set(resources.map(({ location }) => location))]
  const listings = [GLOBAL, ...regions].flatMap((location) =>
    checks.map(({ check }): Listing => ({ type: check.on.type, location, complete: true, reasons: [], observedAt })),
  )
  return {
    partition: 'aws',
    accountId: accountId ?? '',
    checks,
    regions: regions.filter((region) => region !== GLOBAL),
    wantedRegions: null,
    listings,
    snapshot,
    keep: 'all',
  }
}

function reported(
  result: Result,
  resource: Resource,
  change: Change,
  { accountId }: AccountOfPlan,
  { source }: PlanQuestion,
): ReportResult {
  const location = resource.location === NOWHERE ? null : resource.location
  return {
    checkId: result.checkId,
    severity: result.severity,
    verdict: result.verdict,
    accountId,
    location,
    resource: {
      type: resource.type,
      id: resource.id,
      name: resource.name,
      arn: resource.arn,
      address: change.address,
      tags: resource.tags,
    },
    evidence: result.evidence,
    missing: result.missing,
    fingerprint: fingerprint({
      partition: 'aws',
      accountId: accountId ?? '',
      checkId: result.checkId,
      // By address: an ARN is not known before the plan is applied.
      resource: { type: resource.type, id: resource.id, arn: null, location: location ?? '' },
    }),
    source: source?.rangeOf(writtenAt(change)) ?? null,
    history: null,
  }
}

/** Pairs of several accounts as one, without those that judged nothing. */
function added(counts: readonly PairCount[]): readonly PairCount[] {
  const byPair = Map.groupBy(counts, ({ checkId, location }) => `${checkId} ${location}`)
  return [...byPair.values()].flatMap((pairs) => {
    const [first] = pairs
    if (first === undefined) return []
    const sum = (verdict: keyof PairCount['counts']): number =>
      pairs.reduce((total, pair) => total + pair.counts[verdict], 0)
    const total = {
      pass: sum('pass'),
      fail: sum('fail'),
      unknown: sum('unknown'),
      not_applicable: sum('not_applicable'),
    }
    const outOfSight = pairs.reduce((all, pair) => all + (pair.outOfSight ?? 0), 0)
    return Object.values(total).some((count) => count > 0) ? [{ ...first, counts: total, outOfSight }] : []
  })
}
