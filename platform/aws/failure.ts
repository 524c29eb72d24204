import type { Failure, FailureCategory, Operation } from '#core/aws-call.ts'
import type { Reason } from '#core/reason.ts'
import { parseDenial, withoutEncodedPart } from './denial.ts'
import { categoryOf } from './error-codes.ts'

const MESSAGE_LENGTH = 500
const DETAIL_LENGTH = 300

/** Carries a failure through code that can only throw, such as a credential provider inside the SDK. */
export class FailureError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(`${failure.operation} failed: ${failure.code}: ${failure.message}`)
    this.name = 'FailureError'
    this.failure = failure
  }
}

/**
 * What an error of an SDK client means. `actionOf` names the IAM action of an operation, for denials that do not.
 * The code is the wire's, not the SDK's class name; message and detail are bounded.
 */
export function failureOf(error: unknown, operation: Operation, actionOf: (operation: Operation) => string): Failure {
  const carried = error instanceof FailureError ? error : causeOf(error)
  if (carried !== undefined) return carried.failure

  const { code, message, httpStatus, requestId } = read(error)
  const category = categoryOf({ operation, code, message, httpStatus })
  const said = shorten(withoutEncodedPart(message), MESSAGE_LENGTH)
  return {
    category,
    operation,
    code,
    message: said,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(requestId === undefined ? {} : { requestId }),
    reason: reasonOf(category, { operation, code, message: said, actionOf }),
  }
}

function reasonOf(
  category: FailureCategory,
  said: {
    readonly operation: Operation
    readonly code: string
    readonly message: string
    readonly actionOf: (operation: Operation) => string
  },
): Reason {
  const { operation, code, message, actionOf } = said
  switch (category) {
    case 'access_denied': {
      const { action, by, explicit } = parseDenial(message)
      return { kind: 'denied', operation, action: action ?? actionOf(operation), by, explicit }
    }
    case 'throttled':
      return { kind: 'throttled', operation }
    case 'resource_gone':
      return { kind: 'gone', operation }
    default:
      return { kind: 'fault', operation, detail: shorten(message === '' ? code : `${code}: ${message}`, DETAIL_LENGTH) }
  }
}

interface Read {
  readonly code: string
  readonly message: string
  readonly httpStatus: number | undefined
  readonly requestId: string | undefined
}

function read(error: unknown): Read {
  if (typeof error !== 'object' || error === null) {
    return { code: 'Unknown', message: String(error), httpStatus: undefined, requestId: undefined }
  }
  const metadata = objectAt(error, '$metadata')
  const status = metadata === undefined ? undefined : Reflect.get(metadata, 'httpStatusCode')
  const message = textAt(error, 'message') ?? ''
  return {
    code: codeOf(error, message),
    // The SDK adds a second line, on how a programmer may look at the response.
    message: message.split('\n')[0] ?? '',
    httpStatus: typeof status === 'number' ? status : undefined,
    requestId: textAt(metadata, 'requestId') ?? textAt(error, 'RequestId') ?? textAt(error, 'RequestID'),
  }
}

/** The wire's code before the class name: `ReportNotPresent`, which the SDK calls CredentialReportNotPresentException. */
function codeOf(error: object, message: string): string {
  const wire = textAt(error, 'Code') ?? textAt(objectAt(error, 'Error'), 'Code')
  if (wire !== undefined) return wire
  if (/Deserialization error|XML parse error|mismatched tags/.test(message)) return 'MalformedAnswer'
  const name = textAt(error, 'name') ?? 'Unknown'
  const system = textAt(error, 'code')
  // Node names system errors "Error" and says in `code` what happened.
  if (system !== undefined && (name === 'Error' || name === 'AggregateError' || name === 'TypeError')) return system
  return name
}

/** A credential provider's failure, which the SDK may wrap. */
function causeOf(error: unknown): FailureError | undefined {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  return cause instanceof FailureError ? cause : undefined
}

function objectAt(value: object | undefined, key: string): object | undefined {
  const found: unknown = value === undefined ? undefined : Reflect.get(value, key)
  return typeof found === 'object' && found !== null ? found : undefined
}

function textAt(value: object | undefined, key: string): string | undefined {
  const found: unknown = value === undefined ? undefined : Reflect.get(value, key)
  return typeof found === 'string' && found !== '' ? found : undefined
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
