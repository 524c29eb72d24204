import { Attributes } from './attributes.ts'
import type { Around, Expressions } from './expressions.ts'
import type { Change, Plan } from './plan.ts'

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
  return new Attributes({
    path: change.address,
    values: change.after ?? {},
    unknowns: change.afterUnknown,
    sensitive: change.afterSensitive,
    expressions: plan.configuration.resource(module, mode, type, name)?.expressions ?? {},
    mayBeUnknown: (expression) => expressions.mayBeUnknown(expression, around),
    isSensitive: (expression) => expressions.isSensitive(expression, around),
    basis: isNew(change) ? 'configured' : 'refreshed',
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
    unknowns: undefined,
    sensitive: change.beforeSensitive,
    expressions: {},
    mayBeUnknown: () => false,
    isSensitive: () => false,
    basis: 'refreshed',
  })
}
