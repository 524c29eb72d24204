import { isDeepStrictEqual } from 'node:util'
import { parseInstance, parseModulePath, writtenAt, type InstanceKey, type ModulePath } from './address.ts'
import type { Configuration } from './configuration.ts'
import { isRecord, listOf, member, textOf } from './json.ts'
import { hasTrue } from './marks.ts'

/** What becomes of a resource. `forgotten`: it stays, and Terraform no longer manages it. `read`: a data source read when applying. */
export type Becomes = 'created' | 'updated' | 'replaced' | 'unchanged' | 'deleted' | 'forgotten' | 'read'

/** One resource instance of a plan, with the values before and after. */
export interface Change {
  readonly address: string
  readonly previousAddress: string | undefined
  readonly module: ModulePath
  readonly mode: 'managed' | 'data'
  readonly type: string
  readonly name: string
  readonly key: InstanceKey
  readonly becomes: Becomes
  readonly isImported: boolean
  readonly before: Values | undefined
  readonly beforeSensitive: unknown
  readonly after: Values | undefined
  readonly afterUnknown: unknown
  readonly afterSensitive: unknown
}

export type Values = Readonly<Record<string, unknown>>

/** The parts of a plan that are read. */
export interface Plan {
  readonly changes: readonly Change[]
  readonly configuration: Configuration
  /** Root variables, by name. */
  readonly variables: ReadonlyMap<string, unknown>
  /** Data sources that were read when planning, by address. */
  readonly readData: ReadonlyMap<string, ReadData>
  readonly plannedAt: Date | undefined
  /** What Terraform says that anything in the plan refers to, wherever that stands. */
  readonly relevant: readonly { readonly address: string; readonly attribute: string }[]
}

export interface ReadData {
  readonly module: ModulePath
  readonly type: string
  readonly name: string
  readonly values: Values
  readonly sensitive: unknown
}

const BECOMES: Readonly<Record<string, Becomes>> = {
  'no-op': 'unchanged',
  create: 'created',
  update: 'updated',
  read: 'read',
  delete: 'deleted',
  forget: 'forgotten',
  'delete,create': 'replaced',
  'create,delete': 'replaced',
  // A replacement whose old object is only forgotten.
  'forget,create': 'replaced',
  'create,forget': 'replaced',
}

/** Reads one entry of `resource_changes`; a sentence where it cannot be read. */
export function readChange(entry: unknown): Change | string {
  const change = member(entry, 'change')
  const [address, mode, type, name] = ['address', 'mode', 'type', 'name'].map((key) => textOf(member(entry, key)))
  if (address === undefined || type === undefined || name === undefined) return 'an entry has no address, type or name'
  if (mode !== 'managed' && mode !== 'data') return `${address} is neither managed nor data`
  const module = parseModulePath(textOf(member(entry, 'module_address')) ?? '')
  if (module === undefined) return `${address} is in no module that can be read`
  const instance = parseInstance(address)
  const isItself = instance !== undefined && writtenAt(instance) === writtenAt({ module, mode, type, name })
  if (!isItself) return `${address} is said to be ${type}.${name}`
  const actions = listOf(member(change, 'actions'))
  const becomes = BECOMES[actions.join(',')]
  if (becomes === undefined) return `nobody knows what becomes of ${address}`
  const [before, after] = [member(change, 'before'), member(change, 'after')]
  const hasBefore = isRecord(before)
  const hasAfter = isRecord(after)
  const isThere = becomes !== 'deleted' && becomes !== 'forgotten'
  if (isThere !== hasAfter || (becomes !== 'created' && becomes !== 'read' && !hasBefore)) {
    return `${address} has no values`
  }
  const key = member(entry, 'index')
  // Of a resource that does not change, one copy is enough; of marks, those that mark something.
  const isSame = becomes === 'unchanged' && isDeepStrictEqual(before, after)
  const marks = (name: string): unknown => (hasTrue(member(change, name)) ? member(change, name) : undefined)
  return {
    address,
    previousAddress: textOf(member(entry, 'previous_address')),
    module,
    mode,
    type,
    name,
    key: typeof key === 'string' || typeof key === 'number' ? key : undefined,
    becomes,
    isImported: isRecord(member(change, 'importing')),
    before: hasBefore ? before : undefined,
    beforeSensitive: marks('before_sensitive'),
    after: isSame && hasBefore ? before : hasAfter ? after : undefined,
    afterUnknown: member(change, 'after_unknown'),
    afterSensitive: marks('after_sensitive'),
  }
}

/** Data sources of `prior_state`, which hold their answers; deferred ones are among the changes. */
export function readDataOf(priorState: unknown): ReadonlyMap<string, ReadData> {
  const found = new Map<string, ReadData>()
  const walk = (module: unknown): void => {
    const path = parseModulePath(textOf(member(module, 'address')) ?? '')
    for (const resource of path === undefined ? [] : listOf(member(module, 'resources'))) {
      const [address, type, name] = ['address', 'type', 'name'].map((key) => textOf(member(resource, key)))
      const values = member(resource, 'values')
      if (member(resource, 'mode') !== 'data' || path === undefined || !isRecord(values)) continue
      if (address !== undefined && type !== undefined && name !== undefined) {
        found.set(address, { module: path, type, name, values, sensitive: member(resource, 'sensitive_values') })
      }
    }
    for (const child of listOf(member(module, 'child_modules'))) walk(child)
  }
  walk(member(member(priorState, 'values'), 'root_module'))
  return found
}

/** `relevant_attributes`, without those of which the whole counts. */
export function readRelevant(relevant: unknown): Plan['relevant'] {
  return listOf(relevant).flatMap((entry) => {
    const address = textOf(member(entry, 'resource'))
    const attribute = textOf(listOf(member(entry, 'attribute'))[0])
    return address === undefined || attribute === undefined ? [] : [{ address, attribute }]
  })
}
