import { Account, AccountRegion } from '#core/account.ts'
import type { Check, Snapshot } from '#core/check.ts'
import { judge, type Judgement } from '#core/judge.ts'
import type { Reason } from '#core/reason.ts'
import type { Resource, ResourceType } from '#core/resource.ts'
import { group, list, type Schema } from '#core/schema.ts'
import { isBased, isPartialList, isUnknown, unknown } from '#core/stored.ts'

export const ACCOUNT_ID = '111122223333'
export const REGION = 'eu-west-1'
export const NOW = new Date('2026-06-01T00:00:00Z')

/** Why things are hidden in tests. */
export const HIDDEN: Reason = {
  kind: 'denied',
  operation: 'test:Look',
  action: 'test:Look',
  by: 'service_control_policy',
  explicit: true,
}
/** A value that could not be learnt. */
export const hidden = () => unknown(HIDDEN)
/** A list of which only these members were seen. */
export const partial = (...items: readonly unknown[]) => ({ $items: items, $incomplete: [HIDDEN] })

/**
 * Everything that one judgement can look at, as stored data: the resource under `resource`, the account's settings
 * under `account` and `region`, and each type that is looked up under its name, as a list. One object, so that one
 * walk can hide anything in it.
 */
export type World = Readonly<Record<string, unknown>>

/** The schema of a check's world. */
export function worldSchema(check: Check): Schema<unknown> {
  return group({
    resource: check.on.schema,
    account: Account.schema,
    region: AccountRegion.schema,
    ...Object.fromEntries(check.lookUps.map(({ type }) => [type.type, list(type.schema)])),
  })
}

/** Judges the world's resource. */
export function judgeIn(
  check: Check,
  world: World,
  options: { readonly params?: unknown; readonly now?: Date | undefined; readonly ownerId?: string | undefined } = {},
): Judgement {
  const { params = check.defaults, now = NOW, ownerId } = options
  return judge(
    check,
    { ...resource(check.on, 'r-1', world['resource']), ...(ownerId === undefined ? {} : { ownerId }) },
    { accountId: ACCOUNT_ID, snapshot: snapshotOf(world), params, now },
  )
}

/**
 * The same look-ups as a snapshot of the store makes: a member whose key was not learnt might be the one, so it makes
 * the answer incomplete.
 */
function snapshotOf(world: World): Snapshot {
  return {
    account: world['account'],
    region: () => world['region'],
    find: ({ type, key }, _location, value) => {
      const listing = world[type.type]
      // Nobody listed it: not the same as an empty listing.
      if (listing === undefined) return { members: [], incomplete: [HIDDEN] }
      if (isUnknown(listing)) return { members: [], incomplete: listing.$unknown }
      const all: readonly unknown[] = Array.isArray(listing) ? listing : isPartialList(listing) ? listing.$items : []
      const incomplete: Reason[] = isPartialList(listing) ? [...listing.$incomplete] : []
      const members = all.filter((data) => {
        if (key === null) return true
        const held = isUnknown(data) ? data : plain(data)[key]
        if (held !== undefined && !isUnknown(held)) return (isBased(held) ? held.$value : held) === value
        incomplete.push(...(isUnknown(held) ? held.$unknown : [HIDDEN]))
        return false
      })
      return { members: members.map((data, index) => resource(type, `m-${index}`, data)), incomplete }
    },
  }
}

function plain(data: unknown): Readonly<Record<string, unknown>> {
  const value = isBased(data) ? data.$value : data
  // Tests write what schemas describe: a resource is an object.
  return (value ?? {}) as Readonly<Record<string, unknown>>
}

function resource(type: ResourceType, id: string, data: unknown): Resource {
  // `judge` sees data through its schema, whatever it is; tests also give it what no source would store.
  return { type: type.type, id, arn: null, name: id, location: REGION, tags: {}, data: data as never }
}
