import type { Call } from './call.ts'
import { escapeXml } from './xml.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Buffer
}

/** An error as AWS means it; `refuse` writes it as the called service would. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  /** Further elements of S3's error document, such as `Region`. */
  readonly details?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

export function xmlAnswer(body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'text/xml', ...headers }, body: Buffer.from(body) }
}

/** A query-protocol answer: `<OpResponse><OpResult>…</OpResult></OpResponse>`. */
export function queryAnswer(call: Call, result: string): Answer {
  const { operation } = call
  const namespace =
    call.service === 'sts' ? 'https://sts.amazonaws.com/doc/2011-06-15/' : 'https://iam.amazonaws.com/doc/2010-05-08/'
  return xmlAnswer(
    `<${operation}Response xmlns="${namespace}"><${operation}Result>${result}</${operation}Result>` +
      `<ResponseMetadata><RequestId>${REQUEST_ID}</RequestId></ResponseMetadata></${operation}Response>`,
  )
}

/** An EC2 answer: `<OpResponse><requestId/>…</OpResponse>`. */
export function ec2Answer(call: Call, result: string): Answer {
  const { operation } = call
  return xmlAnswer(
    `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${REQUEST_ID}</requestId>${result}</${operation}Response>`,
  )
}

// Fixed: runs must be comparable byte by byte.
const REQUEST_ID = '00000000-0000-4000-8000-000000000000'

/** Writes an error in the called service's own format. */
export function refuse(call: Call, refusal: Refusal): Answer {
  const { status, code, message } = refusal
  if (call.protocol === 'json') {
    return {
      status,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-requestid': REQUEST_ID,
        'x-amzn-query-error': `${code};Sender`,
        ...refusal.headers,
      },
      body: Buffer.from(JSON.stringify({ __type: `com.amazonaws#${code}`, message })),
    }
  }
  const text = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`
  const fault = status < 500 ? 'Sender' : 'Receiver'
  const details = Object.entries(refusal.details ?? {}).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
  const requestId = `<RequestId>${REQUEST_ID}</RequestId>`
  const documents: Readonly<Record<typeof call.protocol, string>> = {
    ec2: `<Response><Errors><Error>${text}</Error></Errors><RequestID>${REQUEST_ID}</RequestID></Response>`,
    query: `<ErrorResponse><Error><Type>${fault}</Type>${text}</Error>${requestId}</ErrorResponse>`,
    s3: `<Error>${text}${details.join('')}${requestId}</Error>`,
    s3control: `<ErrorResponse><Error>${text}</Error>${requestId}</ErrorResponse>`,
  }
  const body = call.method === 'HEAD' ? '' : `<?xml version="1.0" encoding="UTF-8"?>\n${documents[call.protocol]}`
  return { status, headers: { 'content-type': 'application/xml', ...refusal.headers }, body: Buffer.from(body) }
}

/** The wire code of an answer that is an error, for the log of calls. */
export function errorCode(answer: Answer): string | undefined {
  if (answer.status < 300) return undefined
  const text = answer.body.subarray(0, 4_096).toString()
  return (
    /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ??
    /"__type":\s*"(?:[^"]*#)?([^"]*)"/.exec(text)?.[1] ??
    `HTTP ${answer.status}`
  )
}
