import type { PolicyDocument } from '#core/iam/document.ts'
import type { Reason } from '#core/reason.ts'
import { isBased, isUnknown, unknown, type Unknown } from '#core/stored.ts'
import type { Attributes } from './attributes.ts'
import type { Expressions, Target } from './expressions.ts'
import { member, textOf } from './json.ts'
import { readPolicy } from './markers.ts'
import type { Change, Plan } from './plan.ts'
import { aroundOf, attributesOf } from './view.ts'

const DOCUMENT = 'aws_iam_policy_document'

/**
 * The policy that an expression takes from a deferred `aws_iam_policy_document`: its JSON is not known, its statements
 * are. Undefined where the expression reaches no such document, or several, or anything else besides: nobody can say then
 * what it makes of them.
 */
export function deferredPolicy(
  change: Change,
  expression: unknown,
  within: { readonly plan: Plan; readonly expressions: Expressions },
): PolicyDocument | undefined {
  const targets = within.expressions.targets(expression, aroundOf(change, within.plan))
  const [only] = targets
  if (targets.length !== 1 || only === undefined || !isDocument(only)) return undefined
  return documentOf(only, within, new Set())
}

function isDocument({ instance, attribute }: Target): boolean {
  const type = instance.change?.type ?? instance.read?.type
  return type === DOCUMENT && (attribute === undefined || attribute === 'json' || attribute === 'minified_json')
}

type Within = Parameters<typeof deferredPolicy>[2]

function documentOf({ instance }: Target, within: Within, seen: Set<string>): PolicyDocument {
  if (seen.has(instance.address)) return asDocument([untold(instance.address)], undefined)
  seen.add(instance.address)
  if (instance.read !== undefined) {
    const json = textOf(instance.read.values['json'])
    return (json === undefined ? undefined : readPolicy(json)) ?? asDocument([untold(instance.address)], undefined)
  }
  const { change } = instance
  if (change === undefined) return asDocument([untold(instance.address)], undefined)
  const attributes = attributesOf(change, within.plan, within.expressions)
  const statements = [
    ...sourcesOf('source_json', change, within, seen),
    ...sourcesOf('source_policy_documents', change, within, seen),
    ...statementsOf(attributes),
    ...sourcesOf('override_json', change, within, seen),
    ...sourcesOf('override_policy_documents', change, within, seen),
  ]
  const version = attributes.text('version')
  return asDocument(bySid(statements), version === undefined ? undefined : plain(version))
}

/** The statements of other documents that one takes in. */
function sourcesOf(attribute: string, change: Change, within: Within, seen: Set<string>): readonly unknown[] {
  const attributes = attributesOf(change, within.plan, within.expressions)
  const one = attribute.endsWith('_json') ? attributes.text(attribute) : undefined
  const texts = attribute.endsWith('_json') ? one && [one] : attributes.texts(attribute)
  if (texts === undefined) return []
  const known = isUnknown(texts) ? [] : texts.flatMap((text) => (isUnknown(text) ? [] : [text.$value]))
  const fromText = known.flatMap((text) => {
    const document = readPolicy(text)
    return document !== undefined
      ? statementList(document)
      : text === ''
        ? []
        : [untold(`${change.address}.${attribute}`)]
  })
  if (!isUnknown(texts) && texts.every((text) => !isUnknown(text))) return fromText

  const { module, mode, type, name } = change
  const expression = member(within.plan.configuration.resource(module, mode, type, name)?.expressions, attribute)
  const targets = within.expressions.targets(expression, aroundOf(change, within.plan))
  const reached = targets.flatMap((target) =>
    isDocument(target) ? statementList(documentOf(target, within, seen)) : [untold(`${change.address}.${attribute}`)],
  )
  return targets.length === 0 ? [...fromText, untold(`${change.address}.${attribute}`)] : [...fromText, ...reached]
}

function statementsOf(document: Attributes): readonly unknown[] {
  const blocks = document.blocks('statement')
  if (blocks === undefined) return []
  const incomplete = blocks.incomplete.length === 0 ? [] : [unknown(...blocks.incomplete)]
  return [...blocks.items.map(statementOf), ...incomplete]
}

function statementOf(statement: Attributes): Readonly<Record<string, unknown>> {
  const effect = statement.text('effect')
  const sid = statement.text('sid')
  const parts = {
    Sid: sid === undefined ? undefined : plain(sid),
    Effect: effect === undefined ? 'Allow' : plain(effect),
    Principal: principals(statement, 'principals'),
    NotPrincipal: principals(statement, 'not_principals'),
    Action: listIn(statement, 'actions'),
    NotAction: listIn(statement, 'not_actions'),
    Resource: listIn(statement, 'resources'),
    NotResource: listIn(statement, 'not_resources'),
    Condition: conditionsOf(statement),
  }
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined && value !== ''))
}

function listIn(attributes: Attributes, name: string): readonly unknown[] | Unknown | undefined {
  const texts = attributes.texts(name)
  if (texts === undefined || isUnknown(texts)) return texts
  return texts.length === 0 ? undefined : texts.map(plain)
}

/** `*` of type `*` is everybody; the provider writes it so. */
function principals(statement: Attributes, name: string): unknown {
  const blocks = statement.blocks(name)
  if (blocks === undefined || (blocks.items.length === 0 && blocks.incomplete.length === 0)) return undefined
  if (blocks.incomplete.length > 0) return unknown(...blocks.incomplete)
  const byType: Record<string, unknown[]> = {}
  for (const block of blocks.items) {
    const type = block.text('type')
    const identifiers = listIn(block, 'identifiers') ?? []
    if (type === undefined || isUnknown(type))
      return type ?? unknown({ kind: 'unreadable', detail: 'a principal without a type' })
    const members = isUnknown(identifiers) ? [identifiers] : identifiers
    if (type.$value === '*' && members.includes('*')) return '*'
    byType[type.$value] = [...(byType[type.$value] ?? []), ...members]
  }
  return byType
}

function conditionsOf(statement: Attributes): unknown {
  const blocks = statement.blocks('condition')
  if (blocks === undefined || (blocks.items.length === 0 && blocks.incomplete.length === 0)) return undefined
  if (blocks.incomplete.length > 0) return unknown(...blocks.incomplete)
  const tests: Record<string, Record<string, readonly unknown[]>> = {}
  for (const block of blocks.items) {
    const [test, variable] = [block.text('test'), block.text('variable')]
    if (test === undefined || variable === undefined)
      return unknown({ kind: 'unreadable', detail: 'a condition without a test' })
    if (isUnknown(test)) return test
    if (isUnknown(variable)) return variable
    const values = listIn(block, 'values') ?? []
    // The same test of the same variable twice asks for either's values.
    const before = tests[test.$value]?.[variable.$value] ?? []
    const all = [...before, ...(isUnknown(values) ? [values] : values)]
    tests[test.$value] = { ...tests[test.$value], [variable.$value]: all }
  }
  return tests
}

/** A later statement takes the place of an earlier one with the same Sid. Source: the provider's documentation of the data source. */
function bySid(statements: readonly unknown[]): readonly unknown[] {
  const placed = new Map<unknown, unknown>()
  for (const statement of statements) {
    const sid = member(statement, 'Sid')
    placed.set(typeof sid === 'string' && sid !== '' ? sid : statement, statement)
  }
  return [...placed.values()]
}

function statementList(document: PolicyDocument): readonly unknown[] {
  const { Statement: body } = document
  return Array.isArray(body) ? body : [body]
}

/** What nobody can tell stands as one unknown statement. */
function untold(attribute: string): Unknown {
  const reason: Reason = { kind: 'after_apply', attribute }
  return unknown(reason)
}

function asDocument(statements: readonly unknown[], version: unknown): PolicyDocument {
  // An object is all that the type promises: what is inside is read with suspicion.
  return { Version: version ?? '2012-10-17', Statement: statements } as unknown as PolicyDocument
}

/** `&{…}` is how the data source writes a policy variable. */
function plain(value: unknown): unknown {
  const held = isBased(value) ? value.$value : value
  return typeof held === 'string' ? held.replaceAll('&{', '${') : held
}
