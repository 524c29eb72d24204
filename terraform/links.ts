import type { Reason } from '#core/reason.ts'
import type { Expressions } from './expressions.ts'
import { modulePathText } from './address.ts'
import { listOf, member, textOf, textsOf } from './json.ts'
import type { CompanionType, Mapping } from './mapping.ts'
import { hasTrue } from './marks.ts'
import type { Names } from './names.ts'
import type { Change, Plan } from './plan.ts'
import type { Scopes } from './scope.ts'
import { aroundOf, isGone } from './view.ts'

/** What belongs to one resource, of one companion type. */
export interface Linked {
  readonly planned: readonly Change[]
  readonly deleted: readonly Change[]
  readonly forgotten: readonly Change[]
  readonly unresolved: readonly Reason[]
}

interface Growing {
  readonly planned: Change[]
  readonly deleted: Change[]
  readonly forgotten: Change[]
  readonly unresolved: Reason[]
}

/** Which resources an attribute names: for certain, or one of several. */
export type Named =
  | { readonly certain: readonly Change[] }
  /** Null: any of the type. */
  | { readonly oneOf: readonly Change[] | null }

/** A resource that the plan does not manage, as a companion names it. */
export interface Outside {
  readonly name: string | undefined
  /** The same for all that name the same one. */
  readonly key: string
  /** Perhaps: a list that is not known may name none. */
  readonly as: 'planned' | 'deleted' | 'forgotten' | 'perhaps'
}

const NOTHING: Linked = { planned: [], deleted: [], forgotten: [], unresolved: [] }

/**
 * Which companion belongs to which resource: by the value that names it where that is known; else by what the
 * configuration refers to, through modules and equal keys. A companion that could not be told stands as unresolved at
 * every resource that it may belong to.
 */
export class Links {
  readonly #plan: Plan
  readonly #expressions: Expressions
  readonly #names: Names
  readonly #linked = new Map<Change, Map<string, Growing>>()
  readonly #companions = new Set<Change>()
  readonly #byAddress: ReadonlyMap<string, Change>

  constructor(
    plan: Plan,
    around: { readonly expressions: Expressions; readonly names: Names; readonly scopes: Scopes },
    mappings: readonly Mapping[],
  ) {
    this.#plan = plan
    this.#expressions = around.expressions
    this.#names = around.names
    this.#byAddress = new Map(plan.changes.map((change) => [change.address, change]))
    const byType = Map.groupBy(
      plan.changes.filter(({ mode }) => mode === 'managed'),
      ({ type }) => type,
    )
    const done = new Set<string>()
    for (const { from, companions } of mappings) {
      const parents = byType.get(from) ?? []
      for (const companion of companions) {
        // Two mappings of one type may share a companion.
        const pair = `${from} ${companion.type}`
        if (done.has(pair) || parents.length === 0) continue
        done.add(pair)
        for (const change of byType.get(companion.type) ?? [])
          this.#link(change, companion, from, parents, around.scopes)
      }
    }
  }

  of(parent: Change, companionType: string): Linked {
    return this.#linked.get(parent)?.get(companionType) ?? NOTHING
  }

  /** Whether a companion belongs to something of the plan, or may. */
  isLinked(companion: Change): boolean {
    return this.#companions.has(companion)
  }

  /** Links a companion to what stands in for a resource that is not of the plan. */
  link(parent: Change, companion: Change, by: string, as: Outside['as']): void {
    const linked = this.#at(parent, companion.type)
    if (as === 'perhaps') linked.unresolved.push({ kind: 'after_apply', attribute: `${companion.address}.${by}` })
    else linked[as].push(companion)
  }

  /** What a companion belongs to that is none of these types' resources of the plan. */
  outside(change: Change, { by, isRequired, isList }: CompanionType, types: readonly string[]): readonly Outside[] {
    const isOutside = (name: string): boolean =>
      types.every((type) => this.#names.named(type, name, change).length === 0)
    const had = namesIn(change.before?.[by]).filter(isOutside)
    if (isGone(change)) {
      const as = change.becomes === 'deleted' ? 'deleted' : 'forgotten'
      return had.map((name) => ({ name, key: name, as }))
    }
    const now = namesIn(change.after?.[by])
    const known = now.filter(isOutside).map((name): Outside => ({ name, key: name, as: 'planned' }))
    if (hasTrue(member(change.afterUnknown, by))) {
      const key = this.#unknownOwner(change, by, isRequired === true)
      const named = types.map((type) => this.named(change, by, type, isRequired))
      const isOwn = named.some((one) => ('certain' in one ? one.certain : (one.oneOf ?? [])).length > 0)
      return key === undefined || isOwn
        ? known
        : [...known, { name: undefined, key, as: isList === true ? 'perhaps' : 'planned' }]
    }
    const left = had.filter((name) => !now.includes(name))
    return [...known, ...left.map((name): Outside => ({ name, key: name, as: 'deleted' }))]
  }

  /** Tells apart owners whose names are not known: one expression of one module names one. Undefined: it names none. */
  #unknownOwner(
    { module, mode, type, name, key, address }: Change,
    by: string,
    isRequired: boolean,
  ): string | undefined {
    const expression = member(this.#plan.configuration.resource(module, mode, type, name)?.expressions, by)
    if (expression === undefined) return isRequired ? address : undefined
    const text = JSON.stringify(expression)
    const isOfInstance = /"(each|count)\.|\[(each|count)\./.test(text)
    return `${modulePathText(module)} ${text} ${isOfInstance ? JSON.stringify(key) : ''}`
  }

  /** The resources of a type that an attribute names. `isRequired`: there is none without it. */
  named(change: Change, attribute: string, type: string, isRequired = false): Named {
    const value = change.after?.[attribute]
    const unknowns = member(change.afterUnknown, attribute)
    const known = typeof value === 'string' ? [value] : textsOf(value)
    const byName = known.flatMap((name) => this.#names.named(type, name, change))
    const isWhollyKnown = unknowns !== true && !listOf(unknowns).includes(true)
    if (isWhollyKnown) return { certain: byName }
    const { module, mode, name } = change
    const configured = this.#plan.configuration.resource(module, mode, change.type, name)
    const expression = member(configured?.expressions, attribute)
    // Left out of the configuration: it names nothing.
    if (expression === undefined) return isRequired ? { oneOf: null } : { certain: byName }
    const { found, isAll } = this.#reached(change, expression, type)
    if (found.length === 0) {
      const isAnother = isAll || this.#namesAnother(change, expression, type)
      return isAnother ? { certain: byName } : { oneOf: null }
    }
    const isOne = found.length === 1 || Array.isArray(value) || unknowns !== true
    return isOne ? { certain: [...new Set([...byName, ...found])] } : { oneOf: found }
  }

  /** The resources of a type that an expression reaches by one of their names. */
  reached(change: Change, expression: unknown, type: string): readonly Change[] {
    return this.#reached(change, expression, type).found
  }

  /**
   * The resources of a type that an expression reaches by one of their names, through data sources of the same type too;
   * and whether it reaches nothing else, so that where there is none of them, it names none of this plan.
   */
  #reached(
    change: Change,
    expression: unknown,
    type: string,
  ): { readonly found: readonly Change[]; readonly isAll: boolean } {
    const names = new Set([...this.#names.attributesOf(type), 'id', 'arn'])
    const found = new Set<Change>()
    const targets = this.#expressions.targets(expression, aroundOf(change, this.#plan))
    let isAll = targets.length > 0
    for (const { instance, attribute } of targets) {
      const target = instance.change
      if (target?.type !== type || (attribute !== undefined && !names.has(attribute))) isAll = false
      else if (target.mode === 'managed') found.add(target)
      // A data source that is read when applying looks up by name what the plan itself may make.
      else {
        const looked = this.#names
          .attributesOf(type)
          .map((name) => (target === change ? undefined : this.named(target, name, type)))
        for (const named of looked) {
          if (named !== undefined && 'certain' in named) for (const one of named.certain) found.add(one)
        }
        const isKnown = this.#names.attributesOf(type).some((name) => textOf(target.after?.[name]) !== undefined)
        isAll &&= isKnown
      }
    }
    return { found: [...found], isAll }
  }

  /** Whether all that an expression reaches are names of resources of other types: a rule of the VPC's default group. */
  #namesAnother(change: Change, expression: unknown, type: string): boolean {
    const around = aroundOf(change, this.#plan)
    const targets = this.#expressions.targets(expression, around)
    const isAnother = targets.every(
      ({ instance: { change: target }, attribute }) =>
        target?.mode === 'managed' && target.type !== type && this.#names.isName(target.type, attribute),
    )
    return targets.length > 0 && isAnother && !this.#expressions.hides(expression, around)
  }

  changeAt(address: string): Change | undefined {
    return this.#byAddress.get(address)
  }

  #link(change: Change, companion: CompanionType, type: string, parents: readonly Change[], scopes: Scopes): void {
    const before = [change.before?.[companion.by]].flat().filter((value) => typeof value === 'string')
    const had = before.flatMap((name) => this.#names.named(type, name, change))
    if (isGone(change)) {
      const kind = change.becomes === 'deleted' ? 'deleted' : 'forgotten'
      for (const parent of had) this.#own(parent, change)[kind].push(change)
      if (companion.isRequired && before.length === 0) this.#mayBelongTo(parents, change, scopes)
      return
    }
    const named = this.named(change, companion.by, type, companion.isRequired)
    const has = 'certain' in named ? named.certain : []
    for (const parent of has) this.#own(parent, change).planned.push(change)
    // It is taken from one resource and given to another.
    for (const parent of had) if (!has.includes(parent)) this.#own(parent, change).deleted.push(change)
    if ('certain' in named) return

    // What does not change is known by now, so a companion whose parent is not known belongs to something that does.
    const changed = parents.filter((parent) => parent.becomes !== 'unchanged' || parent.isImported)
    this.#mayBelongTo(named.oneOf ?? (changed.length > 0 ? changed : parents), change, scopes)
  }

  #mayBelongTo(parents: readonly Change[], change: Change, scopes: Scopes): void {
    const { account } = scopes.of(change)
    for (const parent of parents) {
      if (scopes.of(parent).account !== account) continue
      this.#own(parent, change).unresolved.push({ kind: 'unlinked', address: change.address })
    }
  }

  /** The links of a resource of the plan, to add a companion to. */
  #own(parent: Change, companion: Change): Growing {
    this.#companions.add(companion)
    return this.#at(parent, companion.type)
  }

  #at(parent: Change, companionType: string): Growing {
    const byType = this.#linked.get(parent) ?? new Map<string, Growing>()
    this.#linked.set(parent, byType)
    const growing = byType.get(companionType) ?? { planned: [], deleted: [], forgotten: [], unresolved: [] }
    byType.set(companionType, growing)
    return growing
  }
}

function namesIn(value: unknown): readonly string[] {
  return [value].flat().filter((name) => typeof name === 'string' && name !== '') as readonly string[]
}
