const VERSION = 1

/** What a message carries: which job to look up. Everything else is in the database, where it can change. */
export interface JobMessage {
  readonly jobId: string
  readonly scanId: string
  readonly targetId: string
}

export type DecodedMessage =
  | { readonly kind: 'ok'; readonly message: JobMessage }
  /** A sentence that says what is wrong with it. */
  | { readonly kind: 'refused'; readonly reason: string }

export function encodeMessage({ jobId, scanId, targetId }: JobMessage): string {
  return JSON.stringify({ version: VERSION, jobId, scanId, targetId })
}

const MOST_CHARACTERS = 1000
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Reads a message. An unknown version, an unknown field or anything out of shape is refused, not guessed. Never throws. */
export function decodeMessage(body: string): DecodedMessage {
  const refused = (reason: string): DecodedMessage => ({ kind: 'refused', reason })
  if (body.length > MOST_CHARACTERS) return refused(`the body has ${body.length} characters: it is not one of ours`)
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return refused('the body is not JSON')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return refused('the body is not an object')
  const { version, ...fields } = parsed as Readonly<Record<string, unknown>>
  if (version !== VERSION) {
    return refused(`version ${JSON.stringify(version) ?? 'absent'} is unknown: this program reads version ${VERSION}`)
  }
  const { jobId, scanId, targetId, ...others } = fields
  const unknown = Object.keys(others)
  if (unknown.length > 0) return refused(`the fields ${unknown.join(', ')} are unknown in version ${VERSION}`)
  if (!isUuid(jobId)) return refused('jobId is not a UUID')
  if (!isUuid(scanId)) return refused('scanId is not a UUID')
  if (!isUuid(targetId)) return refused('targetId is not a UUID')
  return { kind: 'ok', message: { jobId, scanId, targetId } }
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value)
}
