import { Attributes } from './attributes.ts'
import type { Around, Expressions } from './expressions.ts'
import type { Change, Plan } from './plan.ts'
import { writtenResource } from './written.ts'

/** Where the expressions of a resource stand. */
export function aroundOf(change: Change, plan: Plan): Around {
  const { module, mode, type, name, key } = change
  return { module, key, repeats: plan.configuration.resource(module, mode, type, name)?.repeats }
}

/** What a resource will be; of a deleted or forgotten one, what it was. */
export function attributesOf(change: Change, plan: Plan, expressions: Expressions): Attributes {
  const { module, mode, type, name } = change
  if (isGone(change)) return beforeOf(change) ?? asItWas(change, {})
  const around = aroundOf(change, plan)
  const configured = plan.configuration.resource(module, mode, type, name)?.expressions ?? {}
  return new Attributes({
    path: change.address,
    values: change.after ?? {},
    isBlock: false,
    unknowns: change.afterUnknown,
    sensitive: change.afterSensitive,
    // A data source that is read when applying has nothing that is unknown because it is unset.
    expressions: mode === 'data' ? undefined : configured,
    mayBeUnknown: (expression) => expressions.mayBeUnknown(expression, around),
    isSensitive: (expression) => expressions.isSensitive(expression, around),
    basis: isNew(change) ? 'configured' : 'refreshed',
    written:
      expressions.source === undefined ? undefined : writtenResource(expressions.source, change.address, configured),
  })
}

/** What a resource is now; undefined where there is none. */
export function beforeOf(change: Change): Attributes | undefined {
  return change.before === undefined ? undefined : asItWas(change, change.before)
}

/** Nothing of it is there before the plan is applied. */
export function isNew(change: Change): boolean {
  return (change.becomes === 'created' || change.becomes === 'replaced') && !change.isImported
}

/** The plan does not manage it any more. */
export function isGone(change: Change): boolean {
  return change.becomes === 'deleted' || change.becomes === 'forgotten'
}

function asItWas(change: Change, values: NonNullable<Change['before']>): Attributes {
  return new Attributes({
    path: change.address,
    values,
    isBlock: false,
    unknowns: undefined,
    sensitive: change.beforeSensitive,
    expressions: {},
    mayBeUnknown: () => false,
    isSensitive: () => false,
    basis: 'refreshed',
    written: undefined,
  })
}
