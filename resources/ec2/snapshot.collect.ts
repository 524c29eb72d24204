import { DescribeSnapshotsCommand, type DescribeSnapshotsCommandOutput } from '@aws-sdk/client-ec2'
import { unknown } from '#core/stored.ts'
import { allItems, collectPages, instantOf, resourceOf, type Collector, type Paged } from '../collector.ts'
import { ec2ArnWithoutAccount } from './arn.ts'
import { Snapshot } from './snapshot.ts'

/** What AWS names as the volume of a snapshot that was copied. */
const NO_VOLUME = 'vol-ffffffff'

/**
 * Own snapshots. Calls: one per 1,000, plus one per 1,000 public ones, which answers what would otherwise be one
 * DescribeSnapshotAttribute per snapshot. Memory: the ids of the public ones.
 */
export const snapshots: Collector = {
  types: [Snapshot],
  listed: 'region',
  operations: ['ec2:DescribeSnapshots'],
  async *collect(aws) {
    const shared = await allItems(aws, pagesOf({ RestorableByUserIds: ['all'] }), (page) => page.Snapshots)
    const publicIds = new Set(shared.items.map(({ SnapshotId }) => SnapshotId))
    const others = shared.end.complete ? false : unknown(shared.end.failure.reason)

    return yield* collectPages(aws, {
      ...pagesOf({}),
      resources: (page) =>
        (page.Snapshots ?? []).map((snapshot) =>
          resourceOf(Snapshot, {
            id: snapshot.SnapshotId,
            arn: ec2ArnWithoutAccount(aws, 'snapshot', snapshot.SnapshotId),
            location: aws.region,
            ownerId: snapshot.OwnerId,
            tags: snapshot.Tags,
            data: {
              state: snapshot.State,
              volumeId: snapshot.VolumeId === NO_VOLUME ? null : (snapshot.VolumeId ?? null),
              sizeGib: snapshot.VolumeSize,
              startedAt: instantOf(snapshot.StartTime),
              isEncrypted: snapshot.Encrypted,
              kmsKeyId: snapshot.KmsKeyId ?? null,
              isRestorableByAll: publicIds.has(snapshot.SnapshotId) || others,
            },
          }),
        ),
    })
  },
}

function pagesOf(filter: { RestorableByUserIds?: string[] }): Paged<DescribeSnapshotsCommandOutput> {
  return {
    operation: 'ec2:DescribeSnapshots',
    command: (NextToken) =>
      new DescribeSnapshotsCommand({ OwnerIds: ['self'], ...filter, MaxResults: 1000, NextToken }),
    nextToken: (page) => page.NextToken,
  }
}
