/** An error answer of the API server. */
export interface ServerFault {
  readonly status: number
  /** Sent as the header `Retry-After` and in the body's details. */
  readonly retryAfterSeconds?: number
  /** The machine-readable word; default: what the server uses for the status. */
  readonly reason?: string
  readonly message?: string
}

/** https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/types.go, StatusReason. */
const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

/** Headers and body of the answer, a `Status` object as the server writes it. */
export function serverFault(fault: ServerFault): { readonly headers: Record<string, string>; readonly body: string } {
  const { status, retryAfterSeconds } = fault
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: fault.message ?? (status === 410 ? 'too old resource version: 1 (2)' : `injected ${status}`),
    reason: fault.reason ?? reasons[status] ?? 'Unknown',
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
    code: status,
  }
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds)
  return { headers, body: JSON.stringify(body) }
}
