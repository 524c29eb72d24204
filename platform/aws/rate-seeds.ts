import type { Operation } from '#core/aws-call.ts'

/** How fast an operation may be called before AWS has said anything. */
export interface RateSeed {
  /** Calls at once. */
  readonly burst: number
  /** Calls per second after that. */
  readonly perSecond: number
  /** How far the rate may grow where AWS publishes none: calls per second. */
  readonly ceiling: number
}

/**
 * EC2: 100 at once and 20 per second, per account, region and operation. A little less, because calls bunch up on
 * their way. Source: EC2 Developer Guide, "Request throttling for the Amazon EC2 API".
 */
const EC2: RateSeed = { burst: 95, perSecond: 19.8, ceiling: 19.8 }
/** EC2 reads without filter and page size: half of that. The same source. */
const EC2_UNPAGED: RateSeed = { burst: 47, perSecond: 9.9, ceiling: 9.9 }
/** IAM publishes nothing and cannot be raised; those who run large accounts plan with 15 to 20. */
const IAM: RateSeed = { burst: 30, perSecond: 15, ceiling: 20 }
/** Reads of bucket settings have no published rate; the 5,500 per second are for objects. */
const S3: RateSeed = { burst: 100, perSecond: 75, ceiling: 150 }
/** 600 per second, shared by all of an account's callers in a region. */
const STS: RateSeed = { burst: 50, perSecond: 50, ceiling: 50 }
const UNPUBLISHED: RateSeed = { burst: 20, perSecond: 10, ceiling: 20 }

/** EC2 reads that know no page size. */
const UNPAGED: ReadonlySet<Operation> = new Set<Operation>([
  'ec2:DescribeAccountAttributes',
  'ec2:DescribeAddresses',
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeCustomerGateways',
  'ec2:DescribeKeyPairs',
  'ec2:DescribePlacementGroups',
  'ec2:DescribeRegions',
  'ec2:DescribeVpnConnections',
  'ec2:DescribeVpnGateways',
])

/** S3's name in IAM, but another service with limits of its own. */
const S3_CONTROL: ReadonlySet<Operation> = new Set<Operation>([
  's3:GetAccountPublicAccessBlock',
  's3:ListAccessPoints',
  's3:ListMultiRegionAccessPoints',
])

/** The rate to start with. */
export function seedOf(operation: Operation): RateSeed {
  if (UNPAGED.has(operation)) return EC2_UNPAGED
  if (S3_CONTROL.has(operation)) return UNPUBLISHED
  switch (operation.split(':')[0]) {
    case 'ec2':
      return EC2
    case 'iam':
      return IAM
    case 's3':
      return S3
    case 'sts':
      return STS
    default:
      return UNPUBLISHED
  }
}
