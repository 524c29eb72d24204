import { isUnknown } from '../stored.ts'
import type { Mentions } from './mentions.ts'
import { common, hasWildcard, instance, matches, pattern, split } from './pattern.ts'
import type { Mode } from './reach.ts'
import type { Statement } from './statement.ts'
import { resolve, type Lookup } from './variables.ts'

interface Around {
  readonly fill: string
  /** While something could not be read, what others might mean is tried only to see what is possible. */
  readonly mode: Mode
}

/** Past these, patterns are no longer tried two at a time. */
const MANY = 40

/**
 * Actions between which the policy can answer differently, in lower case: one for each way its patterns overlap.
 * `asked` limits them to those that somebody asked about.
 */
export function actionsIn(
  mentions: Mentions,
  {
    fill,
    mode,
    asked,
    resource,
  }: Around & { readonly asked: readonly string[] | undefined; readonly resource: string | undefined },
): readonly string[] {
  const texts = mentions.actions.map((action) => action.toLowerCase())
  const services = servicesIn(mentions, resource)
  const generic = services.length === 0 || (mentions.isPartial && mode === 'possible') ? [`${fill}:${fill}`] : []
  const anyOfService = services.map((service) => pattern(`${service}:?*`))
  const patterns = texts.map((text) => pattern(text))
  const wanted = asked?.map((action) => pattern(action.toLowerCase()))

  const ofPatterns = patterns.flatMap((one) => {
    const [service = []] = split(one, ':', 2)
    if (hasWildcard(service)) return anyOfService.flatMap((any) => common(one, any, fill) ?? [])
    return [instance(one, fill), instance(one, '')]
  })
  const pairs = pairsOf(patterns, fill).filter(
    (action) => services.length === 0 || services.some((s) => action.startsWith(`${s}:`)),
  )
  const others = services.map((service) => `${service}:${fill}`)
  const all = distinct([...ofPatterns, ...pairs, ...others, ...generic]).filter((action) => !action.endsWith(':'))
  if (wanted === undefined) return all
  const met = wanted.flatMap((one) => [
    instance(one, fill),
    ...patterns.flatMap((other) => common(one, other, fill) ?? []),
  ])
  return distinct([...all, ...met]).filter((action) => wanted.some((one) => matches(one, action)))
}

/** The services that a policy is about: those that it and its resource name. */
function servicesIn(mentions: Mentions, resource: string | undefined): readonly string[] {
  const ofActions = mentions.actions.map((action) => action.toLowerCase().split(':')[0] ?? '')
  const arns = [...mentions.resources.map(({ text }) => text), ...(resource === undefined ? [] : [resource])]
  const ofResources = arns.map((arn) => (arn.startsWith('arn:') ? (arn.split(':')[2] ?? '') : ''))
  return distinct([...ofActions, ...ofResources]).filter((service) => /^[a-z0-9-]+$/.test(service))
}

/**
 * ARNs between which the policy can answer differently. `asked` is the resource that the policy hangs on: then only it,
 * and the objects of a bucket, are meant.
 */
export function targetsIn(
  mentions: Mentions,
  statements: readonly Statement[],
  { fill, mode, asked }: Around & { readonly asked: string | undefined },
): readonly string[] {
  // A `${` that is no variable (before version 2012-10-17) is text that nobody puts in a name.
  const patterns = mentions.resources.filter(({ text }) => !text.includes('${')).map(({ text }) => pattern(text))
  const concrete = patterns.filter((one) => typeof one[0] === 'string')
  const buckets = distinct(
    mentions.resources.flatMap(({ text }) => /^(arn:[^:*?]*:s3:::[^/*?$]+)/.exec(text)?.[1] ?? []),
  )
  const found = [
    ...concrete.flatMap((one) => [instance(one, fill), instance(one, 'x'), instance(one, '')]),
    ...pairsOf(patterns, fill),
    ...buckets.flatMap((bucket) => [bucket, `${bucket}/${fill}`]),
  ].filter((arn) => !arn.endsWith('/') && !arn.endsWith(':'))
  if (asked !== undefined) {
    const below = isBucket(asked) ? [pattern(`${asked}/?*`)] : []
    const inside = below.flatMap((any) => patterns.flatMap((one) => common(one, any, fill) ?? []))
    const within = found.filter((arn) => arn === asked || (isBucket(asked) && arn.startsWith(`${asked}/`)))
    return distinct([asked, ...(isBucket(asked) ? [`${asked}/${fill}`] : []), ...within, ...inside])
  }
  const needsOther =
    (mentions.isPartial ? mode === 'possible' : concrete.length === 0) ||
    statements.some(({ resource }) => resource === null || (!isUnknown(resource) && resource.negated))
  return distinct([...found, ...(needsOther ? [fill] : [])])
}

/** ARNs for the resources that hold variables, each replaced by what the request holds. */
export function targetsWithVariables(
  mentions: Mentions,
  variables: Statement['variables'],
  fill: string,
  lookUp: Lookup,
): readonly string[] {
  return mentions.resources.flatMap(({ text, hasVariables }) => {
    if (!hasVariables) return []
    const wanted = resolve(text, { variables, wildcards: true, lookUp })
    return wanted === null || isUnknown(wanted) ? [] : [instance(wanted, fill)]
  })
}

function isBucket(arn: string): boolean {
  return /^arn:[^:]*:s3:::[^/]+$/.test(arn)
}

function pairsOf(patterns: readonly ReturnType<typeof pattern>[], fill: string): readonly string[] {
  const few = patterns.slice(0, MANY)
  return few.flatMap((one, index) => few.slice(index + 1).flatMap((other) => common(one, other, fill) ?? []))
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
