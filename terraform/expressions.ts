import { modulePathText, type InstanceKey, type ModulePath } from './address.ts'
import { Instances, type Instance } from './instances.ts'
import { isRecord, member } from './json.ts'
import { at, hasTrue } from './marks.ts'
import type { Plan } from './plan.ts'
import { parseReference, referencesIn, type Reference } from './reference.ts'
import type { SourceView } from './source-view.ts'

/** Where an expression stands: in which module instance, under which key, and what that key comes from. */
export interface Around {
  readonly module: ModulePath
  readonly key: InstanceKey
  /** The expression of `for_each` or `count`. */
  readonly repeats: unknown
}

/** A resource that an expression reaches, and by which attribute (undefined: hidden, or the whole). */
export interface Target {
  readonly instance: Instance
  readonly attribute: string | undefined
}

/** Names that were already followed from one expression: configurations have no cycles, damaged ones may. */
class Trail {
  readonly #seen = new Set<string>()

  /** False where this name was followed from this place before. */
  enters(reference: Reference | undefined, around: Around): boolean {
    const key = `${modulePathText(around.module)} ${typeof around.key} ${around.key} ${JSON.stringify(reference)}`
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    return true
  }
}

/**
 * What expressions refer to. A plan holds no expressions, only the names in them: so what they reach is certain, and how
 * they combine it is not. Names are followed through module inputs and outputs, and through locals where there is a source.
 */
export class Expressions {
  readonly #plan: Plan
  readonly #instances: Instances
  readonly source: SourceView | undefined

  constructor(plan: Plan, source: SourceView | undefined) {
    this.#plan = plan
    this.#instances = new Instances(plan)
    this.source = source
  }

  /** Every resource that an expression reaches. Instances with a key of their own match keys that are equal. */
  targets(expression: unknown, around: Around): readonly Target[] {
    const found = new Map<string, Target>()
    this.#follow(expression, around, found, new Trail())
    return [...found.values()]
  }

  /** Whether it may hold what is not known before the plan is applied. A null of a known variable is not that: it is unset. */
  mayBeUnknown(expression: unknown, around: Around): boolean {
    // A call without names (`uuid()`): nobody can say.
    if (referencesIn(expression).length === 0) return !hasConstant(expression)
    return this.#anyUnknown(expression, around, new Trail())
  }

  /** What it holds, where it is a constant or nothing but one known variable; else undefined. */
  value(expression: unknown, around: Around): unknown {
    const values = this.#guess(expression, around, new Trail())
    return values.length === 1 ? values[0] : undefined
  }

  /**
   * Whether it holds what must not be shown. Terraform marks most of that itself, but loses the mark where a data source
   * makes one value out of others.
   */
  isSensitive(expression: unknown, around: Around): boolean {
    return this.#anySensitive(expression, around, new Trail())
  }

  #anySensitive(expression: unknown, around: Around, trail: Trail): boolean {
    return referencesIn(expression).some((reference) => this.#isSensitive(reference, around, trail))
  }

  #isSensitive(reference: Reference | undefined, around: Around, trail: Trail): boolean {
    if (!trail.enters(reference, around)) return false
    switch (reference?.kind) {
      case 'resource':
        return this.#instancesOf(reference, around, []).some((instance) => this.#isMarked(instance, reference, trail))
      case 'variable': {
        if (this.#plan.configuration.isSensitive(around.module, reference.name)) return true
        const outer = this.#input(reference.name, around.module)
        return outer !== undefined && this.#anySensitive(outer.expression, outer.around, trail)
      }
      case 'module':
        return this.#outputsOf(reference, around, []).some((inner) =>
          this.#anySensitive(inner.expression, inner.around, trail),
        )
      case 'each':
        return reference.what === 'value' && this.#anySensitive(around.repeats, around, trail)
      case 'local':
        return this.#local(reference.name, around)?.some((inner) => this.#isSensitive(inner, around, trail)) ?? false
      case 'count':
      case 'known':
      case undefined:
        return false
      default:
        return reference satisfies never
    }
  }

  #isMarked(
    { module, change, read }: Instance,
    reference: Extract<Reference, { kind: 'resource' }>,
    trail: Trail,
  ): boolean {
    const { attribute, mode, type, name } = reference
    if (mode === 'managed') {
      const marks = change?.afterSensitive
      return hasTrue(attribute === undefined ? marks : at(marks, attribute))
    }
    if (hasTrue(change?.afterSensitive) || hasTrue(read?.sensitive)) return true
    const configured = this.#plan.configuration.resource(module, mode, type, name)
    const key = change?.key
    return this.#anySensitive(configured?.expressions, { module, key, repeats: configured?.repeats }, trail)
  }

  /** Whether some of what it refers to cannot be followed: a local without a source, a name that cannot be read. */
  hides(expression: unknown, around: Around, trail = new Trail()): boolean {
    return referencesIn(expression).some((reference) => this.#hidesIn(reference, around, trail))
  }

  #hidesIn(reference: Reference | undefined, around: Around, trail: Trail): boolean {
    if (!trail.enters(reference, around)) return false
    switch (reference?.kind) {
      case 'variable': {
        const outer = this.#input(reference.name, around.module)
        return outer !== undefined && this.hides(outer.expression, outer.around, trail)
      }
      case 'module':
        return this.#outputsOf(reference, around, []).some((inner) => this.hides(inner.expression, inner.around, trail))
      case 'each':
        return reference.what === 'value' && this.hides(around.repeats, around, trail)
      case 'local':
        return this.#local(reference.name, around)?.some((inner) => this.#hidesIn(inner, around, trail)) ?? true
      case 'resource':
      case 'count':
      case 'known':
        return false
      case undefined:
        return true
      default:
        return reference satisfies never
    }
  }

  #anyUnknown(expression: unknown, around: Around, trail: Trail): boolean {
    return referencesIn(expression).some((reference) => this.#isUnknown(reference, around, trail))
  }

  #isUnknown(reference: Reference | undefined, around: Around, trail: Trail): boolean {
    if (!trail.enters(reference, around)) return false
    switch (reference?.kind) {
      case 'resource':
        return this.#instancesOf(reference, around, []).some(({ change }) => {
          if (change === undefined) return false
          const { attribute } = reference
          return hasTrue(attribute === undefined ? change.afterUnknown : member(change.afterUnknown, attribute))
        })
      case 'variable': {
        const outer = this.#input(reference.name, around.module)
        return outer !== undefined && this.#anyUnknown(outer.expression, outer.around, trail)
      }
      case 'module':
        return this.#outputsOf(reference, around, []).some((inner) =>
          this.#anyUnknown(inner.expression, inner.around, trail),
        )
      case 'each':
        return reference.what === 'value' && this.#anyUnknown(around.repeats, around, trail)
      case 'local':
        return this.#local(reference.name, around)?.some((inner) => this.#isUnknown(inner, around, trail)) ?? true
      case 'count':
      case 'known':
        return false
      case undefined:
        return true
      default:
        return reference satisfies never
    }
  }

  #follow(expression: unknown, around: Around, found: Map<string, Target>, trail: Trail): void {
    const references = referencesIn(expression)
    const indices = references.flatMap((reference) => this.#valueOf(reference, around, new Trail()))
    for (const reference of references) this.#followOne(reference, around, indices, found, trail)
  }

  #followOne(
    reference: Reference | undefined,
    around: Around,
    indices: readonly unknown[],
    found: Map<string, Target>,
    trail: Trail,
  ): void {
    if (!trail.enters(reference, around)) return
    switch (reference?.kind) {
      case 'resource':
        for (const instance of this.#instancesOf(reference, around, indices)) {
          found.set(`${instance.address} ${reference.attribute ?? ''}`, { instance, attribute: reference.attribute })
        }
        return
      case 'variable': {
        const outer = this.#input(reference.name, around.module)
        if (outer !== undefined) this.#follow(outer.expression, outer.around, found, trail)
        return
      }
      case 'module':
        for (const inner of this.#outputsOf(reference, around, indices)) {
          this.#follow(inner.expression, inner.around, found, trail)
        }
        return
      case 'each':
        // The member under the same key of whatever is gone over.
        if (reference.what === 'value') {
          for (const inner of referencesIn(around.repeats)) {
            this.#followOne(inner, around, [around.key], found, trail)
          }
        }
        return
      case 'local':
        for (const inner of this.#local(reference.name, around) ?? []) {
          this.#followOne(inner, around, indices, found, trail)
        }
        return
      case 'count':
      case 'known':
      case undefined:
        return
      default:
        reference satisfies never
    }
  }

  #instancesOf(
    reference: Extract<Reference, { kind: 'resource' }>,
    around: Around,
    indices: readonly unknown[],
  ): readonly Instance[] {
    const all = this.#instances.of(around.module, reference.mode, reference.type, reference.name)
    return pick(all, ({ key }) => key, reference.key, indices)
  }

  /** The outputs that a reference may mean, each where its expression stands. */
  #outputsOf(
    reference: Extract<Reference, { kind: 'module' }>,
    around: Around,
    indices: readonly unknown[],
  ): readonly { readonly expression: unknown; readonly around: Around }[] {
    const { configuration } = this.#plan
    const keys = pick(this.#instances.keysOfCall(around.module, reference.name), (key) => key, reference.key, indices)
    return keys.flatMap((key) => {
      const module = [...around.module, { name: reference.name, key }]
      const names = reference.output === undefined ? configuration.outputsOf(module) : [reference.output]
      return names.map((name) => ({
        expression: configuration.output(module, name),
        around: { module, key: undefined, repeats: undefined },
      }))
    })
  }

  /** What a module's variable is given, and where that stands; undefined where it is given nothing, or is the root's. */
  #input(variable: string, module: ModulePath): { readonly expression: unknown; readonly around: Around } | undefined {
    const step = module.at(-1)
    const call = this.#plan.configuration.call(module)
    const expression = member(call?.inputs, variable)
    if (step === undefined || call === undefined || expression === undefined) return undefined
    return { expression, around: { module: module.slice(0, -1), key: step.key, repeats: call.repeats } }
  }

  #local(name: string, around: Around): readonly (Reference | undefined)[] | undefined {
    return this.source
      ?.referencesOf(
        around.module.map((step) => step.name),
        name,
      )
      ?.map(parseReference)
  }

  /** What a name may hold as an index: a guess, which counts only where there is an instance of that key. */
  #valueOf(reference: Reference | undefined, around: Around, trail: Trail): readonly unknown[] {
    if (!trail.enters(reference, around)) return []
    switch (reference?.kind) {
      case 'count':
        return [around.key]
      case 'each':
        return reference.what === 'key' ? [around.key] : this.#eachValue(reference.path, around, trail)
      case 'variable':
        return this.#variable(reference, around, trail)
      default:
        return []
    }
  }

  #variable(reference: Extract<Reference, { kind: 'variable' }>, around: Around, trail: Trail): readonly unknown[] {
    const { configuration, variables } = this.#plan
    const { name, path } = reference
    const outer = this.#input(name, around.module)
    const values =
      outer === undefined
        ? [
            (around.module.length === 0 ? variables.get(name) : undefined) ??
              configuration.defaultOf(around.module, name),
          ]
        : this.#guess(outer.expression, outer.around, trail)
    return values.map((value) => path.reduce<unknown>((held, step) => member(held, step), value))
  }

  /** `each.value`: the member of a map under the key; of a set the key itself. */
  #eachValue(path: readonly string[], around: Around, trail: Trail): readonly unknown[] {
    const over = this.#guess(around.repeats, around, trail)
    if (over.length === 0) return [around.key]
    return over.map((value) =>
      isRecord(value)
        ? path.reduce<unknown>((held, step) => member(held, step), member(value, String(around.key)))
        : around.key,
    )
  }

  #guess(expression: unknown, around: Around, trail: Trail): readonly unknown[] {
    if (isRecord(expression) && Object.hasOwn(expression, 'constant_value')) return [expression['constant_value']]
    return referencesIn(expression).flatMap((reference) => this.#valueOf(reference, around, trail))
  }
}

/** Instances that a key names; else those whose key one of the indices holds, where that is one; else all. */
function pick<T>(
  all: readonly T[],
  keyOf: (instance: T) => InstanceKey,
  key: InstanceKey,
  indices: readonly unknown[],
): readonly T[] {
  if (key !== undefined) return all.filter((instance) => keyOf(instance) === key)
  if (all.length < 2) return all
  const named = all.filter((instance) => indices.includes(keyOf(instance)))
  return named.length === 1 ? named : all
}

function hasConstant(expression: unknown): boolean {
  return isRecord(expression) && Object.hasOwn(expression, 'constant_value')
}
