import { isUnknown } from '../stored.ts'
import { common, coversAllUnder, matches, pattern } from './pattern.ts'
import type { Element, Statement } from './statement.ts'
import { allOf, anyOf, negate, type Tri } from './tri.ts'
import { resolve, type Lookup } from './variables.ts'

/** Whether an action of a policy (`S3:get?bject`) names an action: wildcards, case ignored. */
export function matchesAction(wanted: string, action: string): boolean {
  return matches(pattern(wanted.toLowerCase()), action.toLowerCase())
}

/** Whether a resource of a policy names an ARN: wildcards reach past colons and slashes, case counts. No variables. */
export function matchesResource(wanted: string, arn: string): boolean {
  return matches(pattern(wanted), arn)
}

/** Whether a statement's `Action` or `NotAction` lets an action in. */
export function actionMatches({ action }: Statement, asked: string): Tri {
  if (isUnknown(action)) return action
  const named = anyOf(action.values.map((value) => (isUnknown(value) ? value : matchesAction(value, asked))))
  return action.negated ? negate(named) : named
}

/** Whether a statement's `Resource` or `NotResource` lets an ARN in. True of a statement without either: it is about the resource it hangs on. */
export function resourceMatches({ resource, variables }: Statement, arn: string, lookUp: Lookup): Tri {
  if (resource === null) return true
  if (isUnknown(resource)) return resource
  const named = anyOf(
    resource.values.map((value) => {
      if (isUnknown(value)) return value
      const wanted = resolve(value, { variables, wildcards: true, lookUp })
      return wanted === null ? false : isUnknown(wanted) ? wanted : matches(wanted, arn)
    }),
  )
  return resource.negated ? negate(named) : named
}

/** Whether an element names every text that starts with `prefix` and goes on: `s3:` for every S3 action. */
export function namesAllUnder(element: Element, prefix: string, { ignoreCase }: { readonly ignoreCase: boolean }): Tri {
  const read = (value: string) => pattern(ignoreCase ? value.toLowerCase() : value)
  const everything = pattern(`${prefix}?*`)
  if (element.negated) {
    return allOf(
      element.values.map((value) => (isUnknown(value) ? value : common(read(value), everything, 'x') === undefined)),
    )
  }
  return anyOf(element.values.map((value) => (isUnknown(value) ? value : coversAllUnder(read(value), prefix))))
}

/** Whether an element names exactly this text, wildcards read. */
export function names(element: Element, text: string): Tri {
  const named = anyOf(element.values.map((value) => (isUnknown(value) ? value : matches(pattern(value), text))))
  return element.negated ? negate(named) : named
}
