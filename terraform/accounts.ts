import { Account, AccountRegion } from '#core/account.ts'
import type { Check, Snapshot } from '#core/check.ts'
import { typesRead } from '#core/evaluation.ts'
import { GLOBAL, type Resource, type ResourceType } from '#core/resource.ts'
import { isUnknown } from '#core/stored.ts'
import { Expressions } from './expressions.ts'
import { AccountFacts } from './facts.ts'
import { isRecord, textOf } from './json.ts'
import { isJudged, isTouched } from './judged.ts'
import type { PlanQuestion } from './judge-plan.ts'
import { Links } from './links.ts'
import type { Mapped, Mapping } from './mapping.ts'
import { Names } from './names.ts'
import { PlannedResource, type Surroundings } from './planned-resource.ts'
import type { Change } from './plan.ts'
import { Scopes } from './scope.ts'
import { settingsOf, valueOfAll, type PlannedSetting } from './settings.ts'
import { belonging, NOWHERE, planSnapshot } from './snapshot.ts'
import { standInsOf, type StandIn } from './stand-in.ts'
import type { Told } from './told.ts'
import { isNew } from './view.ts'

/** One account that a plan changes, as far as it tells one from another. */
export interface AccountOfPlan {
  readonly accountId: string | null
  readonly resources: readonly PlacedResource[]
  readonly settings: readonly PlannedSetting[]
  /** What it says of resources that it does not manage. */
  readonly standIns: readonly StandIn[]
  /** Addresses of companions that belong, or may, to something of the plan. */
  readonly linked: ReadonlySet<string>
  readonly snapshot: Snapshot
}

/** A resource of ours, with the change that it comes from. */
export interface PlacedResource {
  readonly resource: Resource
  readonly change: Change
  readonly isJudged: boolean
}

/** Reads the accounts out of a plan: what there will be in each, and what of it is judged. `checks` decide what is read. */
export function readAccounts(question: PlanQuestion, checks: readonly Check[]): readonly AccountOfPlan[] {
  const { plan, source } = question
  const wanted = typesRead(checks)
  const mappings = question.mappings.filter(({ to }) => wanted.has(to.type))
  const expressions = new Expressions(plan, source)
  const scopes = new Scopes(plan, expressions)
  const names = new Names(plan, question.mappings, scopes)
  const links = new Links(plan, { expressions, names, scopes }, mappings)
  const facts = factsByAccount(question)
  const byType = Map.groupBy(plan.changes, ({ type }) => type)
  const around: Surroundings = { plan, byType, expressions, scopes, names, links, source, factsOf: facts }
  const byAccount = Map.groupBy(plan.changes, (change) => scopes.of(change).account)
  return [...byAccount.values()].map((changes) => readAccount(changes, { question, checks, mappings, around }))
}

function readAccount(
  changes: readonly Change[],
  within: {
    readonly question: PlanQuestion
    readonly checks: readonly Check[]
    readonly mappings: readonly Mapping[]
    readonly around: Surroundings
  },
): AccountOfPlan {
  const { question, checks, mappings, around } = within
  const scopes = changes.map((change) => around.scopes.of(change))
  const accountId = scopes.find((scope) => scope.accountId !== null)?.accountId ?? null
  const settings = settingsOf(changes, question.settings, around)
  const mappingsOf = Map.groupBy(mappings, ({ from }) => from)
  const touchedSettings = settings.filter(({ change }) => isTouched(change)).map(({ setting }) => setting)

  const resources = changes
    .filter((change) => change.mode === 'managed' && change.becomes !== 'deleted')
    .flatMap((change) =>
      (mappingsOf.get(change.type) ?? []).flatMap((mapping) => {
        const judged = isJudged(change, mapping, { links: around.links, checks, touchedSettings })
        const planned = new PlannedResource(change, around)
        return mapping
          .resources(planned)
          .map((mapped) => ({ resource: resourceOf(mapping, mapped, planned), change, isJudged: judged }))
      }),
    )
  const facts = around.factsOf(accountId)
  // What the plan has, or had, is what the plan says.
  const had = new Set(changes.flatMap(({ before }) => [textOf(before?.['arn']), textOf(before?.['id'])]))
  const live = facts.resources.filter(({ arn, id }) => !had.has(arn ?? undefined) && !had.has(id))
  const settingsAt = settingsIn(settings, question, facts)
  return {
    accountId,
    resources,
    settings,
    standIns: standInsOf(changes, mappings, around),
    linked: new Set(changes.filter((change) => around.links.isLinked(change)).map(({ address }) => address)),
    snapshot: planSnapshot({
      account: settingsAt(Account, GLOBAL),
      region: (location) => settingsAt(AccountRegion, location),
      resources: Map.groupBy([...resources.map(({ resource }) => resource), ...live], ({ type }) => type),
      newIdentities: new Set(changes.filter(isNew).map((change) => around.names.identityOf(change))),
      managed: managedBelongings(changes, mappings, around),
      isComplete: (type, location) => facts.isComplete(type, location),
    }),
  }
}

/**
 * What the plan manages of what belongs to others, as pairs of type and owner: the flow logs of a VPC, where it makes or
 * deletes one. As far as anybody can see, that is all there is.
 */
function managedBelongings(
  changes: readonly Change[],
  mappings: readonly Mapping[],
  { links, names }: Surroundings,
): ReadonlySet<string> {
  return new Set(
    changes.flatMap((change) => {
      const companions = mappings.filter(({ from }) => from === change.type).flatMap((mapping) => mapping.companions)
      const managed = companions.filter(({ type }) => {
        const { planned, deleted } = links.of(change, type)
        return planned.length + deleted.length > 0
      })
      const types = mappings.filter(({ from }) => managed.some(({ type }) => type === from)).map(({ to }) => to.type)
      return types.map((type) => belonging(type, names.identityOf(change)))
    }),
  )
}

/** The settings that others are judged with: what the plan sets, else what facts tell, else what is assumed. */
function settingsIn(
  settings: readonly PlannedSetting[],
  { settings: known }: PlanQuestion,
  facts: AccountFacts,
): (type: ResourceType, location: string) => unknown {
  return ({ type }, location) => {
    const live = facts.resources.find((resource) => resource.type === type && resource.location === location)?.data
    const assumed = known.filter(({ of }) => of.type === type).map(({ field, assumed: value }) => [field, value])
    const here = settings.filter(({ setting, location: place }) => setting.of.type === type && place === location)
    const planned = [...Map.groupBy(here, ({ setting }) => setting.field)].map(([field, all]) => [
      field,
      valueOfAll(all),
    ])
    return { ...Object.fromEntries(assumed), ...(isRecord(live) ? live : {}), ...Object.fromEntries(planned) }
  }
}

function resourceOf(mapping: Mapping, mapped: Mapped<unknown>, { address, scope }: PlannedResource): Resource {
  return {
    type: mapping.to.type,
    id: mapped.part === undefined ? address : `${address}.${mapped.part}`,
    arn: shown(mapped.arn) ?? null,
    name: shown(mapped.name) ?? address,
    location: mapping.lives === 'global' ? GLOBAL : (scope.region ?? NOWHERE),
    tags: mapped.tags ?? {},
    data: mapped.data,
  }
}

/** What is known and may be shown. */
function shown(told: Told<string> | undefined): string | undefined {
  return told === undefined || isUnknown(told) || told.$sensitive === true || told.$value === ''
    ? undefined
    : told.$value
}

/** Facts of an account by its id; where the plan does not say which account it is, of the only one that there are facts of. */
function factsByAccount({ facts, mappings }: PlanQuestion): (accountId: string | null) => AccountFacts {
  const types = new Map<string, ResourceType>(
    [Account, AccountRegion, ...mappings.map(({ to }) => to)].map((type) => [type.type, type]),
  )
  const accounts = facts?.accounts ?? []
  const read = new Map(accounts.map((account) => [account.accountId, new AccountFacts(account, types)]))
  const none = new AccountFacts(undefined, types)
  const only = accounts.length === 1 ? [...read.values()][0] : undefined
  return (accountId) => (accountId === null ? only : read.get(accountId)) ?? none
}
