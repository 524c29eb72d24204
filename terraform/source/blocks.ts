import { distinctReasons, type Reason } from '#core/reason.ts'
import { isPartialList, isUnknown, unknown } from '#core/stored.ts'
import { evaluate, withNames, type Scope } from './evaluate.ts'
import type { Block } from './syntax.ts'

/** Whether blocks of this name come from `dynamic`. */
export function isDynamic(block: Block, name: string): boolean {
  return block.blocks.some(({ type, labels }) => type === 'dynamic' && labels[0] === name)
}

/** Whether there are blocks of this name, written or from `dynamic`. */
export function hasBlocks(block: Block, name: string): boolean {
  return block.blocks.some(({ type }) => type === name) || isDynamic(block, name)
}

/**
 * The nested blocks of a name as a list of objects, those of `dynamic` written out; undefined where there are none.
 * Where it is not known what a `dynamic` goes over, the list is incomplete.
 */
export function dynamicBlocks(block: Block, name: string, scope: Scope): unknown {
  const items: unknown[] = []
  const incomplete: Reason[] = []
  let isThere = false
  for (const nested of block.blocks) {
    if (nested.type === name) {
      isThere = true
      items.push(contentOf(nested, scope))
    } else if (nested.type === 'dynamic' && nested.labels[0] === name) {
      isThere = true
      const made = writtenOut(nested, name, scope)
      items.push(...made.items)
      incomplete.push(...made.incomplete)
    }
  }
  if (!isThere) return undefined
  if (incomplete.length === 0) return items
  return items.length === 0 ? unknown(...incomplete) : { $items: items, $incomplete: distinctReasons(incomplete) }
}

function writtenOut(
  dynamic: Block,
  name: string,
  scope: Scope,
): { readonly items: readonly unknown[]; readonly incomplete: readonly Reason[] } {
  const over = dynamic.attributes.get('for_each')
  const content = dynamic.blocks.find(({ type }) => type === 'content')
  const iterator = dynamic.attributes.get('iterator')
  if (over === undefined || content === undefined) return { items: [], incomplete: [] }
  const variable = iterator?.kind === 'name' ? iterator.name : name
  const value = evaluate(over, scope)
  if (isUnknown(value)) return { items: [], incomplete: value.$unknown }
  const members = isPartialList(value) ? value.$items : value
  if (typeof members !== 'object' || members === null) return { items: [], incomplete: [] }
  const pairs = Array.isArray(members) ? members.map((member, n) => [n, member] as const) : Object.entries(members)
  return {
    items: pairs.map(([key, member]) => contentOf(content, withNames(scope, { [variable]: { key, value: member } }))),
    incomplete: isPartialList(value) ? value.$incomplete : [],
  }
}

function contentOf(block: Block, scope: Scope): Readonly<Record<string, unknown>> {
  const attributes = [...block.attributes].map(([name, expression]) => [name, evaluate(expression, scope)] as const)
  const names = new Set(block.blocks.flatMap(({ type, labels }) => (type === 'dynamic' ? (labels[0] ?? []) : [type])))
  const blocks = [...names].map((name) => [name, dynamicBlocks(block, name, scope)] as const)
  return Object.fromEntries([...attributes, ...blocks])
}
