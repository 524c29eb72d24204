import type { Refusal } from './answer.ts'
import type { Call } from './call.ts'

const MINUTE = 60_000

/**
 * How AWS refuses a call that was signed by a wrong clock, in the called service's words; undefined: it lets it in.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html and each service's errors.
 */
export function wrongClock(call: Call, now: number): Refusal | undefined {
  const stamp = call.headers['x-amz-date']?.toString() ?? ''
  const signedAt = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  const toleranceMs = (call.protocol === 's3' || call.protocol === 's3control' ? 15 : 5) * MINUTE
  if (Math.abs(now - signedAt) <= toleranceMs) return undefined
  const message =
    signedAt < now
      ? `Signature expired: ${stamp} is now earlier than ${basic(now - toleranceMs)} (${basic(now)} - 5 min.)`
      : `Signature not yet current: ${stamp} is still later than ${basic(now + toleranceMs)} (${basic(now)} + 5 min.)`
  switch (call.protocol) {
    case 's3':
    case 's3control':
      return {
        status: 403,
        code: 'RequestTimeTooSkewed',
        message: 'The difference between the request time and the current time is too large.',
      }
    case 'ec2':
      return { status: 400, code: 'RequestExpired', message: 'Request has expired.' }
    case 'json':
      return { status: 403, code: 'InvalidSignatureException', message }
    case 'query':
      return { status: 403, code: 'SignatureDoesNotMatch', message }
    default:
      return call.protocol satisfies never
  }
}

function basic(ms: number): string {
  return `${new Date(ms).toISOString().replace(/[-:]/g, '').slice(0, 'yyyymmddThhmmss'.length)}Z`
}
