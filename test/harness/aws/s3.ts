import { refuse, xmlAnswer } from './answer.ts'
import type { Answer, Refusal } from './answer.ts'
import type { Call } from './call.ts'
import { readToken, writeToken } from './paging.ts'
import { parsePolicy } from './policy.ts'
import type { Policy } from './policy.ts'
import type { Repair, RepairInput } from './repair.ts'
import { escapeXml, findAll, parseXml, textAt } from './xml.ts'
import type { Element } from './xml.ts'
import type { Bucket } from './world.ts'

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
const ENCRYPTION =
  `<ServerSideEncryptionConfiguration ${NAMESPACE}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>` +
  `</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`
const BLOCK_ALL =
  `<PublicAccessBlockConfiguration ${NAMESPACE}><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>` +
  `<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`
const ownership = (value: string): string =>
  `<OwnershipControls ${NAMESPACE}><Rule><ObjectOwnership>${value}</ObjectOwnership></Rule></OwnershipControls>`

/** What a call to a bucket of another region gets, or undefined when it went to the right one. */
export function wrongRegion(call: Call, bucket: Bucket): Refusal | undefined {
  if (bucket.region === call.region || call.operation === 'GetBucketLocation') return undefined
  const headers = { 'x-amz-bucket-region': bucket.region }
  // us-east-1 is the global endpoint, which reaches the bucket's region with a signature made for another.
  if (call.region === 'us-east-1') {
    return {
      status: 400,
      code: 'AuthorizationHeaderMalformed',
      message: `The authorization header is malformed; the region 'us-east-1' is wrong; expecting '${bucket.region}'`,
      details: { Region: bucket.region },
      headers,
    }
  }
  return {
    status: 301,
    code: 'PermanentRedirect',
    message:
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    details: { Endpoint: `${call.bucket}.s3.${bucket.region}.amazonaws.com`, Bucket: call.bucket },
    headers,
  }
}

/** ListBuckets with AWS's paging, and regions as soon as any parameter is given. */
const listBuckets: Repair = async ({ call, world, principal, forward }) => {
  const answer = await forward({ ...call, target: '/' })
  if (answer.status !== 200) return answer
  const paged = ['max-buckets', 'continuation-token', 'prefix', 'bucket-region'].some((name) => call.query.has(name))
  const token = call.query.get('continuation-token')
  const from = token === null ? 0 : readToken(token, call.operation)
  if (from === undefined) {
    return refuse(call, {
      status: 400,
      code: 'InvalidArgument',
      message: 'The continuation token provided is incorrect',
    })
  }
  const size = Math.min(
    paged ? Number(call.query.get('max-buckets') ?? 10_000) : Infinity,
    paged ? world.pageLimit : Infinity,
  )
  const buckets = findAll(parseXml(answer.body.toString()), 'Bucket')
    .map((bucket) => {
      const name = textAt(bucket, 'Name') ?? ''
      return {
        name,
        created: textAt(bucket, 'CreationDate') ?? '',
        region: world.buckets.get(name)?.region ?? 'us-east-1',
      }
    })
    .filter(({ name }) => name.startsWith(call.query.get('prefix') ?? ''))
    .filter(({ region }) => region === (call.query.get('bucket-region') ?? region))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const items = buckets
    .slice(from, from + size)
    .map(
      ({ name, created, region }) =>
        `<Bucket><Name>${name}</Name><CreationDate>${created}</CreationDate>` +
        `<BucketArn>arn:aws:s3:::${name}</BucketArn>${paged ? `<BucketRegion>${region}</BucketRegion>` : ''}</Bucket>`,
    )
  const next = from + size < buckets.length ? writeToken(from + size, call.operation) : undefined
  const prefix = call.query.get('prefix')
  const trailer =
    (next === undefined ? '' : `<ContinuationToken>${next}</ContinuationToken>`) +
    (prefix === null ? '' : `<Prefix>${escapeXml(prefix)}</Prefix>`)
  const owner = `<Owner><ID>${canonicalId(principal.account)}</ID></Owner>`
  return xmlAnswer(
    `<ListAllMyBucketsResult ${NAMESPACE}><Buckets>${items.join('')}</Buckets>${owner}${trailer}</ListAllMyBucketsResult>`,
  )
}

function canonicalId(account: string): string {
  return account.padEnd(64, '0')
}

/** CreateBucket: since April 2023 new buckets are closed, have no ACLs and are encrypted. */
const createBucket: Repair = async ({ call, world, principal, forward }) => {
  const answer = await forward(call)
  if (answer.status !== 200) return answer
  const constraint =
    call.body.length === 0 ? undefined : findAll(parseXml(call.body.toString()), 'LocationConstraint')[0]?.text
  const region = constraint === 'EU' ? 'eu-west-1' : (constraint ?? 'us-east-1')
  world.buckets.set(call.bucket, { account: principal.account, region, mfaDelete: false })

  const place = { account: principal.account, region }
  const owner = call.headers['x-amz-object-ownership']?.toString() ?? 'BucketOwnerEnforced'
  const put = async (what: string, body: string): Promise<void> => {
    const { status } = await world.backend.s3(place, 'PUT', `/${call.bucket}?${what}`, body)
    if (status !== 200) throw new Error(`moto answered ${status} to PUT ?${what}`)
  }
  await put('publicAccessBlock', BLOCK_ALL)
  await put('ownershipControls', ownership(owner))
  await put('encryption', ENCRYPTION)
  return answer
}

const deleteBucket: Repair = async ({ call, world, forward }) => {
  const answer = await forward(call)
  if (answer.status < 300) world.buckets.delete(call.bucket)
  return answer
}

/** DeleteBucketEncryption goes back to S3's own keys: a bucket without encryption no longer exists. */
const deleteBucketEncryption: Repair = async ({ call, world, principal, forward }) => {
  const answer = await forward(call)
  const place = { account: principal.account, region: call.region }
  if (answer.status < 300) await world.backend.s3(place, 'PUT', `/${call.bucket}?encryption`, ENCRYPTION)
  return answer
}

/** PutBucketVersioning: MfaDelete needs a code from the device to be switched on and as long as it is on, and stays. */
const putBucketVersioning: Repair = async ({ call, world, forward }) => {
  const wanted = findAll(parseXml(call.body.toString()), 'MfaDelete')[0]?.text
  const isOn = world.buckets.get(call.bucket)?.mfaDelete === true
  if ((wanted === 'Enabled' || isOn) && call.headers['x-amz-mfa'] === undefined) {
    return refuse(call, {
      status: 403,
      code: 'AccessDenied',
      message: 'Mfa Authentication must be used for this request',
    })
  }
  const answer = await forward(call)
  const bucket = world.buckets.get(call.bucket)
  if (answer.status === 200 && wanted !== undefined && bucket !== undefined) bucket.mfaDelete = wanted === 'Enabled'
  return answer
}

const getBucketVersioning: Repair = async ({ call, world, forward }) => {
  const answer = await forward(call)
  const bucket = world.buckets.get(call.bucket)
  if (answer.status !== 200 || bucket === undefined) return answer
  const status = findAll(parseXml(answer.body.toString()), 'Status')[0]?.text
  // A bucket whose versioning was never set answers an empty document.
  if (status === undefined || status === '') return xmlAnswer(`<VersioningConfiguration ${NAMESPACE}/>`)
  return xmlAnswer(
    `<VersioningConfiguration ${NAMESPACE}><Status>${status}</Status>` +
      `<MfaDelete>${bucket.mfaDelete ? 'Enabled' : 'Disabled'}</MfaDelete></VersioningConfiguration>`,
  )
}

/** PutBucketAcl: refused where ACLs are off. */
const putBucketAcl: Repair = async (input) => {
  const { call, forward } = input
  const canned = call.headers['x-amz-acl']?.toString()
  const current = await readBucket(input, 'ownershipControls')
  const enforced = current !== undefined && findAll(current, 'ObjectOwnership')[0]?.text === 'BucketOwnerEnforced'
  if (enforced && canned !== 'private' && canned !== 'bucket-owner-full-control') {
    const message = 'The bucket does not allow ACLs'
    return refuse(call, { status: 400, code: 'AccessControlListNotSupported', message })
  }
  const opens = canned?.startsWith('public-') === true || call.body.includes('/groups/global/')
  if (opens && (await blocks(input, 'BlockPublicAcls'))) return refuse(call, blockedByPublicAccessBlock('PutBucketAcl'))
  return forward(call)
}

/** PutBucketPolicy: a public one is refused while BlockPublicPolicy is on. */
const putBucketPolicy: Repair = async (input) => {
  const { call, world, forward } = input
  const policy = readPolicy(call.body)
  if (policy === undefined) {
    return refuse(call, {
      status: 400,
      code: 'MalformedPolicy',
      message: "Policies must be valid JSON and the first byte must be '{'",
    })
  }
  if (isOpen(policy) && (await blocks(input, 'BlockPublicPolicy'))) {
    return refuse(call, blockedByPublicAccessBlock('PutBucketPolicy'))
  }
  const answer = await forward(call)
  world.policies.forget(world.buckets.get(call.bucket)?.account)
  return answer
}

const deleteBucketPolicy: Repair = async ({ call, world, forward }) => {
  const answer = await forward(call)
  world.policies.forget(world.buckets.get(call.bucket)?.account)
  return answer
}

/** GetBucketPolicyStatus: moto says nothing. Only the plain case is told: everybody, without a condition. */
const getBucketPolicyStatus: Repair = async ({ call, world, forward }) => {
  const bucket = world.buckets.get(call.bucket)
  const policy = bucket && (await world.policies.bucketPolicy(bucket.account, bucket.region, call.bucket))
  if (policy === undefined) return forward({ ...call, target: `/${call.bucket}?policy` })
  return xmlAnswer(`<PolicyStatus ${NAMESPACE}><IsPublic>${isOpen(policy)}</IsPublic></PolicyStatus>`)
}

function blockedByPublicAccessBlock(operation: string): Refusal {
  const setting = operation === 'PutBucketAcl' ? 'BlockPublicAcls' : 'BlockPublicPolicy'
  const what = operation === 'PutBucketAcl' ? 'public ACLs are' : 'public policies are'
  return {
    status: 403,
    code: 'AccessDenied',
    message: `Access Denied because ${what} prevented by the ${setting} setting in S3 Block Public Access.`,
  }
}

async function blocks(input: RepairInput, flag: string): Promise<boolean> {
  const block = await readBucket(input, 'publicAccessBlock')
  return block !== undefined && textAt(block, flag) === 'true'
}

async function readBucket({ call, world, principal }: RepairInput, what: string): Promise<Element | undefined> {
  const answer: Answer = await world.backend.s3(
    { account: principal.account, region: call.region },
    'GET',
    `/${call.bucket}?${what}`,
  )
  return answer.status === 200 ? parseXml(answer.body.toString()) : undefined
}

function readPolicy(body: Buffer): Policy | undefined {
  try {
    return parsePolicy(body.toString())
  } catch {
    return undefined
  }
}

function isOpen(policy: Policy): boolean {
  return policy.Statement.some(({ Effect, Principal, Condition }) => {
    const everybody = Principal === '*' || (Principal !== undefined && (Principal['AWS'] ?? []).includes('*'))
    return Effect === 'Allow' && everybody && Condition === undefined
  })
}

/** S3 operations that moto lacks or gets wrong. */
export const S3_REPAIRS: Readonly<Record<string, Repair>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  DeleteBucket: deleteBucket,
  DeleteBucketEncryption: deleteBucketEncryption,
  PutBucketVersioning: putBucketVersioning,
  GetBucketVersioning: getBucketVersioning,
  PutBucketAcl: putBucketAcl,
  PutBucketPolicy: putBucketPolicy,
  DeleteBucketPolicy: deleteBucketPolicy,
  GetBucketPolicyStatus: getBucketPolicyStatus,
}
