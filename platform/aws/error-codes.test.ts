import { describe, expect, test } from 'vitest'
import type { FailureCategory, Operation } from '#core/aws-call.ts'
import { CATEGORY_FOR_OPERATION, CATEGORY_OF_CODE, categoryOf, plainCode } from './error-codes.ts'

const ask = (
  code: string,
  {
    operation = 'ec2:DescribeVpcs',
    message = '',
    httpStatus = 400,
  }: { operation?: Operation; message?: string; httpStatus?: number | undefined } = {},
): FailureCategory => categoryOf({ operation, code, message, httpStatus })

describe('a code means one thing', () => {
  test.each<[FailureCategory, readonly string[]]>([
    [
      'access_denied',
      [
        'AccessDenied',
        'AccessDeniedException',
        'AccountNotManagementOrDelegatedAdministratorException',
        'AuthorizationError',
        'Forbidden',
        'ForbiddenException',
        'KMSAccessDeniedException',
        'KmsAccessDenied',
        'NotAuthorizedException',
        'OrganizationAccessDeniedException',
        'UnauthorizedException',
        'UnauthorizedOperation',
      ],
    ],
    [
      'credentials',
      [
        'AuthFailure',
        'CredentialsProviderError',
        'ExpiredToken',
        'ExpiredTokenException',
        'IncompleteSignature',
        'InvalidAccessKeyId',
        'InvalidClientTokenId',
        'InvalidSignatureException',
        'InvalidToken',
        'MissingAuthenticationToken',
        'RequestExpired',
        'RequestInTheFuture',
        'RequestTimeTooSkewed',
        'SignatureDoesNotMatch',
        'TokenRefreshRequired',
        'UnrecognizedClientException',
      ],
    ],
    ['region_disabled', ['KMSOptInRequired', 'OptInRequired', 'RegionDisabledException']],
    ['region_unavailable', ['RegionNotInPartition']],
    [
      'not_enabled',
      [
        'AWSOrganizationsNotInUseException',
        'FeatureDisabledException',
        'InsightNotEnabledException',
        'InvalidAccessException',
        'NoAvailableConfigurationRecorderException',
        'NotSignedUp',
        'OrganizationNotFoundException',
        'OrganizationNotInAllFeaturesModeException',
        'ServiceAccessNotEnabledException',
        'SubscriptionRequiredException',
        'UninitializedAccountException',
      ],
    ],
    [
      'resource_gone',
      [
        'NoSuchAccessPoint',
        'NoSuchBucket',
        'NoSuchEntity',
        'NoSuchKey',
        'NoSuchMultiRegionAccessPoint',
        'NotFound',
        'ResourceNotFoundException',
      ],
    ],
    [
      'throttled',
      [
        'BandwidthLimitExceeded',
        'EC2ThrottledException',
        'LimitExceededException',
        'PriorRequestNotComplete',
        'ProvisionedThroughputExceededException',
        'RequestLimitExceeded',
        'RequestThrottled',
        'RequestThrottledException',
        'SlowDown',
        'ThrottledException',
        'Throttling',
        'ThrottlingException',
        'TooManyRequestsException',
        'TransactionInProgressException',
      ],
    ],
    [
      'transient',
      [
        'EAI_AGAIN',
        'ECONNABORTED',
        'ECONNREFUSED',
        'ECONNRESET',
        'EHOSTUNREACH',
        'ENETUNREACH',
        'EPIPE',
        'ERR_STREAM_PREMATURE_CLOSE',
        'ETIMEDOUT',
        'IDPCommunicationError',
        'InternalError',
        'InternalFailure',
        'InternalServerException',
        'RequestTimeout',
        'RequestTimeoutException',
        'ServiceFailure',
        'ServiceUnavailable',
        'ServiceUnavailableException',
        'TimeoutError',
        'Unavailable',
      ],
    ],
    [
      'validation',
      [
        'BadRequestException',
        'ERR_INVALID_URL',
        'InvalidInput',
        'InvalidParameterCombination',
        'InvalidParameterValue',
        'InvalidParameterValueException',
        'InvalidRequest',
        'InvalidRequestException',
        'MalformedPolicyDocument',
        'MissingParameter',
        'PackedPolicyTooLarge',
        'UnknownParameter',
        'ValidationError',
        'ValidationException',
      ],
    ],
    ['malformed', ['MalformedAnswer', 'SyntaxError', 'TypeError']],
    [
      'wrong_region',
      [
        'AuthorizationHeaderMalformed',
        'IllegalLocationConstraintException',
        'PermanentRedirect',
        'Redirect',
        'TemporaryRedirect',
      ],
    ],
  ])('%s', (category, codes) => {
    expect(Object.fromEntries(codes.map((code) => [code, ask(code)]))).toEqual(
      Object.fromEntries(codes.map((code) => [code, category])),
    )
    const listed = Object.entries(CATEGORY_OF_CODE).flatMap(([code, own]) => (own === category ? code : []))
    expect(listed, 'a code of this category that no test names').toEqual([...codes])
  })

  test('codes are compared without the suffix that only the SDK’s classes have', () => {
    expect(plainCode('NoSuchEntityException')).toBe('NoSuchEntity')
    expect(plainCode('InternalServerError')).toBe('InternalServer')
    expect(plainCode('ServiceFault')).toBe('Service')
    expect(plainCode('Error')).toBe('Error')
    expect(ask('NoSuchEntityException')).toBe('resource_gone')
    expect(ask('InternalServerError')).toBe('transient')
    expect(ask('Throttled')).toBe('throttled')
  })

  test('no two rows of the table contradict each other once the suffix is gone', () => {
    const byPlain = new Map<string, Set<FailureCategory>>()
    for (const [code, category] of Object.entries(CATEGORY_OF_CODE)) {
      byPlain.set(plainCode(code), (byPlain.get(plainCode(code)) ?? new Set()).add(category))
    }
    expect([...byPlain].filter(([, categories]) => categories.size > 1)).toEqual([])
  })
})

describe('what must not make a scan smaller is an error', () => {
  test.each(['InvalidAction', 'UnknownOperation', 'UnknownOperationException', 'UnsupportedOperation', 'ENOTFOUND'])(
    '%s',
    (code) => expect(ask(code)).toBe('unclassified'),
  )

  test('a 403 or 404 with an unknown name is neither a denial nor something gone', () => {
    expect(ask('AllAccessDisabled', { httpStatus: 403 })).toBe('unclassified')
    expect(ask('NoSuchTagSet', { httpStatus: 404, operation: 's3:GetBucketAcl' })).toBe('unclassified')
  })
})

describe('“nothing is configured” is said for one operation at a time', () => {
  const rows = Object.entries(CATEGORY_FOR_OPERATION).flatMap(([operation, codes]) =>
    // The keys of the table are operations.
    Object.entries(codes).map(([code, category]) => [operation as Operation, code, category] as const),
  )

  test.each(rows)('%s %s', (operation, code, category) => {
    expect(category).toBe('absent_config')
    expect(ask(code, { operation, httpStatus: 404 })).toBe('absent_config')
    const elsewhere = ask(code, { operation: 's3:ListBuckets', httpStatus: 404 })
    expect(elsewhere).not.toBe('absent_config')
  })

  test('a throttle or a denial of such an operation stays one', () => {
    expect(ask('AccessDenied', { operation: 's3:GetBucketPolicy', httpStatus: 403 })).toBe('access_denied')
    expect(ask('SlowDown', { operation: 's3:GetBucketPolicy', httpStatus: 503 })).toBe('throttled')
  })
})

describe('the status speaks where the code does not', () => {
  test.each<[number, FailureCategory]>([
    [301, 'wrong_region'],
    [307, 'wrong_region'],
    [400, 'unclassified'],
    [401, 'credentials'],
    [403, 'access_denied'],
    [404, 'resource_gone'],
    [429, 'throttled'],
    [500, 'transient'],
    [502, 'transient'],
    [503, 'transient'],
    [504, 'transient'],
  ])('%i without a code is %s', (httpStatus, category) => {
    expect(ask('Unknown', { httpStatus, operation: 's3:HeadBucket' })).toBe(category)
  })

  test('a page of an overloaded proxy is worth another try, one with a good status is not', () => {
    expect(ask('MalformedAnswer', { httpStatus: 502 })).toBe('transient')
    expect(ask('MalformedAnswer', { httpStatus: 429 })).toBe('throttled')
    expect(ask('MalformedAnswer', { httpStatus: 200 })).toBe('malformed')
    expect(ask('MalformedAnswer', { httpStatus: 403 })).toBe('malformed')
  })

  test('a 5xx of a new name is transient', () => {
    expect(ask('SomethingNew', { httpStatus: 500 })).toBe('transient')
    expect(ask('SomethingNew', { httpStatus: 409 })).toBe('unclassified')
  })
})

test('shapes of EC2 codes', () => {
  expect(ask('InvalidInstanceID.NotFound')).toBe('resource_gone')
  expect(ask('InvalidLaunchTemplateName.NotFoundException')).toBe('resource_gone')
  expect(ask('InvalidInstanceID.Malformed')).toBe('validation')
})

test('InvalidToken is about the region for S3, about the credentials for the rest', () => {
  expect(ask('InvalidToken', { operation: 's3:ListBuckets' })).toBe('wrong_region')
  expect(ask('InvalidToken', { operation: 'sts:GetCallerIdentity' })).toBe('credentials')
})

test('Macie says only in words that it is not enabled', () => {
  const message = 'Macie is not enabled.'
  expect(ask('AccessDeniedException', { operation: 'macie2:GetMacieSession', message })).toBe('not_enabled')
})
