import { isUnknown, type Unknown } from '../stored.ts'
import { odd } from './document.ts'
import { literal, pattern, type Pattern } from './pattern.ts'

/** What a request holds under a key (in lower case) that has one value; null when it is absent. */
export type Lookup = (key: string) => string | null

interface Rules {
  /** Whether `${…}` is a variable: not before version 2012-10-17, where it is plain text. */
  readonly variables: boolean | Unknown
  readonly wildcards: boolean
  readonly lookUp: Lookup
}

const VARIABLE = /\$\{([^{}]*)\}/

/**
 * Text of a policy as a pattern, its variables replaced by what the request holds: `${aws:username}`, with a default
 * `${aws:PrincipalTag/team, 'none'}`. Null when a variable is absent and has no default: then the value matches
 * nothing. A wildcard inside what a variable stands for is plain text.
 * Source: IAM User Guide, "IAM policy elements: Variables and tags".
 */
export function resolve(text: string, { variables, wildcards, lookUp }: Rules): Pattern | Unknown | null {
  const plain = (part: string): Pattern => (wildcards ? pattern(part) : literal(part))
  if (!VARIABLE.test(text)) return plain(text)
  if (isUnknown(variables)) return variables
  if (!variables) return plain(text)
  const out: Pattern[] = []
  let rest = text
  for (let found = VARIABLE.exec(rest); found !== null; found = VARIABLE.exec(rest)) {
    out.push(plain(rest.slice(0, found.index)))
    rest = rest.slice(found.index + found[0].length)
    const name = found[1] ?? ''
    if (name === '*' || name === '?' || name === '$') {
      out.push(literal(name))
      continue
    }
    const parts = /^\s*([^,\s]+)\s*(?:,\s*'([^']*)'\s*)?$/.exec(name)
    if (parts === null) return odd(`\${${name}} is no policy variable`)
    const held = lookUp((parts[1] ?? '').toLowerCase()) ?? parts[2]
    if (held === undefined) return null
    out.push(literal(held))
  }
  out.push(plain(rest))
  return out.flat()
}

/** The keys that text names as variables, in lower case. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{\s*([^{},\s]+)[^{}]*\}/g)]
    .map(([, name = '']) => name.toLowerCase())
    .filter((name) => !['*', '?', '$'].includes(name))
}
