import { isMarker } from '../markers.ts'

/** One of Terraform's functions, over values that are wholly known. Throws nothing; undefined: it cannot say. */
export type TerraformFunction = (...args: readonly unknown[]) => unknown

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'

const text =
  (work: (value: string) => unknown): TerraformFunction =>
  (value) =>
    isText(value) ? work(value) : undefined

/**
 * The functions that people write names, policies and rules with, as far as they depend on nothing but their arguments.
 * `jsonencode` and the collection functions that may hold what is not known are the evaluator's own business.
 *
 * Source: https://developer.hashicorp.com/terraform/language/functions
 */
export const FUNCTIONS: Readonly<Record<string, TerraformFunction>> = {
  lower: text((value) => value.toLowerCase()),
  upper: text((value) => value.toUpperCase()),
  trimspace: text((value) => value.trim()),
  replace: (value, from, to) =>
    // Between slashes stands a regular expression of another engine.
    isText(value) && isText(from) && isText(to) && !/^\/.*\/$/.test(from) ? value.replaceAll(from, to) : undefined,
  join: (separator, ...lists) =>
    isText(separator) && lists.every(isList) ? lists.flat().map(String).join(separator) : undefined,
  split: (separator, value) => (isText(separator) && isText(value) ? value.split(separator) : undefined),
  format: (pattern, ...values) => (isText(pattern) ? format(pattern, values) : undefined),
  jsondecode: text((value) => {
    try {
      return JSON.parse(value, (name, inner: unknown) => {
        if (isMarker(name)) throw new SyntaxError(`${name} is a mark of ours`)
        return inner
      })
    } catch {
      return undefined
    }
  }),
  length: (value) =>
    isText(value) || isList(value) ? value.length : isObject(value) ? Object.keys(value).length : undefined,
  keys: (value) => (isObject(value) ? Object.keys(value).sort() : undefined),
  contains: (value, member) => (isList(value) ? value.includes(member) : undefined),
  tostring: (value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined,
  tonumber: (value) => (value === null || Number.isNaN(Number(value)) ? undefined : Number(value)),
  tobool: (value) =>
    value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined,
  range: (...args) => {
    const [from = 0, to = 0, step = 1] = args.length === 1 ? [0, args[0]] : args
    if (typeof from !== 'number' || typeof to !== 'number' || typeof step !== 'number' || step <= 0) return undefined
    const count = Math.ceil((to - from) / step)
    return count > MOST_MEMBERS ? undefined : Array.from({ length: Math.max(0, count) }, (_, n) => from + n * step)
  },
}

/** Terraform's own bound of `range`. */
const MOST_MEMBERS = 1024

/** `%s`, `%d`, `%v` and `%%`; any other verb is not worked out. */
function format(pattern: string, values: readonly unknown[]): string | undefined {
  let next = 0
  let isUnderstood = true
  const made = pattern.replaceAll(/%([^%]|%)/g, (_, verb: string) => {
    if (verb === '%') return '%'
    if (!'sdv'.includes(verb) || next >= values.length) isUnderstood = false
    return String(values[next++])
  })
  return isUnderstood ? made : undefined
}
