import { isPartialList, isUnknown, unknown } from '../stored.ts'

/** Asked once per thing that can be hidden, in a fixed order; true hides it. */
export type Hide = (path: string) => boolean

const REASON = { kind: 'not_collected' } as const
const HIDDEN = unknown(REASON)

/**
 * A policy document with parts hidden, as a plan may hide them (see `PolicyDocument`). For tests of the masking law.
 * Asks for everything by its path (`Statement[0].Effect`), for the completeness of each list and each object
 * (`Statement[0].Action…`), for each member that an incomplete one may lack (`Statement[0].Action[1]-`), and whether it
 * is known which of an element and its opposite is meant (`Statement[0].Action?`).
 */
export function hideParts(document: unknown, hide: Hide, path = ''): unknown {
  if (!isObject(document)) return document
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => {
      const at = path === '' ? name : `${path}.${name}`
      return [name, name === 'Statement' ? list(value, at, hide, inStatement) : hide(at) ? HIDDEN : value]
    }),
  )
}

function inStatement(statement: unknown, path: string, hide: Hide): unknown {
  if (!isObject(statement)) return statement
  // A condition may hide where none is.
  const { Condition: conditions = {}, ...rest } = statement
  const elements = Object.entries(rest).map(([name, value]) => inElement(name, value, `${path}.${name}`, hide))
  const tests = map(conditions, `${path}.Condition`, hide, (operator, at) => map(operator, at, hide, list))
  const isNone = isObject(tests) && Object.keys(tests).length === 0
  return Object.assign({}, ...elements, isNone ? {} : { Condition: tests })
}

function inElement(name: string, value: unknown, path: string, hide: Hide): Readonly<Record<string, unknown>> {
  const plain = name.replace(/^Not/, '')
  const hasOpposite = plain === 'Principal' || plain === 'Action' || plain === 'Resource'
  if (!hasOpposite) return { [name]: hide(path) ? HIDDEN : value }
  if (hide(`${path}?`)) return { [plain]: HIDDEN, [`Not${plain}`]: HIDDEN }
  if (plain === 'Principal') return { [name]: map(value, path, hide, list) }
  // What a variable stands for may be nothing of what the policy hangs on, which an unknown `Resource` is taken to name.
  const mustName = name === 'Resource' && JSON.stringify(value).includes('${')
  return { [name]: list(value, path, mustName ? (asked) => asked.endsWith('…') && hide(asked) : hide) }
}

type Inside = (value: unknown, path: string, hide: Hide) => unknown

function list(value: unknown, path: string, hide: Hide, inside: Inside = (member) => member): unknown {
  if (hide(path)) return HIDDEN
  if (isUnknown(value)) return value
  const known = isPartialList(value) ? value.$items : value
  const members: readonly unknown[] = Array.isArray(known) ? known : [known]
  const isPartial = isPartialList(value) || hide(`${path}…`)
  const hidden = members.flatMap((member, index) => {
    const at = `${path}[${index}]`
    if (isPartial && hide(`${at}-`)) return []
    return [hide(at) ? HIDDEN : inside(member, at, hide)]
  })
  if (isPartial) return { $items: hidden, $incomplete: [REASON] }
  return Array.isArray(known) ? hidden : hidden[0]
}

function map(value: unknown, path: string, hide: Hide, inside: Inside): unknown {
  if (hide(path)) return HIDDEN
  if (isUnknown(value)) return value
  const isPartial = isPartialList(value) || hide(`${path}…`)
  const parts = (isPartialList(value) ? value.$items : [value]).map((part) => {
    // Everybody (`*`) has nothing inside.
    if (!isObject(part) || isUnknown(part)) return part
    const kept = Object.entries(part).filter(([name]) => !(isPartial && hide(`${path}.${name}-`)))
    return Object.fromEntries(kept.map(([name, held]) => [name, inside(held, `${path}.${name}`, hide)]))
  })
  return isPartial ? { $items: parts, $incomplete: [REASON] } : parts[0]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
