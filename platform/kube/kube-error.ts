/**
 * Why a call to the API server did not give what was asked for. `status` is the HTTP code, 0 when there was no answer;
 * `reason` is the server's own (`NotFound`, `Conflict`, `Invalid`, …), or one of ours: `ConnectionFailed`, `Timeout`,
 * `Unauthenticated` (our own credentials could not be read), `BadAnswer`.
 */
export class KubeError extends Error {
  override readonly name = 'KubeError'
  readonly status: number
  readonly reason: string
  readonly verb: string
  readonly path: string
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined
  readonly causes: readonly FieldCause[]

  constructor(fields: {
    readonly status: number
    readonly reason: string
    readonly message: string
    readonly verb: string
    readonly path: string
    readonly retryAfterMs?: number | undefined
    readonly causes?: readonly FieldCause[]
    readonly cause?: unknown
  }) {
    super(`${fields.verb} ${fields.path}: ${fields.message}`, fields.cause === undefined ? {} : { cause: fields.cause })
    this.status = fields.status
    this.reason = fields.reason
    this.verb = fields.verb
    this.path = fields.path
    this.retryAfterMs = fields.retryAfterMs
    this.causes = fields.causes ?? []
  }
}

/** One rule of the schema that an object broke, and where. */
export interface FieldCause {
  readonly field: string
  readonly message: string
}

/** The outcome of a call. A caller that cannot go on without the value says {@link unwrap}. */
export type KubeResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: KubeError }

/** The value, or the error thrown. */
export function unwrap<T>(result: KubeResult<T>): T {
  if (!result.ok) throw result.error
  return result.value
}

// Codes become meanings here and nowhere else.
export const isNotFound = (error: KubeError): boolean => error.status === 404
export const isAlreadyExists = (error: KubeError): boolean => error.status === 409 && error.reason === 'AlreadyExists'
/** Somebody else wrote first (or the uid in the request is not that of the object that has the name now). */
export const isConflict = (error: KubeError): boolean => error.status === 409 && error.reason !== 'AlreadyExists'
/** The object breaks its schema or a rule; sending it again does not help. */
export const isInvalid = (error: KubeError): boolean => error.status === 422 || error.status === 400
/**
 * What is stored does not have the types of the schema (an older one let it through), so server-side apply has nothing to
 * merge into. The server says so with a bare 500 (kubernetes/apimachinery: util/managedfields/internal/structuredmerge.go).
 */
export const isUnmergeable = (error: KubeError): boolean =>
  error.status === 500 && error.message.includes('failed to create typed live object')
/** The resource version or continue token is too old: list again. */
export const isGone = (error: KubeError): boolean => error.status === 410
export const isForbidden = (error: KubeError): boolean => error.status === 403
export const isUnauthorized = (error: KubeError): boolean => error.status === 401
/** The server asks for patience: 429, or 503. */
export const isOverloaded = (error: KubeError): boolean => error.status === 429 || error.status === 503
/** No answer came: whether the call had an effect is unknown. */
export const isUnanswered = (error: KubeError): boolean => error.status === 0

/**
 * An error answer of the API server. Its body is a `Status` as JSON text (sometimes plain text, when a proxy in
 * between or the server's own overload filter answers), and `Retry-After` is in seconds.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ (read 2026-11)
 */
export function parseStatusError(answer: {
  readonly status: number
  readonly body: string
  readonly retryAfter: string | undefined
  readonly verb: string
  readonly path: string
}): KubeError {
  const status = parseStatus(answer.body)
  const seconds = Number(answer.retryAfter ?? status.details?.retryAfterSeconds)
  return new KubeError({
    status: answer.status,
    reason: status.reason ?? 'Unknown',
    message: status.message ?? (answer.body.slice(0, 200).trim() || `HTTP ${answer.status}`),
    verb: answer.verb,
    path: answer.path,
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
    causes: (status.details?.causes ?? []).map(({ field, message }) => ({
      field: field ?? '',
      message: message ?? '',
    })),
  })
}

interface Status {
  readonly reason?: string
  readonly message?: string
  readonly details?: {
    readonly retryAfterSeconds?: number
    readonly causes?: readonly { readonly field?: string; readonly message?: string }[]
  }
}

function parseStatus(body: string): Status {
  try {
    const value: unknown = JSON.parse(body)
    // The API server's own type; a body of another shape yields undefined fields, which the caller expects.
    return value !== null && typeof value === 'object' ? value : {}
  } catch {
    return {}
  }
}
