import { parseParts, type InstanceKey } from './address.ts'
import { isRecord, textsOf } from './json.ts'

/** A name in an expression, as the configuration of a plan lists it. A key that is no constant is left out by Terraform. */
export type Reference =
  | {
      readonly kind: 'resource'
      readonly mode: 'managed' | 'data'
      readonly type: string
      readonly name: string
      readonly key: InstanceKey
      /** The first attribute that is asked; undefined: the whole of it, or hidden behind an index. */
      readonly attribute: string | undefined
    }
  | { readonly kind: 'module'; readonly name: string; readonly key: InstanceKey; readonly output: string | undefined }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'each'; readonly what: 'key' | 'value'; readonly path: readonly string[] }
  | { readonly kind: 'count' }
  /** `path.module`, `terraform.workspace`: known when planning. */
  | { readonly kind: 'known' }

/** Words that begin references to what is known when planning. */
const KNOWN = new Set(['path', 'terraform', 'self'])

/** Reads one reference; undefined where it is not written like one. */
export function parseReference(text: string): Reference | undefined {
  const [first, ...rest] = parseParts(text) ?? []
  if (first === undefined || !('name' in first)) return undefined
  /** Takes the next part where it is a name. */
  const name = (): string | undefined => {
    const part = rest[0]
    if (part === undefined || !('name' in part)) return undefined
    rest.shift()
    return part.name
  }
  const key = (): InstanceKey => {
    const part = rest[0]
    if (part === undefined || !('index' in part)) return undefined
    rest.shift()
    return part.index ?? undefined
  }
  const path = (): readonly string[] => rest.flatMap((part) => ('name' in part ? [part.name] : [String(part.index)]))
  const resource = (mode: 'managed' | 'data', type: string | undefined): Reference | undefined => {
    const called = name()
    return type === undefined || called === undefined
      ? undefined
      : { kind: 'resource', mode, type, name: called, key: key(), attribute: name() }
  }
  switch (first.name) {
    case 'var':
    case 'local':
    case 'module': {
      const called = name()
      if (called === undefined) return undefined
      if (first.name === 'local') return { kind: 'local', name: called }
      return first.name === 'var'
        ? { kind: 'variable', name: called, path: path() }
        : { kind: 'module', name: called, key: key(), output: name() }
    }
    case 'each': {
      const what = name()
      return what === 'key' || what === 'value' ? { kind: 'each', what, path: path() } : undefined
    }
    case 'count':
      return { kind: 'count' }
    case 'data':
      return resource('data', name())
    default:
      return KNOWN.has(first.name) ? { kind: 'known' } : resource('managed', first.name)
  }
}

/** Expressions are asked again and again, by each instance of a resource; they live as long as their plan. */
const KNOWN_REFERENCES = new WeakMap<object, readonly (Reference | undefined)[]>()

/**
 * The names in an expression, or in the expressions of nested blocks. Terraform lists each with what it is a part of
 * (`a.b.id`, `a.b`): only the first of such a row counts. Names that cannot be read come as undefined.
 */
export function referencesIn(expression: unknown): readonly (Reference | undefined)[] {
  if (Array.isArray(expression)) return expression.flatMap(referencesIn)
  if (!isRecord(expression)) return []
  const known = KNOWN_REFERENCES.get(expression) ?? readReferences(expression)
  KNOWN_REFERENCES.set(expression, known)
  return known
}

function readReferences(expression: Readonly<Record<string, unknown>>): readonly (Reference | undefined)[] {
  if (!Object.hasOwn(expression, 'references')) {
    return Object.hasOwn(expression, 'constant_value') ? [] : Object.values(expression).flatMap(referencesIn)
  }
  return leading(textsOf(expression['references'])).map(parseReference)
}

/** Without those that only repeat the beginning of the one before. */
function leading(texts: readonly string[]): readonly string[] {
  let last = ''
  return texts.filter((text) => {
    const repeats = last.startsWith(text) && /^[.[]/.test(last.slice(text.length))
    if (!repeats) last = text
    return !repeats
  })
}
