import type { Check } from '#core/check.ts'
import type { Judgement, Verdict } from '#core/judge.ts'
import { hideParts, type Hide } from '#core/iam/half-known.ts'
import type { Schema } from '#core/schema.ts'
import { isBased, isPartialList, isUnknown } from '#core/stored.ts'
import { hidden, HIDDEN, judgeIn, worldSchema, type World } from './world.ts'

// The masking law: hiding any value, or the completeness of any list, leaves the verdict or makes it unknown. A check
// that breaks it says pass or fail about something it did not see.

/**
 * The data with things hidden. Asks for every value by its path (`ingress[0].cidr`), for the completeness of every list
 * (`ingress…`), and for each member that an incomplete list may lack (`ingress[0]-`).
 */
export function mask(schema: Schema<unknown>, data: unknown, hide: Hide, path = ''): unknown {
  if (path !== '' && hide(path)) return hidden()
  if (isUnknown(data)) return data
  if (isBased(data)) return { ...data, $value: mask(schema, data.$value, hide) }
  switch (schema.shape.kind) {
    case 'leaf':
      // JSON that is judged whole is a policy document, and of that parts can be hidden too.
      return schema.shape.expects.startsWith('an object') ? hideParts(data, hide, path) : data
    case 'list': {
      const { item } = schema.shape
      const members = isPartialList(data) ? data.$items : data
      if (!Array.isArray(members)) return data
      const isIncomplete = isPartialList(data) || hide(`${path}…`)
      const kept = members.filter((_, index) => !(isIncomplete && hide(`${path}[${index}]-`)))
      const masked = kept.map((member, index) => mask(item, member, hide, `${path}[${index}]`))
      return isIncomplete ? { $items: masked, $incomplete: [HIDDEN] } : masked
    }
    case 'group': {
      // Groups are stored as objects; anything else reads as unknown.
      const members = data as Readonly<Record<string, unknown>>
      return Object.fromEntries(
        Object.entries(schema.shape.fields)
          .filter(([name]) => members[name] !== undefined)
          .map(([name, field]) => [name, mask(field, members[name], hide, path === '' ? name : `${path}.${name}`)]),
      )
    }
    default:
      return schema.shape satisfies never
  }
}

/** Ways to hide exactly one thing, and every list's completeness together with all its members. */
export function singleHidings(schema: Schema<unknown>, data: unknown): readonly { name: string; hide: Hide }[] {
  const paths = new Set<string>()
  mask(schema, data, (path) => {
    paths.add(path)
    return false
  })
  return [...paths].flatMap((path) => {
    const one = { name: path, hide: (asked: string) => asked === path }
    if (!path.endsWith('…')) return [one]
    const list = path.slice(0, -1)
    const emptied = (asked: string) => asked === path || (asked.startsWith(`${list}[`) && asked.endsWith(']-'))
    return [one, { name: `${path} with no member seen`, hide: emptied }]
  })
}

/** A world in which hiding something turned a verdict into another one than unknown. */
export interface Breach {
  readonly hid: string
  readonly before: Verdict
  readonly after: Verdict
  readonly judgement: Judgement
}

type Options = Parameters<typeof judgeIn>[2]

/** Checks the law for one way of hiding; the masked world comes back to be masked further. */
export function tryMask(
  check: Check,
  world: World,
  way: { readonly name: string; readonly hide: Hide },
  options?: Options,
): { readonly breach: Breach | undefined; readonly masked: World } {
  // A group's mask is a group.
  const masked = mask(worldSchema(check), world, way.hide) as World
  const before = judgeIn(check, world, options).verdict
  const judgement = judgeIn(check, masked, options)
  const after = judgement.verdict
  const holds = after === before || after === 'unknown'
  return { breach: holds ? undefined : { hid: way.name, before, after, judgement }, masked }
}
