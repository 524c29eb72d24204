/** What an error may bring into a log line. Everything else it carries (requests, responses, headers, configs) stays out. */
const allowed = [
  'code',
  'reason',
  'status',
  'statusCode',
  'errno',
  'syscall',
  'address',
  'port',
  'operation',
  'service',
  'region',
  'account',
  'requestId',
  'category',
  'constraint',
  'table',
  'severity',
  'routine',
] as const

const maxCauses = 5
const maxDepth = 12

/**
 * An error as plain fields: type, message, stack, the allow-listed ones above, and its causes to a depth of five.
 * An SDK error holds its whole request, with credentials in the headers: that is why this is a list of what may pass
 * and not of what may not.
 */
export function toErrorFields(error: Error, depth = 0): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack }
  for (const name of allowed) {
    const value: unknown = Reflect.get(error, name)
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') fields[name] = value
  }
  if (depth >= maxCauses) return fields
  if (error.cause instanceof Error) fields['cause'] = toErrorFields(error.cause, depth + 1)
  else if (typeof error.cause === 'string') fields['cause'] = error.cause
  if (error instanceof AggregateError) {
    fields['errors'] = error.errors
      .slice(0, maxCauses)
      .map((inner: unknown) => (inner instanceof Error ? toErrorFields(inner, depth + 1) : String(inner)))
  }
  return fields
}

/**
 * The fields of a log line as plain JSON values: errors at any depth become {@link toErrorFields}, what JSON cannot say
 * (maps, sets, big integers, cycles, binary data) becomes something short. Never throws.
 */
export function toLogFields(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value === 'bigint') return value.toString()
  if (depth >= maxDepth) return '[too deep]'
  if (value instanceof Error) return toErrorFields(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.map((inner) => toLogFields(inner, depth + 1))
  if (value instanceof Set) return [...value].map((inner) => toLogFields(inner, depth + 1))
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, inner]) => [String(key), toLogFields(inner, depth + 1)]))
  }
  const fields: Record<string, unknown> = {}
  for (const key of Object.keys(value)) fields[key] = toLogFields(Reflect.get(value, key), depth + 1)
  return fields
}
