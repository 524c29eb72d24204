import type { Operation } from '#core/aws-call.ts'

/** The operations of `regions.ts`, for the policy of the watched role: apart, because that file brings AWS clients along. */
export const REGION_OPERATIONS: readonly Operation[] = [
  'ec2:DescribeRegions',
  'ec2:DescribeVpcs',
  'ec2:GetEbsEncryptionByDefault',
]
