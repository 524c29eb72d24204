import { BlockList, isIP } from 'node:net'

/** What a request is like: condition keys in lower case, each with its values. */
export type RequestContext = ReadonlyMap<string, readonly string[]>

export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

type Test = (actual: string, expected: string) => boolean

/**
 * Whether every condition of a statement holds (operators and keys are ANDed, values ORed, negated operators NORed).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 *
 * @throws Error for an operator that is not known here: a wrong guess would make tests lie.
 */
export function conditionsHold(conditions: Conditions, context: RequestContext): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => holds(operator, context.get(key.toLowerCase()), expected, context)),
  )
}

function holds(
  operator: string,
  actual: readonly string[] | undefined,
  expected: readonly string[],
  context: RequestContext,
): boolean {
  const [, quantifier, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? []
  if (name === 'Null') return expected.some((wanted) => (wanted === 'true') === (actual === undefined))

  const operation = OPERATORS[name]
  if (operation === undefined) throw new Error(`The test AWS API does not know the condition operator ${operator}`)
  const { test, negated } = operation
  const matches = (value: string): boolean => {
    const hit = expected.some((pattern) => test(value, substitute(pattern, context)))
    return negated ? !hit : hit
  }
  if (quantifier === 'ForAllValues') return (actual ?? []).every(matches)
  if (quantifier === 'ForAnyValue') return (actual ?? []).some(matches)
  // An absent key satisfies a negated operator, and any operator that ends in IfExists.
  if (actual === undefined) return negated || ifExists !== undefined
  return negated ? actual.every(matches) : actual.some(matches)
}

function substitute(pattern: string, context: RequestContext): string {
  return pattern.replaceAll(/\$\{([\w:/-]+)\}/g, (whole, key: string) => context.get(key.toLowerCase())?.[0] ?? whole)
}

/** Glob match with `*` and `?`, as IAM does. */
export function matchesGlob(value: string, pattern: string, flags = ''): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]')
  return new RegExp(`^${source}$`, flags).test(value)
}

/** ARNs match part by part: a `*` does not cross the first five colons. */
function matchesArn(value: string, pattern: string): boolean {
  const split = (arn: string): readonly string[] => {
    const parts = arn.split(':')
    return [...parts.slice(0, 5), parts.slice(5).join(':')]
  }
  const values = split(value)
  const patterns = split(pattern)
  return patterns.every((part, index) => matchesGlob(values[index] ?? '', part))
}

function inCidr(address: string, cidr: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/')
  const list = new BlockList()
  list.addSubnet(base, Number(bits), isIP(base) === 6 ? 'ipv6' : 'ipv4')
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

const date = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text))

const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: (a, b) => a === b,
  StringEqualsIgnoreCase: (a, b) => a.toLowerCase() === b.toLowerCase(),
  StringLike: (a, b) => matchesGlob(a, b),
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  NumericEquals: (a, b) => Number(a) === Number(b),
  NumericLessThan: (a, b) => Number(a) < Number(b),
  NumericLessThanEquals: (a, b) => Number(a) <= Number(b),
  NumericGreaterThan: (a, b) => Number(a) > Number(b),
  NumericGreaterThanEquals: (a, b) => Number(a) >= Number(b),
  DateEquals: (a, b) => date(a) === date(b),
  DateLessThan: (a, b) => date(a) < date(b),
  DateLessThanEquals: (a, b) => date(a) <= date(b),
  DateGreaterThan: (a, b) => date(a) > date(b),
  DateGreaterThanEquals: (a, b) => date(a) >= date(b),
  Bool: (a, b) => a.toLowerCase() === b.toLowerCase(),
  BinaryEquals: (a, b) => a === b,
  IpAddress: inCidr,
}

const NEGATIONS: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
}

const OPERATORS: Readonly<Record<string, { readonly test: Test; readonly negated: boolean }>> = Object.fromEntries([
  ...Object.entries(TESTS).map(([name, test]) => [name, { test, negated: false }] as const),
  ...Object.entries(NEGATIONS).flatMap(([name, of]) => {
    const test = TESTS[of]
    return test === undefined ? [] : [[name, { test, negated: true }] as const]
  }),
])
