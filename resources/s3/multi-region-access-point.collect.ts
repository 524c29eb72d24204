import { ListMultiRegionAccessPointsCommand } from '@aws-sdk/client-s3-control'
import type { AwsCalls } from '#core/aws-call.ts'
import { GLOBAL } from '#core/resource.ts'
import { collectPages, instantOf, resourceOf, type Collector } from '../collector.ts'
import { MultiRegionAccessPoint } from './multi-region-access-point.ts'
import { publicAccessBlockOf } from './public-access-block.ts'

/** The one region that answers for them all. Source: S3 User Guide, "Multi-Region Access Point restrictions". */
const REGION = 'us-west-2'

/** Cost: a call per 1,000 access points; an account has 100 at most. */
export const multiRegionAccessPoints: Collector = {
  types: [MultiRegionAccessPoint],
  listed: 'global',
  operations: [MultiRegionAccessPoint.operation],
  collect: (aws) =>
    collectPages(inRegion(aws, REGION), {
      operation: MultiRegionAccessPoint.operation,
      command: (token) =>
        new ListMultiRegionAccessPointsCommand({ AccountId: aws.accountId, MaxResults: 1000, NextToken: token }),
      nextToken: ({ NextToken }) => NextToken,
      resources: ({ AccessPoints = [] }) =>
        AccessPoints.map((point) =>
          resourceOf(MultiRegionAccessPoint, {
            id: point.Alias,
            // By alias, not by name: that is how S3 writes it.
            arn:
              point.Alias === undefined ? null : `arn:${aws.partition}:s3::${aws.accountId}:accesspoint/${point.Alias}`,
            name: point.Name,
            location: GLOBAL,
            data: {
              status: point.Status,
              alias: point.Alias,
              createdAt: instantOf(point.CreatedAt),
              publicAccessBlock: publicAccessBlockOf(point.PublicAccessBlock),
              buckets: (point.Regions ?? []).map(({ Bucket, Region }) => ({ bucket: Bucket, region: Region })),
            },
          }),
        ),
    }),
}

function inRegion(aws: AwsCalls, region: string): AwsCalls {
  return {
    accountId: aws.accountId,
    partition: aws.partition,
    region,
    signal: aws.signal,
    clock: aws.clock,
    call: (operation, command) => aws.call(operation, command, { region }),
  }
}
