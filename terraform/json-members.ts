import { isRecord } from './json.ts'

/** The members of a JSON object, each worked out when it is asked for. */
export interface Members {
  readonly names: ReadonlySet<string>
  /** Undefined where there is none of that name. Throws a SyntaxError where it is no JSON. Nothing keeps what it gives. */
  value(name: string): unknown
}

/** The members of an object that is parsed already; undefined: it is none. */
export function membersOf(json: unknown): Members | undefined {
  if (!isRecord(json)) return undefined
  return {
    names: new Set(Object.keys(json)),
    value: (name) => (Object.hasOwn(json, name) ? json[name] : undefined),
  }
}

/** Deeper JSON than anybody writes would break whatever walks it. Terraform's own schemas stay below 30. */
const DEEPEST = 200

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
const SPACE: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d])

interface Span {
  readonly from: number
  readonly to: number
}

/**
 * The members of an object in JSON text (UTF-8), without parsing what is in them: of a plan of 50 MB one part at a time is
 * in memory, and what nobody asks for never is. Undefined where the text is no such object, or is cut off. Cost: one pass
 * over the bytes.
 */
export function membersIn(bytes: Uint8Array): Members | 'too deep' | undefined {
  const spans = spansIn(bytes)
  if (spans === 'too deep' || spans === undefined) return spans
  const text = ({ from, to }: Span): string => new TextDecoder().decode(bytes.subarray(from, to))
  const members = new Map<string, Span>()
  for (const [key, value] of spans) {
    const name = parsedText(text(key))
    if (name === undefined) return undefined
    members.set(name, value)
  }
  return {
    names: new Set(members.keys()),
    value: (name) => {
      const span = members.get(name)
      if (span === undefined) return undefined
      const value: unknown = JSON.parse(text(span))
      return value
    },
  }
}

/** Where the names and values of the outermost object stand. */
function spansIn(bytes: Uint8Array): readonly (readonly [Span, Span])[] | 'too deep' | undefined {
  const spans: (readonly [Span, Span])[] = []
  let depth = 0
  let inText = false
  let isOver = false
  let from = 0
  let key: Span | undefined
  // A byte order mark.
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (inText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) inText = false
      continue
    }
    if (byte === QUOTE) inText = true
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > DEEPEST) return 'too deep'
      if (depth === 1) {
        if (byte !== OPEN_OBJECT || isOver) return undefined
        from = at + 1
      }
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      if (--depth < 0) return undefined
    } else if (depth === 1 && byte === COLON) {
      if (key !== undefined) return undefined
      key = { from, to: at }
      from = at + 1
    }
    if ((depth === 1 && byte === COMMA) || (depth === 0 && byte === CLOSE_OBJECT)) {
      if (key !== undefined) spans.push([key, { from, to: at }])
      else if (byte === COMMA || spans.length > 0 || !bytes.subarray(from, at).every((one) => SPACE.has(one))) {
        return undefined
      }
      key = undefined
      from = at + 1
      isOver = depth === 0
    } else if (depth === 0 && !SPACE.has(byte)) return undefined
  }
  return isOver && !inText ? spans : undefined
}

function parsedText(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
