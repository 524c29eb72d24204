import type { Around, Expressions } from './expressions.ts'
import { listOf, member, textOf } from './json.ts'
import type { Change, Plan } from './plan.ts'

/** Where a resource will be, as far as the plan tells. Null: not known. */
export interface Scope {
  /** Tells accounts apart, also those whose id is not known: providers that differ only in region are in one. Not to be shown. */
  readonly account: string
  readonly accountId: string | null
  readonly region: string | null
}

const ACCOUNT_ID = /^\d{12}$/

/**
 * Which account and region each resource belongs to. What providers are configured with holds keys: it is read here, and
 * none of it leaves this file but ids and names of regions.
 */
export class Scopes {
  readonly #plan: Plan
  readonly #expressions: Expressions
  readonly #providers = new Map<string, Scope>()
  readonly #accounts = new Map<string, string>()
  readonly #known = new WeakMap<Change, Scope>()

  constructor(plan: Plan, expressions: Expressions) {
    this.#plan = plan
    this.#expressions = expressions
  }

  of(change: Change): Scope {
    const known = this.#known.get(change) ?? this.#of(change)
    this.#known.set(change, known)
    return known
  }

  /** Puts a change that no configuration has where another one is. */
  put(change: Change, beside: Change): void {
    this.#known.set(change, this.of(beside))
  }

  #of(change: Change): Scope {
    const configured = this.#plan.configuration.resource(change.module, change.mode, change.type, change.name)
    const provider = this.#provider(configured?.providerKey ?? defaultKey(change))
    const values = change.after ?? change.before
    const arn = /^arn:[^:]+:[^:]*:([^:]*):([^:]*):/.exec(
      textOf(values?.['arn']) ?? textOf(change.before?.['arn']) ?? '',
    )
    const own = textOf(values?.['region']) ?? (arn?.[1] || undefined)
    const accountId = provider.accountId ?? (ACCOUNT_ID.test(arn?.[2] ?? '') ? (arn?.[2] ?? null) : null)
    return { account: provider.account, accountId, region: own ?? provider.region }
  }

  #provider(key: string): Scope {
    const known = this.#providers.get(key)
    if (known !== undefined) return known
    const configured = this.#plan.configuration.provider(key)
    const expressions = configured ?? {}
    // A key of a module's own provider begins with the module's address: its variables are that module's.
    const around = aroundProvider(key)
    const value = (expression: unknown): unknown => this.#expressions.value(expression, around)

    const { region, ...identity } = expressions
    // One that the configuration does not have: whose it is nobody can say, so it is nobody else's.
    const identityText = configured === undefined ? key : JSON.stringify(identity)
    const account = this.#accounts.get(identityText) ?? `account ${this.#accounts.size + 1}`
    this.#accounts.set(identityText, account)
    const scope = {
      account,
      accountId: this.#accountId(key, expressions, value),
      region: textOf(value(region)) ?? null,
    }
    this.#providers.set(key, scope)
    return scope
  }

  #accountId(
    key: string,
    expressions: Readonly<Record<string, unknown>>,
    value: (of: unknown) => unknown,
  ): string | null {
    for (const { module, type, name, values } of this.#plan.readData.values()) {
      if (type !== 'aws_caller_identity') continue
      if (this.#plan.configuration.resource(module, 'data', type, name)?.providerKey !== key) continue
      const id = textOf(values['account_id'])
      if (id !== undefined && ACCOUNT_ID.test(id)) return id
    }
    const allowed = listOf(value(expressions['allowed_account_ids']))
    const only = allowed.length === 1 ? textOf(allowed[0]) : undefined
    if (only !== undefined && ACCOUNT_ID.test(only)) return only
    // With a chain of roles, the last one counts.
    const role = textOf(value(member(listOf(expressions['assume_role']).at(-1), 'role_arn')))
    return /^arn:[^:]+:iam::(\d{12}):role\//.exec(role ?? '')?.[1] ?? null
  }
}

/** Of what is no longer in the configuration: most likely made by the provider's default configuration. */
function defaultKey(change: Change): string {
  return change.type.slice(0, change.type.indexOf('_'))
}

function aroundProvider(key: string): Around {
  const [module] = key.includes(':') ? key.split(':') : ['']
  const steps = (module ?? '').split('.').filter((step) => step !== '' && step !== 'module')
  return { module: steps.map((name) => ({ name, key: undefined })), key: undefined, repeats: undefined }
}
