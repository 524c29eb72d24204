import { configPath, type ModulePath } from './address.ts'
import { isRecord, listOf, member, textOf } from './json.ts'

type Expressions = Readonly<Record<string, unknown>>

/** A resource as it is written, once for all of its instances. */
export interface ConfiguredResource {
  readonly expressions: Expressions
  /** Which provider makes it, by its key in `provider_config`. */
  readonly providerKey: string | undefined
  /** What `for_each` or `count` goes over; undefined: a single one. */
  readonly repeats: unknown
}

/** A module call as it is written. */
export interface ModuleCall {
  readonly inputs: Expressions
  readonly repeats: unknown
}

/** What was written, indexed by where. Built in one walk; look-ups cost nothing. */
export class Configuration {
  /** Every expression, with the module in which it stands. */
  readonly expressions: { readonly module: ModulePath; readonly expression: unknown }[] = []
  readonly #resources = new Map<string, ConfiguredResource>()
  readonly #calls = new Map<string, ModuleCall>()
  readonly #outputs = new Map<string, unknown>()
  readonly #outputsOf = new Map<string, string[]>()
  readonly #defaults = new Map<string, unknown>()
  readonly #sensitive = new Set<string>()
  readonly #providers = new Map<string, Expressions>()

  /** `configuration` of a plan: whatever JSON it is. */
  constructor(configuration: unknown) {
    this.#walk(member(configuration, 'root_module'), [])
    for (const [key, provider] of entries(member(configuration, 'provider_config'))) {
      this.#providers.set(key, recordOf(member(provider, 'expressions')))
    }
  }

  resource(module: ModulePath, mode: string, type: string, name: string): ConfiguredResource | undefined {
    return this.#resources.get(`${configPath(module)} ${mode} ${type} ${name}`)
  }

  /** The call that makes a module instance; undefined for the root. */
  call(module: ModulePath): ModuleCall | undefined {
    return this.#calls.get(configPath(module))
  }

  output(module: ModulePath, name: string): unknown {
    return this.#outputs.get(`${configPath(module)} ${name}`)
  }

  outputsOf(module: ModulePath): readonly string[] {
    return this.#outputsOf.get(configPath(module)) ?? []
  }

  /** A variable's default; undefined where it has none. */
  defaultOf(module: ModulePath, variable: string): unknown {
    return this.#defaults.get(`${configPath(module)} ${variable}`)
  }

  isSensitive(module: ModulePath, variable: string): boolean {
    return this.#sensitive.has(`${configPath(module)} ${variable}`)
  }

  /** For `scope.ts` alone: what a provider is configured with holds keys. */
  provider(key: string): Expressions | undefined {
    return this.#providers.get(key)
  }

  /** For `secrets.ts` alone, which hides those keys. */
  providers(): Iterable<Expressions> {
    return this.#providers.values()
  }

  #walk(module: unknown, path: ModulePath): void {
    const at = configPath(path)
    for (const resource of listOf(member(module, 'resources'))) {
      const [mode, type, name] = ['mode', 'type', 'name'].map((key) => textOf(member(resource, key)))
      const expressions = recordOf(member(resource, 'expressions'))
      const repeats = member(resource, 'for_each_expression') ?? member(resource, 'count_expression')
      const providerKey = textOf(member(resource, 'provider_config_key'))
      this.#resources.set(`${at} ${mode} ${type} ${name}`, { expressions, providerKey, repeats })
      this.expressions.push({ module: path, expression: [expressions, repeats] })
    }
    this.#outputsOf.set(at, [])
    for (const [name, output] of entries(member(module, 'outputs'))) {
      this.#outputsOf.get(at)?.push(name)
      this.#outputs.set(`${at} ${name}`, member(output, 'expression'))
      this.expressions.push({ module: path, expression: member(output, 'expression') })
    }
    for (const [name, variable] of entries(member(module, 'variables'))) {
      if (isRecord(variable) && Object.hasOwn(variable, 'default')) {
        this.#defaults.set(`${at} ${name}`, variable['default'])
      }
      if (member(variable, 'sensitive') === true) this.#sensitive.add(`${at} ${name}`)
    }
    for (const [name, call] of entries(member(module, 'module_calls'))) {
      const inner = [...path, { name, key: undefined }]
      const inputs = recordOf(member(call, 'expressions'))
      const repeats = member(call, 'for_each_expression') ?? member(call, 'count_expression')
      this.#calls.set(configPath(inner), { inputs, repeats })
      this.expressions.push({ module: path, expression: [inputs, repeats] })
      this.#walk(member(call, 'module'), inner)
    }
  }
}

function recordOf(value: unknown): Expressions {
  return isRecord(value) ? value : {}
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : []
}
