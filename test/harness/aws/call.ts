import type { IncomingHttpHeaders } from 'node:http'
import { iamAction, s3ControlOperation, s3Operation } from './s3-operations.ts'

/** One request to the AWS API, as far as it can be read before anything is known about its caller. */
export interface Call {
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly service: string
  /** From the credential scope: what the caller signed for. */
  readonly region: string
  readonly accessKeyId: string | undefined
  readonly sessionToken: string | undefined
  readonly operation: string
  /** The IAM action the call needs, such as `s3:ListAllMyBuckets`. */
  readonly action: string
  readonly protocol: 'ec2' | 'query' | 's3' | 's3control' | 'json'
  /** Parameters of the query protocols; empty for others. */
  readonly params: URLSearchParams
  /** Query string. */
  readonly query: URLSearchParams
  readonly bucket: string
  readonly key: string
}

const SCOPE = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/

export function parseCall(request: {
  readonly method: string
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}): Call {
  const { method, target, headers, body } = request
  const { pathname, searchParams: query } = new URL(target, 'http://aws')
  const [, accessKeyId, scopeRegion = 'us-east-1', scopeService = ''] = SCOPE.exec(headers.authorization ?? '') ?? []
  const params = isForm(headers) ? new URLSearchParams(body.toString()) : new URLSearchParams()

  const unsigned = accessKeyId === undefined
  const service = serviceOf(unsigned ? guess(headers, params) : scopeService, pathname)
  const protocol = protocolOf(service)
  const [bucket = '', ...rest] = protocol === 's3' ? pathname.slice(1).split('/') : []
  const key = rest.join('/')
  const operation =
    protocol === 's3'
      ? s3Operation(method, query, bucket, key)
      : protocol === 's3control'
        ? s3ControlOperation(method, pathname)
        : (params.get('Action') ?? query.get('Action') ?? headers['x-amz-target']?.toString().split('.').at(-1) ?? '')

  return {
    ...request,
    service,
    protocol,
    // IAM has one endpoint for all of a partition, and what it answers belongs to none of its regions.
    region: service === 'iam' ? 'us-east-1' : scopeRegion,
    accessKeyId,
    sessionToken: headers['x-amz-security-token']?.toString(),
    operation,
    action: iamAction(service, operation),
    params,
    query,
    bucket: decodeURIComponent(bucket),
    key,
  }
}

/** The same call with other parameters: the signature no longer fits, and moto is told not to look at it. */
export function withParams(call: Call, change: (params: URLSearchParams) => void): Call {
  const params = new URLSearchParams(call.params)
  change(params)
  return { ...call, params, body: Buffer.from(params.toString()) }
}

function serviceOf(scope: string, pathname: string): string {
  if (scope === 's3' && pathname.startsWith('/v20180820/')) return 's3control'
  return scope === 's3-control' ? 's3control' : scope
}

function guess(headers: IncomingHttpHeaders, params: URLSearchParams): string {
  if (params.get('Action')?.startsWith('AssumeRoleWith') === true) return 'sts'
  return headers['x-amz-target']?.toString().startsWith('AmazonSQS') === true ? 'sqs' : 's3'
}

function protocolOf(service: string): Call['protocol'] {
  if (service === 'ec2' || service === 's3' || service === 's3control') return service
  return service === 'iam' || service === 'sts' ? 'query' : 'json'
}

function isForm(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
}
