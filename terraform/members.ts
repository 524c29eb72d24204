import type { Reason } from '#core/reason.ts'
import type { ResourceType } from '#core/resource.ts'
import { isBased, isPartialList, isUnknown, type Stored } from '#core/stored.ts'
import type { Attributes } from './attributes.ts'
import type { Planned } from './mapping.ts'
import { elsewhere } from './property.ts'
import type { Told } from './told.ts'

/** Members of a list, as far as a plan tells; `incomplete` says why there may be more. */
export interface Members<T> {
  readonly items: readonly Stored<T>[]
  readonly incomplete: readonly Reason[]
}

/** Some fields of a group, as they are stored. */
export type Parts<T, K extends keyof T> = { readonly [P in K]: Stored<T[P]> }

/** What an attribute refers to: see `Planned.reference`. */
export type Refer = (attribute: string) => Told<string> | undefined

/** Where the members of a list may be said, and what there are where nothing is. */
export interface MembersRule<T> {
  /** Whose list it is, for `--facts`. */
  readonly of: ResourceType
  readonly field: string
  /** The resource's own attribute. Where the configuration sets it, it rules out what only AWS has. */
  readonly inline?: { readonly attribute: string; readonly read: (attributes: Attributes) => Members<T> | undefined }
  /** Terraform types whose resources bring members each. */
  readonly companions: readonly {
    readonly type: string
    readonly read: (attributes: Attributes, refer: Refer) => Members<T>
  }[]
  /** What AWS gives a new resource of which nothing is said. */
  readonly created: readonly Stored<T>[]
}

/**
 * A list that a resource holds partly itself and partly through resources of their own: what the plan sets, and what it
 * found there (or `--facts` tell), less what it takes away. A companion that could not be linked may bring one more; of a
 * resource that is there already, nobody knows what else it has.
 */
export function members<T>(planned: Planned, rule: MembersRule<T>): Stored<readonly T[]> {
  const linked = rule.companions.map(({ type, read }) => ({ read, ...planned.companions(type) }))
  const brought = linked.flatMap((own) => own.planned.map((one) => own.read(one.attributes, referTo(one))))
  const unresolved = linked.flatMap((own) => own.unresolved)

  const said = rule.inline?.read(planned.attributes)
  const isSaid = said !== undefined && planned.attributes.isConfigured(rule.inline?.attribute ?? '')
  const base = isSaid ? said : foundBy(planned, rule, said)
  const taken = new Set(
    linked.flatMap((own) =>
      [
        ...own.deleted.map(({ attributes }) => attributes),
        ...own.planned.flatMap(({ before }) => before ?? []),
      ].flatMap((was) => own.read(was, (attribute) => was.text(attribute)).items.map(contentOf)),
    ),
  )
  // What belonged to a resource that is replaced went with it: all there is, is said anew.
  const left = isSaid || planned.isNew ? base.items : base.items.filter((item) => !taken.has(contentOf(item)))
  const items = [...left, ...brought.flatMap((one) => one.items)]
  const incomplete = [...base.incomplete, ...brought.flatMap((one) => one.incomplete), ...unresolved]
  return incomplete.length === 0 ? items : { $items: items, $incomplete: incomplete }
}

/** What is there without this plan's companions: as refreshed, as AWS makes it, or as facts tell. */
function foundBy<T>(planned: Planned, rule: MembersRule<T>, shown: Members<T> | undefined): Members<T> {
  // Of something new it is what a `dynamic` block makes, which the configuration of a plan leaves out.
  if (shown !== undefined) return shown
  if (planned.isNew) return { items: rule.created, incomplete: [] }
  // What a fact holds was stored for this very field: `facts.ts` made it conform to the type's schema.
  const fact = planned.fact(rule.of.type, rule.field) as Stored<readonly T[]> | undefined
  if (fact === undefined) return { items: [], incomplete: elsewhere(planned, rule.field).$unknown }
  if (isUnknown(fact)) return { items: [], incomplete: fact.$unknown }
  return isPartialList(fact) ? { items: fact.$items, incomplete: fact.$incomplete } : { items: fact, incomplete: [] }
}

function referTo(planned: Planned): Refer {
  return (attribute) => planned.reference(attribute)
}

/** The members that a list of text stands for; a list that is not known leaves the whole incomplete. */
export function membersOf<T>(
  texts: ReturnType<Attributes['texts']>,
  make: (text: Told<string>) => Stored<T>,
): Members<T> {
  if (texts === undefined) return { items: [], incomplete: [] }
  return isUnknown(texts) ? { items: [], incomplete: texts.$unknown } : { items: texts.map(make), incomplete: [] }
}

export function joined<T>(...parts: readonly Members<T>[]): Members<T> {
  return { items: parts.flatMap(({ items }) => items), incomplete: parts.flatMap(({ incomplete }) => incomplete) }
}

/** A member by what it says, wherever that comes from: what a plan takes away is found in what it refreshed. */
function contentOf(item: unknown): string {
  return JSON.stringify(item, (_, value: unknown) => (isBased(value) ? value.$value : value))
}
