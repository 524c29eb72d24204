/** Which operation an S3 request is, and which IAM action it needs: S3 is the service where the two differ. */

type Row = readonly [subresource: string, get: string, put?: string, remove?: string]

// Operation names by sub-resource: the SDK's names. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
const BUCKET: readonly Row[] = [
  ['accelerate', 'GetBucketAccelerateConfiguration', 'PutBucketAccelerateConfiguration'],
  ['acl', 'GetBucketAcl', 'PutBucketAcl'],
  ['analytics', 'ListBucketAnalyticsConfigurations', 'PutBucketAnalyticsConfiguration'],
  ['cors', 'GetBucketCors', 'PutBucketCors', 'DeleteBucketCors'],
  ['encryption', 'GetBucketEncryption', 'PutBucketEncryption', 'DeleteBucketEncryption'],
  ['inventory', 'ListBucketInventoryConfigurations', 'PutBucketInventoryConfiguration'],
  ['lifecycle', 'GetBucketLifecycleConfiguration', 'PutBucketLifecycleConfiguration', 'DeleteBucketLifecycle'],
  ['location', 'GetBucketLocation'],
  ['logging', 'GetBucketLogging', 'PutBucketLogging'],
  ['metrics', 'ListBucketMetricsConfigurations', 'PutBucketMetricsConfiguration'],
  ['notification', 'GetBucketNotificationConfiguration', 'PutBucketNotificationConfiguration'],
  ['object-lock', 'GetObjectLockConfiguration', 'PutObjectLockConfiguration'],
  ['ownershipControls', 'GetBucketOwnershipControls', 'PutBucketOwnershipControls', 'DeleteBucketOwnershipControls'],
  ['policy', 'GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'],
  ['policyStatus', 'GetBucketPolicyStatus'],
  ['publicAccessBlock', 'GetPublicAccessBlock', 'PutPublicAccessBlock', 'DeletePublicAccessBlock'],
  ['replication', 'GetBucketReplication', 'PutBucketReplication', 'DeleteBucketReplication'],
  ['requestPayment', 'GetBucketRequestPayment', 'PutBucketRequestPayment'],
  ['tagging', 'GetBucketTagging', 'PutBucketTagging', 'DeleteBucketTagging'],
  ['uploads', 'ListMultipartUploads'],
  ['versioning', 'GetBucketVersioning', 'PutBucketVersioning'],
  ['versions', 'ListObjectVersions'],
  ['website', 'GetBucketWebsite', 'PutBucketWebsite', 'DeleteBucketWebsite'],
]

export function s3Operation(method: string, query: URLSearchParams, bucket: string, key: string): string {
  if (bucket === '') return 'ListBuckets'
  if (key !== '') return objectOperation(method, query)
  const row = BUCKET.find(([subresource]) => query.has(subresource))
  if (method === 'POST') return query.has('delete') ? 'DeleteObjects' : 'PostObject'
  if (method === 'HEAD') return 'HeadBucket'
  if (method === 'PUT') return row === undefined ? 'CreateBucket' : (row[2] ?? `Put ${row[0]}`)
  if (method === 'DELETE') return row === undefined ? 'DeleteBucket' : (row[3] ?? `Delete ${row[0]}`)
  if (row !== undefined) return row[1]
  return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects'
}

function objectOperation(method: string, query: URLSearchParams): string {
  const what = query.has('acl') ? 'ObjectAcl' : query.has('tagging') ? 'ObjectTagging' : 'Object'
  if (method === 'HEAD') return 'HeadObject'
  if (method === 'PUT') return `Put${what}`
  if (method === 'DELETE') return `Delete${what}`
  return `Get${what}`
}

export function s3ControlOperation(method: string, path: string): string {
  const verb = method === 'PUT' ? 'Put' : method === 'DELETE' ? 'Delete' : 'Get'
  if (path.includes('/configuration/publicAccessBlock')) return `${verb}PublicAccessBlock`
  if (path.includes('/mrap/instances')) return 'ListMultiRegionAccessPoints'
  const [, name, detail] = /\/accesspoint\/([^/]+)(?:\/(\w+))?/.exec(path) ?? []
  if (path.includes('/accesspoint')) {
    if (name === undefined) return 'ListAccessPoints'
    if (detail === 'policy') return `${verb}AccessPointPolicy`
    if (detail === 'policyStatus') return 'GetAccessPointPolicyStatus'
    return method === 'PUT' ? 'CreateAccessPoint' : `${verb}AccessPoint`
  }
  return `${verb} ${path}`
}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
const ACTIONS: Readonly<Record<string, string>> = {
  ListBuckets: 'ListAllMyBuckets',
  HeadBucket: 'ListBucket',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  HeadObject: 'GetObject',
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  PutBucketAccelerateConfiguration: 'PutAccelerateConfiguration',
  ListBucketAnalyticsConfigurations: 'GetAnalyticsConfiguration',
  GetBucketCors: 'GetBucketCORS',
  PutBucketCors: 'PutBucketCORS',
  DeleteBucketCors: 'PutBucketCORS',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  ListBucketInventoryConfigurations: 'GetInventoryConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  ListBucketMetricsConfigurations: 'GetMetricsConfiguration',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetBucketReplication: 'GetReplicationConfiguration',
  PutBucketReplication: 'PutReplicationConfiguration',
  DeleteBucketReplication: 'PutReplicationConfiguration',
  DeleteBucketTagging: 'PutBucketTagging',
}

const CONTROL_ACTIONS: Readonly<Record<string, string>> = {
  GetPublicAccessBlock: 'GetAccountPublicAccessBlock',
  PutPublicAccessBlock: 'PutAccountPublicAccessBlock',
  DeletePublicAccessBlock: 'PutAccountPublicAccessBlock',
}

/** The IAM action that allows an operation, with its prefix: `s3:GetEncryptionConfiguration`. */
export function iamAction(service: string, operation: string): string {
  if (service === 's3') return `s3:${ACTIONS[operation] ?? operation}`
  if (service === 's3control') return `s3:${CONTROL_ACTIONS[operation] ?? operation}`
  if (service === 'sqs')
    return `sqs:${operation.replace(/MessageBatch$/, 'Message').replace(/VisibilityBatch$/, 'Visibility')}`
  return `${service}:${operation}`
}
