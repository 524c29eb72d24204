import { actionsOf, lets, resourcesOf, type Matcher } from './matching.ts'
import type { Mentions } from './mentions.ts'
import { asArn, literal, pattern, type Pattern } from './pattern.ts'
import type { Mode } from './reach.ts'
import { remembered } from './remembered.ts'
import type { Statement } from './statement.ts'
import { tellApart, type Group } from './tell-apart.ts'
import { allOf, type Tri } from './tri.ts'
import type { Lookup } from './variables.ts'

/** Something that a request may want to do to a resource. */
export interface Deed {
  /** Whether each statement is about it, its effect aside. */
  readonly isMeant: ReadonlyMap<Statement, Tri>
  /** On some resource of those that the policy hangs on, nobody knows which: only the action decides what is meant. */
  readonly isOnSome: boolean
  readonly isSignedOnly: boolean
}

interface Around {
  readonly statements: readonly Statement[]
  readonly mentions: Mentions
  /** The actions that somebody asks about, wildcards read. */
  readonly asked: readonly string[] | undefined
  /** The resource that the policy hangs on. */
  readonly resource: string | undefined
  readonly mode: Mode
  readonly lookUp: Lookup
}

/** Services that take no unsigned requests (AWS STS API Reference; AWS KMS Developer Guide, "Key policies"). */
const SIGNED_ONLY = /^(sts|kms):/

/**
 * Deeds between which a policy can answer differently: of the service and on the resource that it hangs on or, where
 * nobody said which that is, of those that it names; any where it names none.
 */
export function deedsIn(around: Around): readonly Deed[] {
  const { statements, mentions, mode, lookUp } = around
  const actions = statements.map((statement) => actionsOf(statement))
  const resources = statements.map((statement) => resourcesOf(statement, lookUp))
  const onTargetsOf = remembered((service: string) =>
    targetsIn(service, resources, around).map((target) => resources.map((one) => lets(one, target))),
  )
  const deeds = new Map<string, Deed>()
  const add = (action: string, meant: readonly Tri[], isOnSome: boolean): void => {
    const isSignedOnly = SIGNED_ONLY.test(action)
    const name = JSON.stringify([meant.map((one) => (typeof one === 'boolean' ? one : null)), isSignedOnly, isOnSome])
    if (deeds.has(name)) return
    const isMeant = new Map(statements.map((statement, index) => [statement, meant[index] ?? false]))
    deeds.set(name, { isMeant, isOnSome, isSignedOnly })
  }
  for (const action of actionsIn(actions, around)) {
    const asAction = actions.map((one) => lets(one, action))
    for (const onTarget of onTargetsOf(action.split(':')[0] ?? '')) {
      const both = asAction.map((one, index) => allOf([one, onTarget[index] ?? false]))
      add(action, both, false)
    }
    if (mentions.isPartial && mode === 'certain') add(action, asAction, true)
  }
  return [...deeds.values()]
}

function actionsIn(actions: readonly Matcher[], around: Around): readonly string[] {
  const groups = actions.map(({ known }) => known)
  const services = servicesIn(around)
  const any = services.length === 0 || mayBeOther(around) ? ['?*:?*'] : []
  const forms = around.asked?.map((action) => action.toLowerCase()) ?? [
    ...services.map((service) => `${service}:?*`),
    ...any,
  ]
  return forms.flatMap((form) => tellApart(groups, [pattern(form)]))
}

/** Whether something that could not be read may say that the policy hangs on something else than what it names. */
function mayBeOther({ mentions, resource, mode }: Around): boolean {
  return resource === undefined && mentions.isPartial && mode === 'possible'
}

function servicesIn({ mentions, resource }: Around): readonly string[] {
  const ofActions = mentions.actions.map((action) => action.toLowerCase().split(':')[0] ?? '')
  const ofResources = mentions.resources.map((arn) => serviceOf(arn))
  const named = resource === undefined ? [...ofActions, ...ofResources] : [serviceOf(resource)]
  return [...new Set(named)].filter((service) => /^[a-z0-9-]+$/.test(service))
}

/** The service of an ARN; nothing where it is none. */
function serviceOf(arn: string): string {
  return arn.startsWith('arn:') ? (arn.split(':')[2] ?? '') : ''
}

function targetsIn(service: string, resources: readonly Matcher[], around: Around): readonly string[] {
  const { mentions, resource } = around
  const groups = resources.map(({ known }) => known)
  const ofService = asArn(pattern(`arn:*:${service}:*:*:*`))
  const named = resource === undefined ? namedIn(groups, mentions) : withObjects(resource)
  const forms = named.length === 0 || mayBeOther(around) ? [...named, ofService] : named
  const found = tellApart([...groups, { patterns: [ofService] }], forms)
  return found.filter((target) => !target.startsWith('arn:') || serviceOf(target) === service)
}

/** What tells what the policy hangs on: the buckets that it names, else all that does not begin with a wildcard. */
function namedIn(groups: readonly Group[], { resources }: Mentions): readonly Pattern[] {
  const buckets = resources.flatMap((text) => /^(arn:[^:*?]*:s3:::[^/*?$]+)(?:\/|$)/.exec(text)?.[1] ?? [])
  if (buckets.length > 0) return [...new Set(buckets)].flatMap((bucket) => withObjects(bucket))
  return groups.flatMap(({ patterns }) => patterns.filter(([first]) => typeof first === 'string'))
}

/** A resource and, of a bucket, whatever may be in it. */
function withObjects(arn: string): readonly Pattern[] {
  const isBucket = /^arn:[^:]*:s3:::[^/]+$/.test(arn)
  return isBucket ? [literal(arn), [...literal(`${arn}/`), ...pattern('?*')]] : [literal(arn)]
}
