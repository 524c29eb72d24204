import type { MiddlewareStack } from '@smithy/types'

/**
 * How a service answers: `query` (EC2, IAM, STS) wraps every answer in an element named after the operation; `rest`
 * (S3) does not.
 */
export type AnswerForm = 'query' | 'rest'

/**
 * Makes a client refuse a successful answer that is not the operation's own: an empty body, a proxy's page, a captive
 * portal. SDK v3 reads every one of them as an answer without members, which for a listing means "there is nothing".
 */
export function refuseForeignAnswers<I extends object, O extends object>(
  client: { readonly middlewareStack: MiddlewareStack<I, O> },
  form: AnswerForm,
): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args)
      await readWhole(result.response, String(context.commandName).replace(/Command$/, ''), form)
      return result
    },
    // The lowest priority runs next to the connection, before the SDK has read the body.
    { step: 'deserialize', priority: 'low', name: 'refuseForeignAnswers' },
  )
}

async function readWhole(response: unknown, operation: string, form: AnswerForm): Promise<void> {
  if (!isResponse(response) || response.statusCode < 200 || response.statusCode >= 300) return
  const body = await read(response.body)
  response.body = body
  const wrong = whatIsWrong(body, operation, form)
  if (wrong === undefined) return
  // The fields are those of the SDK's own errors.
  throw Object.assign(new Error(`the answer to ${operation} ${wrong}`), {
    name: 'MalformedAnswer',
    $metadata: { httpStatusCode: response.statusCode },
  })
}

/** Answers that have no XML, by operation. */
const BODILESS: ReadonlySet<string> = new Set(['HeadBucket'])
const JSON_BODY: ReadonlySet<string> = new Set(['GetBucketPolicy'])

/** The elements of REST listings: to take another one for them would be to see nothing where there is something. */
const ROOTS: Readonly<Record<string, string>> = {
  ListAccessPoints: 'ListAccessPointsResult',
  ListBuckets: 'ListAllMyBucketsResult',
  ListMultiRegionAccessPoints: 'ListMultiRegionAccessPointsResult',
}

function whatIsWrong(body: Uint8Array, operation: string, form: AnswerForm): string | undefined {
  if (form === 'rest' && BODILESS.has(operation)) return undefined
  if (body.length === 0) return 'is empty'
  const start = new TextDecoder().decode(body.subarray(0, 1_024)).trimStart()
  if (form === 'rest' && JSON_BODY.has(operation)) return start.startsWith('{') ? undefined : 'is not JSON'
  const root = /^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<([\w.:-]+)/.exec(start)?.[1]
  if (root === undefined) return 'is not XML'
  const expected = form === 'query' ? `${operation}Response` : ROOTS[operation]
  if (expected !== undefined && root !== expected) return `begins with <${root}> and not with <${expected}>`
  return root.toLowerCase() === 'html' ? 'is a web page' : undefined
}

interface Response {
  readonly statusCode: number
  body: unknown
}

function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'statusCode' in value && 'body' in value
}

async function read(body: unknown): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body
  const chunks: Uint8Array[] = []
  // A Node response; anything else is no body.
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body) {
    for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
