import type { ResourceType } from '#core/resource.ts'
import { unknown, type Stored, type Unknown } from '#core/stored.ts'
import type { Attributes } from './attributes.ts'
import type { Planned } from './mapping.ts'

/** Where a property of a resource may be said, and what holds where it is not. */
export interface PropertyRule<T> {
  /** Whose property it is, for `--facts`. */
  readonly of: ResourceType
  readonly field: string
  /** The Terraform type whose resource sets it for one parent. */
  readonly companion?: { readonly type: string; readonly read: (companion: Planned) => Stored<T> }
  /** What the parent's own attributes say; undefined: nothing. */
  readonly inline?: { readonly attribute: string; readonly read: (attributes: Attributes) => Stored<T> | undefined }
  /** What AWS gives a new resource of which nothing is said. */
  readonly created: Stored<T>
  /** What is left where the plan deletes the companion. Default: what it said stays. */
  readonly removed?: (deleted: Planned) => Stored<T>
}

/**
 * One property of a planned resource: what the plan sets, by a companion or in the resource itself; else what it found
 * there, less what it deletes; else, of a new resource, AWS's default; else what `--facts` says; else unknown (managed
 * elsewhere). A companion that could not be linked may be its own: then nothing is taken for a default.
 */
export function property<T>(planned: Planned, rule: PropertyRule<T>): Stored<T> {
  const { companion, inline } = rule
  const own = companion === undefined ? undefined : planned.companions(companion.type)
  const set = own?.planned[0]
  if (companion !== undefined && set !== undefined) return companion.read(set)

  const said = inline?.read(planned.attributes)
  if (inline !== undefined && said !== undefined && planned.attributes.isConfigured(inline.attribute)) return said
  if (own !== undefined && own.unresolved.length > 0) return unknown(...own.unresolved)

  // What belonged to a resource that is replaced goes with it.
  const [deleted, forgotten] = planned.isNew ? [] : [own?.deleted[0], own?.forgotten[0]]
  if (deleted !== undefined && rule.removed !== undefined) return rule.removed(deleted)
  const left = deleted ?? forgotten
  if (companion !== undefined && left !== undefined) return companion.read(left)

  if (said !== undefined) return said
  if (planned.isNew) return rule.created
  // What a fact holds was stored for this very field: `facts.ts` made it conform to the type's schema.
  return (planned.fact(rule.of.type, rule.field) as Stored<T> | undefined) ?? elsewhere(planned, rule.field)
}

/** It exists, or may exist, and this plan does not manage it. */
export function elsewhere(planned: Planned, field: string): Unknown {
  return unknown({
    kind: 'elsewhere',
    detail: `${planned.address} is there already, and this plan does not set its ${field}`,
  })
}
