import { isUnknown } from '#core/stored.ts'
import type { InstanceKey, ModulePath } from '../address.ts'
import { cannotRead, evaluate, withNames, type KnownStep, type Scope } from './evaluate.ts'
import type { ConfigurationFiles } from './files.ts'
import type { Block, Expression } from './syntax.ts'

/** What the files only name, and a plan knows. */
export interface PlanValues {
  /** An input variable of the root module; undefined: the plan has none of that name. */
  variable(name: string): unknown
  /**
   * The instances of a resource or data source by their keys: what is known of each, as JSON with unknowns inline. Empty:
   * the plan has none.
   */
  instances(of: {
    readonly module: ModulePath
    readonly mode: 'managed' | 'data'
    readonly type: string
    readonly name: string
  }): ReadonlyMap<InstanceKey, Readonly<Record<string, unknown>>>
}

/** More expressions than anybody writes: a `for` in a `for` in a `for`. */
const MOST_STEPS = 200_000
/** The same of all that a plan asks for: some seconds. */
const MOST_STEPS_IN_ALL = 20_000_000
const TOO_LONG = cannotRead('an expression that takes too long')

class TooMuch extends Error {}

/** What names mean inside one instance of a module. */
export class ModuleScope implements Scope {
  readonly #of: {
    readonly files: ConfigurationFiles
    readonly values: PlanValues
    readonly path: ModulePath
    readonly parent?: { readonly scope: ModuleScope; readonly call: Block }
  }
  readonly #locals = new Map<string, Expression>()
  readonly #known = new Map<string | Expression, unknown>()
  readonly #inner = new Map<string, ModuleScope>()
  readonly #byType: ReadonlyMap<string, readonly Block[]>
  readonly #budget: { left: number; inAll: number }

  constructor(of: {
    readonly files: ConfigurationFiles
    readonly values: PlanValues
    readonly path: ModulePath
    readonly parent?: { readonly scope: ModuleScope; readonly call: Block }
  }) {
    this.#of = of
    this.#budget = of.parent === undefined ? { left: 0, inAll: MOST_STEPS_IN_ALL } : of.parent.scope.#budget
    const { blocks } = of.files.modules.get(of.path.map(({ name }) => name).join('.')) ?? { blocks: [] }
    this.#byType = Map.groupBy(blocks, ({ type }) => type)
    for (const { attributes } of this.#blocks('locals')) {
      for (const [name, expression] of attributes) this.#locals.set(name, expression)
    }
  }

  /** A module that is called from here, however deep; undefined: there is none. */
  inner(path: ModulePath): ModuleScope | undefined {
    const [step, ...rest] = path
    if (step === undefined) return this
    const call = this.#blocks('module').find(({ labels }) => labels[0] === step.name)
    if (call === undefined) return undefined
    const name = `${step.name}[${JSON.stringify(step.key)}]`
    const scope =
      this.#inner.get(name) ??
      new ModuleScope({ ...this.#of, path: [...this.#of.path, step], parent: { scope: this, call } })
    this.#inner.set(name, scope)
    return scope.inner(rest)
  }

  /** The expression of a local value. */
  local(name: string): Expression | undefined {
    return this.#locals.get(name)
  }

  /** How an output is worked out; undefined: there is none of that name. */
  output(name: string): (() => unknown) | undefined {
    const block = this.#blocks('output').find(({ labels }) => labels[0] === name)
    const expression = block?.attributes.get('value')
    return expression === undefined ? undefined : () => this.#once(`output.${name}`, () => evaluate(expression, this))
  }

  /** Works something out, within bounds: what would take too long, or is nested too deeply, is not read. */
  within(work: () => unknown): unknown {
    const budget = this.#budget
    const given = Math.min(MOST_STEPS, budget.inAll)
    budget.left = given
    try {
      return work()
    } catch (error) {
      if (error instanceof TooMuch || error instanceof RangeError) return TOO_LONG
      throw error
    } finally {
      budget.inAll -= given - Math.max(0, budget.left)
    }
  }

  step(): void {
    if (this.#budget.left-- <= 0) throw new TooMuch()
  }

  /** The scope of one instance of a resource or module call: with `each` or `count`. */
  forInstance({ attributes }: Block, key: InstanceKey): Scope {
    if (typeof key === 'number') return withNames(this, { count: { index: key } })
    if (key === undefined) return this
    const over = attributes.get('for_each')
    // Its members are as many as its instances: worked out for each of them, that would be the square.
    const all = over === undefined ? cannotRead('for_each') : this.#once(over, () => evaluate(over, this))
    return withNames(this, { each: { key, value: memberOf(all, key) } })
  }

  lookUp(name: string, steps: readonly KnownStep[]): { readonly value: unknown; readonly rest: number } | undefined {
    const [first] = steps
    if (typeof first !== 'string') return undefined
    const rest = steps.length - 1
    switch (name) {
      case 'var':
        return { value: this.#once(`var.${first}`, () => this.#variable(first)), rest }
      case 'local':
        return { value: this.#once(`local.${first}`, () => this.#localValue(first)), rest }
      case 'module':
        return this.#output(first, steps.slice(1))
      case 'data': {
        const [, second] = steps
        return typeof second === 'string' ? this.#resource('data', first, second, steps.slice(2)) : undefined
      }
      case 'path':
      case 'terraform':
      case 'self':
        return undefined
      default:
        return this.#resource('managed', name, first, steps.slice(1))
    }
  }

  #blocks(type: string): readonly Block[] {
    return this.#byType.get(type) ?? []
  }

  /** Remembers, and takes what refers to itself, or takes too long, for what it is: nothing that can be read. */
  #once(name: string | Expression, work: () => unknown): unknown {
    if (this.#known.has(name)) return this.#known.get(name)
    this.#known.set(name, cannotRead(`${typeof name === 'string' ? name : 'for_each'}, which refers to itself`))
    try {
      const value = work()
      this.#known.set(name, value)
      return value
    } catch (error) {
      this.#known.set(name, TOO_LONG)
      throw error
    }
  }

  #localValue(name: string): unknown {
    const expression = this.#locals.get(name)
    return expression === undefined ? cannotRead(`local.${name}`) : evaluate(expression, this)
  }

  #variable(name: string): unknown {
    const { parent, values, path } = this.#of
    const declared = this.#blocks('variable').find(({ labels }) => labels[0] === name)
    const given = parent === undefined ? values.variable(name) : this.#argument(parent, name, path.at(-1)?.key)
    if (given !== undefined) return given
    const fallback = declared?.attributes.get('default')
    return fallback === undefined ? cannotRead(`var.${name}`) : evaluate(fallback, this)
  }

  #argument(parent: { readonly scope: ModuleScope; readonly call: Block }, name: string, key: InstanceKey): unknown {
    const argument = parent.call.attributes.get(name)
    return argument === undefined ? undefined : evaluate(argument, parent.scope.forInstance(parent.call, key))
  }

  #output(name: string, steps: readonly KnownStep[]): { readonly value: unknown; readonly rest: number } | undefined {
    const [first] = steps
    // `module.net.vpc_id`, or with a key before the name of the output.
    const isKeyed = typeof first !== 'string' || this.inner([{ name, key: undefined }])?.output(first) === undefined
    const key = isKeyed && (typeof first === 'string' || typeof first === 'number') ? first : undefined
    const output = isKeyed ? steps[1] : first
    const value = typeof output === 'string' ? this.inner([{ name, key }])?.output(output) : undefined
    return value === undefined ? undefined : { value: value(), rest: steps.length - (isKeyed ? 2 : 1) }
  }

  #resource(
    mode: 'managed' | 'data',
    type: string,
    name: string,
    steps: readonly KnownStep[],
  ): { readonly value: unknown; readonly rest: number } | undefined {
    const instances = this.#of.values.instances({ module: this.#of.path, mode, type, name })
    if (instances.size === 0) return undefined
    if (instances.has(undefined)) return { value: instances.get(undefined), rest: steps.length }
    const [key] = steps
    if (typeof key === 'string' || typeof key === 'number') {
      const one = instances.get(key)
      return one === undefined ? undefined : { value: one, rest: steps.length - 1 }
    }
    const members = [...instances.values()]
    // `count` makes a list, `for_each` a map.
    return {
      value: [...instances.keys()].every((one) => typeof one === 'number')
        ? members
        : Object.fromEntries([...instances].map(([one, value]) => [String(one), value])),
      rest: steps.length,
    }
  }
}

function memberOf(all: unknown, key: string): unknown {
  if (isUnknown(all)) return all
  if (Array.isArray(all)) return key
  if (typeof all === 'object' && all !== null && Object.hasOwn(all, key)) {
    return (all as Readonly<Record<string, unknown>>)[key] // it was just found there
  }
  return cannotRead(`each.value of ${key}`)
}
