import type { FailureCategory, Operation } from '#core/aws-call.ts'

/**
 * What each error code of AWS means: the one place that says so. Codes stand as AWS writes them on the wire; they are
 * compared without `Exception`, `Fault` or `Error` at the end, because the SDK names modelled errors by class
 * (`NoSuchEntityException`) and the wire by code (`NoSuchEntity`).
 *
 * `InvalidAction`, `UnknownOperation` and `UnsupportedOperation` are errors here: they would make a region look as if
 * it lacked a service. `ENOTFOUND` is an error too, for the same reason: a broken resolver must not shrink a scan.
 *
 * Sources: the "Common Errors" page of each service's API reference, the S3 "List of error codes", the EC2 "Error
 * codes" page, and the retry lists of the SDK.
 */
export const CATEGORY_OF_CODE: Readonly<Record<string, FailureCategory>> = {
  AccessDenied: 'access_denied',
  AccessDeniedException: 'access_denied',
  AccountNotManagementOrDelegatedAdministratorException: 'access_denied',
  AuthorizationError: 'access_denied',
  Forbidden: 'access_denied',
  ForbiddenException: 'access_denied',
  KMSAccessDeniedException: 'access_denied',
  KmsAccessDenied: 'access_denied',
  NotAuthorizedException: 'access_denied',
  OrganizationAccessDeniedException: 'access_denied',
  UnauthorizedException: 'access_denied',
  UnauthorizedOperation: 'access_denied',

  AuthFailure: 'credentials',
  CredentialsProviderError: 'credentials',
  ExpiredToken: 'credentials',
  ExpiredTokenException: 'credentials',
  IncompleteSignature: 'credentials',
  InvalidAccessKeyId: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidSignatureException: 'credentials',
  InvalidToken: 'credentials',
  MissingAuthenticationToken: 'credentials',
  RequestExpired: 'credentials',
  RequestInTheFuture: 'credentials',
  RequestTimeTooSkewed: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  TokenRefreshRequired: 'credentials',
  UnrecognizedClientException: 'credentials',

  KMSOptInRequired: 'region_disabled',
  OptInRequired: 'region_disabled',
  RegionDisabledException: 'region_disabled',

  RegionNotInPartition: 'region_unavailable',

  AWSOrganizationsNotInUseException: 'not_enabled',
  FeatureDisabledException: 'not_enabled',
  InsightNotEnabledException: 'not_enabled',
  // Security Hub's "Account … is not subscribed to AWS Security Hub".
  InvalidAccessException: 'not_enabled',
  NoAvailableConfigurationRecorderException: 'not_enabled',
  NotSignedUp: 'not_enabled',
  OrganizationNotFoundException: 'not_enabled',
  OrganizationNotInAllFeaturesModeException: 'not_enabled',
  ServiceAccessNotEnabledException: 'not_enabled',
  SubscriptionRequiredException: 'not_enabled',
  UninitializedAccountException: 'not_enabled',

  NoSuchAccessPoint: 'resource_gone',
  NoSuchBucket: 'resource_gone',
  NoSuchEntity: 'resource_gone',
  NoSuchKey: 'resource_gone',
  NoSuchMultiRegionAccessPoint: 'resource_gone',
  // HEAD requests of S3 have no body to carry a code: the SDK makes this one from the status.
  NotFound: 'resource_gone',
  ResourceNotFoundException: 'resource_gone',

  BandwidthLimitExceeded: 'throttled',
  EC2ThrottledException: 'throttled',
  LimitExceededException: 'throttled',
  PriorRequestNotComplete: 'throttled',
  ProvisionedThroughputExceededException: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  SlowDown: 'throttled',
  ThrottledException: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',
  TransactionInProgressException: 'throttled',

  EAI_AGAIN: 'transient',
  ECONNABORTED: 'transient',
  ECONNREFUSED: 'transient',
  ECONNRESET: 'transient',
  EHOSTUNREACH: 'transient',
  ENETUNREACH: 'transient',
  EPIPE: 'transient',
  ERR_STREAM_PREMATURE_CLOSE: 'transient',
  ETIMEDOUT: 'transient',
  IDPCommunicationError: 'transient',
  InternalError: 'transient',
  InternalFailure: 'transient',
  InternalServerException: 'transient',
  RequestTimeout: 'transient',
  RequestTimeoutException: 'transient',
  ServiceFailure: 'transient',
  ServiceUnavailable: 'transient',
  ServiceUnavailableException: 'transient',
  TimeoutError: 'transient',
  Unavailable: 'transient',

  BadRequestException: 'validation',
  ERR_INVALID_URL: 'validation',
  InvalidInput: 'validation',
  InvalidParameterCombination: 'validation',
  InvalidParameterValue: 'validation',
  InvalidParameterValueException: 'validation',
  InvalidRequest: 'validation',
  InvalidRequestException: 'validation',
  MalformedPolicyDocument: 'validation',
  MissingParameter: 'validation',
  PackedPolicyTooLarge: 'validation',
  UnknownParameter: 'validation',
  ValidationError: 'validation',
  ValidationException: 'validation',

  // Made by whole-answer.ts from a body that is not the operation's.
  MalformedAnswer: 'malformed',
  SyntaxError: 'malformed',
  TypeError: 'malformed',

  AuthorizationHeaderMalformed: 'wrong_region',
  IllegalLocationConstraintException: 'wrong_region',
  PermanentRedirect: 'wrong_region',
  Redirect: 'wrong_region',
  TemporaryRedirect: 'wrong_region',
}

/**
 * What a code means when it answers one operation. `absent_config` is only ever said here: a code that means "nothing
 * is configured" in one place means "gone" or "wrong" in another.
 */
export const CATEGORY_FOR_OPERATION: Readonly<Record<Operation, Readonly<Record<string, FailureCategory>>>> = {
  'account:GetAlternateContact': { ResourceNotFoundException: 'absent_config' },
  'dynamodb:GetResourcePolicy': { PolicyNotFoundException: 'absent_config' },
  'ecr:GetLifecyclePolicy': { LifecyclePolicyNotFoundException: 'absent_config' },
  'ecr:GetRepositoryPolicy': { RepositoryPolicyNotFoundException: 'absent_config' },
  'elasticfilesystem:DescribeFileSystemPolicy': { PolicyNotFound: 'absent_config' },
  'iam:GetAccountPasswordPolicy': { NoSuchEntity: 'absent_config' },
  // Not a failure to look: there is no report yet, it is too old, or it is being made.
  'iam:GetCredentialReport': {
    ReportExpired: 'absent_config',
    ReportInProgress: 'absent_config',
    ReportNotPresent: 'absent_config',
  },
  'iam:GetLoginProfile': { NoSuchEntity: 'absent_config' },
  'lambda:GetPolicy': { ResourceNotFoundException: 'absent_config' },
  's3:GetAccessPointPolicy': { NoSuchAccessPointPolicy: 'absent_config' },
  's3:GetAccessPointPolicyStatus': { NoSuchAccessPointPolicy: 'absent_config' },
  's3:GetAccountPublicAccessBlock': { NoSuchPublicAccessBlockConfiguration: 'absent_config' },
  's3:GetBucketCors': { NoSuchCORSConfiguration: 'absent_config' },
  's3:GetBucketEncryption': { ServerSideEncryptionConfigurationNotFoundError: 'absent_config' },
  's3:GetBucketLifecycleConfiguration': { NoSuchLifecycleConfiguration: 'absent_config' },
  's3:GetBucketOwnershipControls': { OwnershipControlsNotFoundError: 'absent_config' },
  's3:GetBucketPolicy': { NoSuchBucketPolicy: 'absent_config' },
  's3:GetBucketPolicyStatus': { NoSuchBucketPolicy: 'absent_config' },
  's3:GetBucketReplication': { ReplicationConfigurationNotFoundError: 'absent_config' },
  's3:GetBucketTagging': { NoSuchTagSet: 'absent_config' },
  's3:GetBucketWebsite': { NoSuchWebsiteConfiguration: 'absent_config' },
  's3:GetObjectLockConfiguration': { ObjectLockConfigurationNotFoundError: 'absent_config' },
  's3:GetPublicAccessBlock': { NoSuchPublicAccessBlockConfiguration: 'absent_config' },
  'wafv2:GetLoggingConfiguration': { WAFNonexistentItemException: 'absent_config' },
}

/** What a code means to every operation of one service, where that differs. */
export const CATEGORY_FOR_SERVICE: Readonly<Record<string, Readonly<Record<string, FailureCategory>>>> = {
  // Session tokens of the global STS endpoint are unknown to S3 in opt-in regions, and so are all in regions not enabled.
  s3: { InvalidToken: 'wrong_region' },
}

/** Codes that say the credentials were good and are over, so that assuming the role again helps. */
export const EXPIRED_CODES: readonly string[] = [
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'TokenRefreshRequired',
]

/** An error code as it is compared: without the suffix that only the SDK's class names have. */
export function plainCode(code: string): string {
  const plain = code.replace(/(?:Exception|Fault|Error)$/, '')
  return plain === '' ? code : plain
}

/**
 * What an error means, by the most specific thing known of it: the operation's own table, the service's, the code, the
 * shape of the code, and the HTTP status. A named code that no table knows is `unclassified` unless its status alone
 * says to wait: a 403 or 404 of unknown name must not pass for a denial or for something gone.
 */
export function categoryOf(error: {
  readonly operation: Operation
  readonly code: string
  readonly message: string
  readonly httpStatus: number | undefined
}): FailureCategory {
  const { operation, message, httpStatus = 0 } = error
  const code = plainCode(error.code)
  const service = operation.split(':')[0] ?? ''
  // Macie says it in words only.
  if (code === 'AccessDenied' && /\bMacie is not enabled\b/.test(message)) return 'not_enabled'
  const known =
    find(CATEGORY_FOR_OPERATION[operation], code) ?? find(CATEGORY_FOR_SERVICE[service], code) ?? BY_CODE.get(code)
  // An unreadable body with such a status comes from something in front of the service that is overloaded or broken.
  if (known === 'malformed' || known === undefined) {
    if (httpStatus === 429) return 'throttled'
    if (httpStatus >= 500) return 'transient'
  }
  if (known !== undefined) return known
  if (code.endsWith('.NotFound')) return 'resource_gone'
  if (code.endsWith('.Malformed')) return 'validation'
  return CODELESS.has(code) ? (BY_STATUS[httpStatus] ?? 'unclassified') : 'unclassified'
}

const BY_CODE: ReadonlyMap<string, FailureCategory> = new Map(
  Object.entries(CATEGORY_OF_CODE).map(([code, category]) => [plainCode(code), category]),
)

/** What the SDK calls an error whose body carried no code: an answer to HEAD, or an empty one. */
const CODELESS: ReadonlySet<string> = new Set(['Unknown', '301', '400', '403', '404'])

const BY_STATUS: Readonly<Record<number, FailureCategory>> = {
  301: 'wrong_region',
  307: 'wrong_region',
  401: 'credentials',
  403: 'access_denied',
  404: 'resource_gone',
}

function find(table: Readonly<Record<string, FailureCategory>> | undefined, code: string): FailureCategory | undefined {
  if (table === undefined) return undefined
  return Object.entries(table).find(([name]) => plainCode(name) === code)?.[1]
}
