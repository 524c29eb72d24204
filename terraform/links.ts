import type { Reason } from '#core/reason.ts'
import type { Expressions } from './expressions.ts'
import { listOf, member, textOf, textsOf } from './json.ts'
import type { CompanionType, Mapping } from './mapping.ts'
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
  readonly #linked = new Map<string, Growing>()
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
    return this.#linked.get(`${parent.address} ${companionType}`) ?? NOTHING
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
      for (const parent of had) this.#at(parent, companion)[kind].push(change)
      if (companion.isRequired && before.length === 0) this.#mayBelongTo(parents, change, companion, scopes)
      return
    }
    const named = this.named(change, companion.by, type, companion.isRequired)
    const has = 'certain' in named ? named.certain : []
    for (const parent of has) this.#at(parent, companion).planned.push(change)
    // It is taken from one resource and given to another.
    for (const parent of had) if (!has.includes(parent)) this.#at(parent, companion).deleted.push(change)
    if ('certain' in named) return

    // What does not change is known by now, so a companion whose parent is not known belongs to something that does.
    const changed = parents.filter((parent) => parent.becomes !== 'unchanged' || parent.isImported)
    this.#mayBelongTo(named.oneOf ?? (changed.length > 0 ? changed : parents), change, companion, scopes)
  }

  #mayBelongTo(parents: readonly Change[], change: Change, companion: CompanionType, scopes: Scopes): void {
    const { account } = scopes.of(change)
    for (const parent of parents) {
      if (scopes.of(parent).account !== account) continue
      this.#at(parent, companion).unresolved.push({ kind: 'unlinked', address: change.address })
    }
  }

  #at(parent: Change, companion: CompanionType): Growing {
    const key = `${parent.address} ${companion.type}`
    const known = this.#linked.get(key)
    if (known !== undefined) return known
    const growing: Growing = { planned: [], deleted: [], forgotten: [], unresolved: [] }
    this.#linked.set(key, growing)
    return growing
  }
}
