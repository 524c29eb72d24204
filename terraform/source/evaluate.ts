import { distinctReasons, type Reason } from '#core/reason.ts'
import { isPartialList, isUnknown, unknown, type Unknown } from '#core/stored.ts'
import { isMarker } from '../markers.ts'
import { FUNCTIONS } from './functions.ts'
import type { Expression, Step } from './syntax.ts'

/** Gives the value that a name begins with (`var`, `local`, `aws_s3_bucket`), by the steps that follow it. */
export interface Scope {
  /**
   * The value of `name` after as many of `steps` as belong to the name (`local.x` takes one), and the rest of the steps.
   * Undefined: there is no such name.
   */
  lookUp(name: string, steps: readonly KnownStep[]): { readonly value: unknown; readonly rest: number } | undefined
  /** Called once per expression that is worked out. May throw, to put an end to one that would take too long. */
  step(): void
}

/** A step whose index has been worked out. */
export type KnownStep = string | number | typeof SPLAT | Unknown
export const SPLAT: unique symbol = Symbol('splat')

/**
 * Works out what an expression is worth: JSON with unknowns inline, so that of a list or object with a part that is not
 * known the rest is. What is not understood is `unreadable`, never a guess. Pure; as deep as the expression is nested.
 */
export function evaluate(expression: Expression, scope: Scope): unknown {
  scope.step()
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'name':
      return evaluate({ kind: 'traversal', from: expression, steps: [] }, scope)
    case 'template':
      return template(expression.parts.map((part) => evaluate(part, scope)))
    case 'list':
      return expression.items.map((item) => evaluate(item, scope))
    case 'object':
      return objectOf(
        expression.entries.map(({ key, value }) => [evaluate(key, scope), evaluate(value, scope)] as const),
      )
    case 'call':
      return call(expression, scope)
    case 'traversal':
      return traverse(expression, scope)
    case 'conditional': {
      const test = evaluate(expression.test, scope)
      if (test === true || test === 'true') return evaluate(expression.yes, scope)
      if (test === false || test === 'false') return evaluate(expression.no, scope)
      return isUnknown(test) ? test : cannotRead('a condition')
    }
    case 'for':
      return loop(expression, scope)
    case 'operation':
      return operate(
        expression.operator,
        expression.operands.map((operand) => evaluate(operand, scope)),
      )
    case 'other':
      return cannotRead(expression.text)
    default:
      return expression satisfies never
  }
}

/** What stands in the source and is not worked out. */
export function cannotRead(what: string): Unknown {
  return unknown({ kind: 'unreadable', detail: what.length <= 80 ? what : `${what.slice(0, 79)}…` })
}

/** The reasons of every unknown in a value, at any depth. */
export function reasonsIn(value: unknown): readonly Reason[] {
  if (typeof value !== 'object' || value === null) return []
  if (isUnknown(value)) return value.$unknown
  if (isPartialList(value)) return distinctReasons([...value.$incomplete, ...value.$items.flatMap(reasonsIn)])
  return distinctReasons(Object.values(value).flatMap(reasonsIn))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isUnknown(value) && !isPartialList(value)

/** The members of a list or a map's values, and why others may be missing; undefined: it is neither. */
function membersOf(
  value: unknown,
): { readonly items: readonly unknown[]; readonly incomplete: readonly Reason[] } | undefined {
  if (Array.isArray(value)) return { items: value, incomplete: [] }
  if (isPartialList(value)) return { items: value.$items, incomplete: value.$incomplete }
  if (isUnknown(value)) return { items: [], incomplete: value.$unknown }
  return undefined
}

function listOf(items: readonly unknown[], incomplete: readonly Reason[]): unknown {
  if (incomplete.length === 0) return items
  return items.length === 0 ? unknown(...incomplete) : { $items: items, $incomplete: distinctReasons(incomplete) }
}

function template(parts: readonly unknown[]): unknown {
  const [only] = parts
  // `"${x}"` is x itself.
  if (parts.length === 1 && typeof only !== 'string') return only
  const reasons = parts.flatMap(reasonsIn)
  if (reasons.length > 0) return jsonAround(parts) ?? unknown(...distinctReasons(reasons))
  return parts.every(isScalar) ? parts.map(String).join('') : cannotRead('a list or object inside a text')
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** JSON that is written as text, around parts that are not known: a policy in a heredoc. Undefined: it is no JSON. */
function jsonAround(parts: readonly unknown[]): unknown {
  const marked = parts.map((part, n) => (isScalar(part) ? String(part) : `${MARK}${n}${MARK}`)).join('')
  if (!marked.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(marked, (name, value: unknown) => {
      if (isMarker(name)) throw new SyntaxError(`${name} is a mark of ours`)
      if (typeof value !== 'string' || !value.includes(MARK)) return value
      // Every second piece is the number of a part.
      const hidden = value.split(MARK).flatMap((piece, n) => (n % 2 === 1 ? reasonsIn(parts[Number(piece)]) : []))
      return hidden.length === 0 ? cannotRead('a list or object inside a text') : unknown(...distinctReasons(hidden))
    })
  } catch {
    return undefined
  }
}

/** Of Unicode's private use: nobody writes it. */
const MARK = '\uE000'

function objectOf(entries: readonly (readonly [unknown, unknown])[]): unknown {
  const keys = entries.flatMap(([key]) => reasonsIn(key))
  if (keys.length > 0) return unknown(...distinctReasons(keys))
  if (entries.some(([key]) => isMarker(String(key)))) return cannotRead('an object with a name like a mark of ours')
  return Object.fromEntries(entries.map(([key, value]) => [String(key), value]))
}

function call({ name, args, expands }: Extract<Expression, { kind: 'call' }>, scope: Scope): unknown {
  let values: readonly unknown[] = args.map((arg) => evaluate(arg, scope))
  if (expands) {
    const last = values.at(-1)
    if (!Array.isArray(last)) return cannotRead(`${name}(…)`)
    values = [...values.slice(0, -1), ...last]
  }
  const special = PARTIAL[name]
  if (special !== undefined) return special(values)
  const reasons = values.flatMap(reasonsIn)
  if (reasons.length > 0) return unknown(...distinctReasons(reasons))
  const made = FUNCTIONS[name]?.(...values)
  return made === undefined ? cannotRead(`${name}(…)`) : made
}

const concatenate = (lists: readonly unknown[]): unknown => {
  const all = lists.map(membersOf)
  if (all.includes(undefined)) return cannotRead('concat(…)')
  return listOf(
    all.flatMap((one) => one?.items ?? []),
    all.flatMap((one) => one?.incomplete ?? []),
  )
}

/** As `toset` does: each once. */
const asSet = ([value]: readonly unknown[]): unknown => {
  const members = membersOf(value)
  if (members === undefined) return cannotRead('toset(…)')
  const seen = new Map(members.items.map((item) => [JSON.stringify(item), item]))
  return listOf([...seen.values()], members.incomplete)
}

/** Functions that say something of what is only partly known. */
const PARTIAL: Readonly<Record<string, (values: readonly unknown[]) => unknown>> = {
  // The text is not written: whoever reads it would only parse it again, and unknowns would be lost in it.
  jsonencode: ([value]) => value,
  concat: concatenate,
  flatten: ([value]) => {
    const members = membersOf(value)
    if (members === undefined) return cannotRead('flatten(…)')
    const inner = members.items.map((item) => membersOf(item) ?? { items: [item], incomplete: [] })
    return listOf(
      inner.flatMap(({ items }) => items),
      [...members.incomplete, ...inner.flatMap(({ incomplete }) => incomplete)],
    )
  },
  toset: asSet,
  distinct: asSet,
  tolist: ([value]) => (membersOf(value) === undefined ? cannotRead('tolist(…)') : value),
  tomap: ([value]) => value,
  compact: ([value]) => {
    const members = membersOf(value)
    if (members === undefined) return cannotRead('compact(…)')
    return listOf(
      members.items.filter((item) => item !== null && item !== ''),
      members.incomplete,
    )
  },
  merge: (values) => {
    const blind = values.find(isUnknown)
    if (blind !== undefined) return blind
    return values.every((value) => value === null || isObject(value))
      ? Object.assign({}, ...values)
      : cannotRead('merge(…)')
  },
  values: ([value]) => {
    if (isUnknown(value)) return value
    return isObject(value)
      ? Object.keys(value)
          .sort()
          .map((key) => value[key])
      : cannotRead('values(…)')
  },
  lookup: ([map, key, fallback]) => {
    const reasons = [...(isUnknown(map) ? map.$unknown : []), ...reasonsIn(key)]
    if (reasons.length > 0) return unknown(...reasons)
    if (!isObject(map)) return cannotRead('lookup(…)')
    return Object.hasOwn(map, String(key)) ? map[String(key)] : fallback
  },
  coalesce: (values) => {
    for (const value of values) if (isUnknown(value) || (value !== null && value !== '')) return value
    return cannotRead('coalesce(…)')
  },
  // What fails is what cannot be read; an unknown of another kind is a value that will be there.
  try: (values) => values.find((value) => !failed(value)) ?? cannotRead('try(…)'),
  sensitive: ([value]) => value,
  nonsensitive: ([value]) => value,
}

function failed(value: unknown): boolean {
  return isUnknown(value) && value.$unknown.some(({ kind }) => kind === 'unreadable')
}

function traverse({ from, steps }: Extract<Expression, { kind: 'traversal' }>, scope: Scope): unknown {
  const known = steps.map((step): KnownStep => toKnownStep(step, scope))
  if (from.kind !== 'name') return follow(evaluate(from, scope), known)
  const found = scope.lookUp(from.name, known)
  if (found === undefined) return cannotRead(from.name)
  return follow(found.value, known.slice(known.length - found.rest))
}

function toKnownStep(step: Step, scope: Scope): KnownStep {
  switch (step.kind) {
    case 'attribute':
      return step.name
    case 'splat':
      return SPLAT
    case 'index': {
      const index = evaluate(step.index, scope)
      if (typeof index === 'string' || typeof index === 'number' || isUnknown(index)) return index
      return cannotRead('an index')
    }
    default:
      return step satisfies never
  }
}

/** Goes into a value. */
export function follow(value: unknown, steps: readonly KnownStep[]): unknown {
  let at = value
  for (const [n, step] of steps.entries()) {
    if (isUnknown(at)) return at
    if (typeof step === 'object') return step
    if (step === SPLAT) {
      const rest = steps.slice(n + 1)
      const members = membersOf(at) ?? { items: at === null ? [] : [at], incomplete: [] }
      return listOf(
        members.items.map((item) => follow(item, rest)),
        members.incomplete,
      )
    }
    const inside: unknown = isPartialList(at) ? unknown(...at.$incomplete) : memberAt(at, step)
    if (inside === undefined) return cannotRead(`.${step}`)
    at = inside
  }
  return at
}

function memberAt(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return value[Number(step)] as unknown
  return isObject(value) && Object.hasOwn(value, String(step)) ? value[String(step)] : undefined
}

function loop(expression: Extract<Expression, { kind: 'for' }>, scope: Scope): unknown {
  const over = evaluate(expression.over, scope)
  const pairs = pairsOf(over)
  if (pairs === undefined) return cannotRead('what a for goes over')
  const incomplete = [...pairs.incomplete]
  const made: (readonly [unknown, unknown])[] = []
  for (const [key, value] of pairs.entries) {
    const inner = withNames(scope, {
      [expression.valueName]: value,
      ...(expression.keyName === null ? {} : { [expression.keyName]: key }),
    })
    const holds = expression.condition === null ? true : evaluate(expression.condition, inner)
    if (holds === false || holds === 'false') continue
    if (holds !== true && holds !== 'true') {
      incomplete.push(...(isUnknown(holds) ? holds.$unknown : cannotRead('the condition of a for').$unknown))
      continue
    }
    made.push([expression.key === null ? null : evaluate(expression.key, inner), evaluate(expression.value, inner)])
  }
  if (expression.makes === 'list') {
    return listOf(
      made.map(([, value]) => value),
      incomplete,
    )
  }
  // An object that lacks members nobody knows of cannot be told from one that does not have them.
  if (incomplete.length > 0) return unknown(...distinctReasons(incomplete))
  return expression.groups ? grouped(made) : objectOf(made)
}

function grouped(made: readonly (readonly [unknown, unknown])[]): unknown {
  const reasons = made.flatMap(([key]) => reasonsIn(key))
  if (reasons.length > 0) return unknown(...distinctReasons(reasons))
  const gathered = Map.groupBy(made, ([key]) => String(key))
  return Object.fromEntries([...gathered].map(([key, pairs]) => [key, pairs.map(([, value]) => value)]))
}

function pairsOf(
  value: unknown,
): { readonly entries: readonly (readonly [unknown, unknown])[]; readonly incomplete: readonly Reason[] } | undefined {
  const members = membersOf(value)
  if (members !== undefined) {
    return { entries: members.items.map((item, n) => [n, item] as const), incomplete: members.incomplete }
  }
  return isObject(value) ? { entries: Object.entries(value), incomplete: [] } : undefined
}

/** A scope with names of its own in front. */
export function withNames(scope: Scope, names: Readonly<Record<string, unknown>>): Scope {
  return {
    lookUp: (name, steps) =>
      Object.hasOwn(names, name) ? { value: names[name], rest: steps.length } : scope.lookUp(name, steps),
    step: () => scope.step(),
  }
}

function operate(operator: string, operands: readonly unknown[]): unknown {
  const [left, right] = operands
  // As in Kleene's logic: one side may decide alone.
  if (operator === '&&' && (left === false || right === false)) return false
  if (operator === '||' && (left === true || right === true)) return true
  const reasons = operands.flatMap(reasonsIn)
  if (reasons.length > 0) return unknown(...distinctReasons(reasons))
  if (operands.length === 1) {
    if (operator === '!' && typeof left === 'boolean') return !left
    return operator === '-' && typeof left === 'number' ? -left : cannotRead(operator)
  }
  switch (operator) {
    case '==':
      return JSON.stringify(left) === JSON.stringify(right)
    case '!=':
      return JSON.stringify(left) !== JSON.stringify(right)
    case '&&':
      return left === true && right === true
    case '||':
      return left === true || right === true
    default:
      return typeof left === 'number' && typeof right === 'number'
        ? calculate(operator, left, right)
        : cannotRead(operator)
  }
}

function calculate(operator: string, left: number, right: number): unknown {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return right === 0 ? cannotRead('a division by zero') : left / right
    case '%':
      return right === 0 ? cannotRead('a division by zero') : left % right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    default:
      return cannotRead(operator)
  }
}
