import type { Operation } from './aws-call.ts'
import { operationsOf, type Check } from './check.ts'
import type { ResourceType } from './resource.ts'
import type { Schema } from './schema.ts'

/** An IAM policy document that allows actions on everything: reading a configuration is all-or-nothing per action. */
export interface LeastPrivilege {
  readonly Version: '2012-10-17'
  readonly Statement: readonly {
    readonly Sid: string
    readonly Effect: 'Allow'
    readonly Action: readonly string[]
    readonly Resource: '*'
  }[]
}

export interface LeastPrivilegeInput {
  /** What is to be judged: the policy allows what these checks read. */
  readonly checks: readonly Check[]
  /** The types that are to be listed besides, with all their fields. */
  readonly inventory?: readonly ResourceType[]
  /** What the scan itself calls, whatever it judges. */
  readonly operations?: readonly Operation[]
  readonly types: ReadonlyMap<string, ResourceType>
  /** The IAM actions that an operation needs. */
  readonly actionsOf: (operation: Operation) => readonly string[]
}

/** The least that a role must allow to judge these checks: one statement per service, actions sorted. */
export function leastPrivilege({
  checks,
  inventory = [],
  operations = [],
  types,
  actionsOf,
}: LeastPrivilegeInput): LeastPrivilege {
  const actions = new Set([
    ...checks.flatMap((check) => actionsOfCheck(check, { types, actionsOf })),
    ...inventory.flatMap(({ operation, schema }) => [operation, ...operationsIn(schema)]).flatMap(actionsOf),
    ...operations.flatMap((operation) => actionsOf(operation)),
  ])
  const byService = Map.groupBy([...actions].sort(), serviceOf)
  return {
    Version: '2012-10-17',
    Statement: [...byService].map(([service, of]) => ({
      Sid: `Read${service.charAt(0).toUpperCase()}${service.slice(1).replaceAll(/[^A-Za-z0-9]/g, '')}`,
      Effect: 'Allow',
      Action: of,
      Resource: '*',
    })),
  }
}

/** The IAM actions without which a check is unknown; sorted. */
export function actionsOfCheck(
  check: Check,
  { types, actionsOf }: Pick<LeastPrivilegeInput, 'types' | 'actionsOf'>,
): readonly string[] {
  // Operations are recorded from schemas, which name them as `service:Operation`.
  const operations = operationsOf(check, types) as readonly Operation[]
  return [...new Set(operations.flatMap((operation) => actionsOf(operation)))].sort()
}

/** Every operation that feeds a field. */
function operationsIn({ shape, operation }: Schema<unknown>): readonly Operation[] {
  const inside =
    shape.kind === 'list'
      ? operationsIn(shape.item)
      : shape.kind === 'group'
        ? Object.values(shape.fields).flatMap(operationsIn)
        : []
  return operation === undefined ? inside : [operation, ...inside]
}

function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(':'))
}
