import type { PolicyDocument } from '#core/iam/document.ts'
import { isUnknown, unknown, type Unknown } from '#core/stored.ts'
import type { Attributes } from './attributes.ts'
import type { Expressions } from './expressions.ts'
import type { AccountFacts } from './facts.ts'
import { isRecord, member, textOf } from './json.ts'
import type { Links } from './links.ts'
import type { Companions, Planned } from './mapping.ts'
import type { Names } from './names.ts'
import type { Change, Plan } from './plan.ts'
import { deferredPolicy } from './policy.ts'
import type { Scope, Scopes } from './scope.ts'
import type { SourceView } from './source-view.ts'
import { mapTold, type Told } from './told.ts'
import { aroundOf, attributesOf, beforeOf, isGone, isNew } from './view.ts'

/** What is known around a planned resource. */
export interface Surroundings {
  readonly plan: Plan
  readonly byType: ReadonlyMap<string, readonly Change[]>
  readonly expressions: Expressions
  readonly scopes: Scopes
  readonly names: Names
  readonly links: Links
  readonly source: SourceView | undefined
  readonly factsOf: (accountId: string | null) => AccountFacts
}

/** A resource of a plan as a mapping sees it. What it tells is worked out when it is asked. */
export class PlannedResource implements Planned {
  readonly address: string
  readonly type: string
  readonly isNew: boolean
  readonly attributes: Attributes
  readonly before: Attributes | undefined
  readonly scope: Scope
  readonly identity: string
  readonly #change: Change
  readonly #around: Surroundings

  constructor(change: Change, around: Surroundings) {
    this.address = change.address
    this.type = change.type
    this.isNew = isNew(change)
    this.attributes = attributesOf(change, around.plan, around.expressions)
    this.before = beforeOf(change)
    this.scope = around.scopes.of(change)
    this.identity = around.names.identityOf(change)
    this.#change = change
    this.#around = around
  }

  companions(type: string): Companions {
    const { planned, deleted, forgotten, unresolved } = this.#around.links.of(this.#change, type)
    const see = (change: Change): Planned => new PlannedResource(change, this.#around)
    return { planned: planned.map(see), deleted: deleted.map(see), forgotten: forgotten.map(see), unresolved }
  }

  reference(attribute: string): Told<string> | undefined {
    const told = this.attributes.text(attribute)
    if (told === undefined) return undefined
    if (!isUnknown(told)) return mapTold(told, (value) => this.#identityNamed(value) ?? value)
    const { identities, isAll } = this.#reached(attribute)
    const [only] = identities
    if (isAll && identities.length === 1 && only !== undefined) return { $value: only, $basis: 'configured' }
    return unknown({ kind: 'unlinked', address: `${this.address}.${attribute}` })
  }

  references(attribute: string): readonly Told<string>[] | Unknown | undefined {
    const told = this.attributes.texts(attribute)
    if (told === undefined) return undefined
    // Without the files, nobody can say what there is beside the names.
    if (isUnknown(told)) {
      const { identities } = this.#reached(attribute)
      return identities.length === 0
        ? told
        : [...identities.map((identity) => ({ $value: identity, $basis: 'configured' as const })), told]
    }
    return told.map((text) =>
      isUnknown(text)
        ? (this.#identityAfterApply(text) ?? text)
        : mapTold(text, (value) => this.#identityNamed(value) ?? value),
    )
  }

  named(attribute: string, type: string): readonly Planned[] {
    const { names, links } = this.#around
    const byName = textsWithin(this.#change.after?.[attribute]).flatMap((text) => names.named(type, text, this.#change))
    const reached = links.reached(this.#change, this.#expression(attribute), type)
    return [...new Set([...byName, ...reached])].map((change) => new PlannedResource(change, this.#around))
  }

  others(type: string): readonly Planned[] {
    const { account, region } = this.scope
    return (this.#around.byType.get(type) ?? [])
      .filter((change) => change.mode === 'managed' && !isGone(change))
      .map((change) => new PlannedResource(change, this.#around))
      .filter(({ scope }) => scope.account === account && scope.region === region)
  }

  policy(attribute: string): Told<PolicyDocument> | undefined {
    const told = this.attributes.policy(attribute)
    if (told === undefined || !isUnknown(told)) return told
    const expression = this.#expression(attribute)
    const document = deferredPolicy(this.#change, expression, this.#around)
    if (document === undefined) return told
    const { expressions, plan } = this.#around
    return expressions.isSensitive(expression, aroundOf(this.#change, plan))
      ? { $value: document, $basis: 'configured', $sensitive: true }
      : { $value: document, $basis: 'configured' }
  }

  fact(type: string, field: string): unknown {
    const { before } = this.#change
    if (before === undefined) return undefined
    const names = ['arn', ...this.#around.names.attributesOf(this.type), 'id'].flatMap(
      (name) => textOf(before[name]) ?? [],
    )
    return member(this.#around.factsOf(this.scope.accountId).dataOf(type, names), field)
  }

  #expression(attribute: string): unknown {
    const { module, mode, type, name } = this.#change
    return member(this.#around.plan.configuration.resource(module, mode, type, name)?.expressions, attribute)
  }

  /** The identity of what has a name, where it is of this plan. */
  #identityNamed(value: string): string | undefined {
    const found = this.#around.names.withName(value, this.#change)
    return found === undefined ? undefined : this.#around.names.identityOf(found)
  }

  /** The identity of what is not known before the plan makes it, where that is one attribute of one resource. */
  #identityAfterApply({ $unknown: [reason, ...others] }: Unknown): Told<string> | undefined {
    if (reason?.kind !== 'after_apply' || others.length > 0) return undefined
    const dot = reason.attribute.lastIndexOf('.')
    const change = this.#around.links.changeAt(reason.attribute.slice(0, dot))
    if (change === undefined || !isItself(change)) return undefined
    const identity = this.#around.names.identityBy(change, reason.attribute.slice(dot + 1))
    return { $value: identity, $basis: 'configured' }
  }

  /** The identities of what an unknown attribute reaches, and whether those are all that it reaches. */
  #reached(attribute: string): { readonly identities: readonly string[]; readonly isAll: boolean } {
    const around = aroundOf(this.#change, this.#around.plan)
    const targets = this.#around.expressions.targets(this.#expression(attribute), around)
    const found = targets.flatMap(({ instance: { change }, attribute: name }) =>
      change !== undefined && isItself(change) ? [this.#around.names.identityBy(change, name)] : [],
    )
    return { identities: [...new Set(found)], isAll: found.length === targets.length }
  }
}

/** Whether its attributes name it. `terraform_data` and its like hand on what they were given: it may name anything. */
function isItself({ mode, type }: Change): boolean {
  return mode === 'managed' && type.startsWith('aws_')
}

/** Every text in a value, at any depth. */
function textsWithin(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Object.values(isRecord(value) || Array.isArray(value) ? value : {}).flatMap(textsWithin)
}
