import { textOf } from './json.ts'
import type { Mapping } from './mapping.ts'
import type { Change, Plan } from './plan.ts'
import type { Scopes } from './scope.ts'

/** By which attributes others name a resource of a type, and which resource has a name. Built in one walk. */
export class Names {
  readonly #attributes: ReadonlyMap<string, readonly string[]>
  readonly #byName = new Map<string, Change[]>()
  readonly #scopes: Scopes

  constructor(plan: Plan, mappings: readonly Mapping[], scopes: Scopes) {
    this.#scopes = scopes
    this.#attributes = new Map(mappings.map(({ from, names }) => [from, names]))
    for (const change of plan.changes) {
      if (change.mode !== 'managed') continue
      const held = this.attributesOf(change.type).flatMap((name) => [change.after?.[name], change.before?.[name]])
      for (const value of new Set(held)) {
        if (typeof value !== 'string' || value === '') continue
        const key = `${change.type} ${value}`
        const known = this.#byName.get(key)
        if (known === undefined) this.#byName.set(key, [change])
        else known.push(change)
      }
    }
  }

  attributesOf(type: string): readonly string[] {
    return this.#attributes.get(type) ?? ['id']
  }

  /** Whether an attribute (undefined: the whole resource) is one by which others name a resource of a mapped type. */
  isName(type: string, attribute: string | undefined): boolean {
    const names = this.#attributes.get(type)
    return names !== undefined && (attribute === undefined || attribute === 'id' || names.includes(attribute))
  }

  /** Resources of a type that a value names; where names repeat in several accounts, those of the namer's. */
  named(type: string, value: string, by: Change): readonly Change[] {
    const found = this.#byName.get(`${type} ${value}`) ?? []
    if (found.length < 2) return found
    const account = this.#scopes.of(by).account
    return found.filter((change) => this.#scopes.of(change).account === account)
  }

  /** The resource that a value names, of whatever type that others are named by; undefined: none, or several. */
  withName(value: string, by: Change): Change | undefined {
    const found = [...this.#attributes.keys()].flatMap((type) => this.named(type, value, by))
    return found.length === 1 ? found[0] : undefined
  }

  /** What an attribute of a resource stands for: the resource itself where it is one of its names, else that attribute. */
  identityBy(change: Change, attribute: string | undefined): string {
    const names = this.attributesOf(change.type)
    if (attribute === undefined || attribute === 'id' || attribute === 'arn' || names.includes(attribute)) {
      return this.identityOf(change)
    }
    return textOf(change.after?.[attribute]) ?? `\${${change.address}.${attribute}}`
  }

  /** What a resource is known by inside the plan: the first of its names that is known, else a placeholder. */
  identityOf(change: Change): string {
    const names = this.attributesOf(change.type)
    const values = change.after ?? change.before
    const known = names.map((name) => textOf(values?.[name])).find((value) => value !== undefined && value !== '')
    return known ?? `\${${change.address}.${names[0] ?? 'id'}}`
  }
}
