/**
 * JSON that Postgres takes. `jsonb` refuses NUL and lone surrogates, and AWS lets people put anything into a tag: they
 * become U+FFFD, so that one odd string does not cost a page.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return /\\u(?:0000|d[89a-f])/i.test(text) ? JSON.stringify(cleaned(value)) : text
}

/** The same for a plain text column. */
export function plainText(value: string): string {
  return value.includes('\0') || !value.isWellFormed() ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value)
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [plainText(key), cleaned(member)]))
}
