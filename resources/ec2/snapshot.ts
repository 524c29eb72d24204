import { defineResource, type ResourceOf } from '#core/resource.ts'
import { flag, instant, integer, orNull, text } from '#core/schema.ts'

/** A copy of a volume, of this account. */
export const Snapshot = defineResource({
  type: 'AWS::EC2::Snapshot',
  service: 'ec2',
  listed: 'region',
  operation: 'ec2:DescribeSnapshots',
  fields: {
    state: text(),
    volumeId: orNull(text()),
    sizeGib: integer(),
    startedAt: instant(),
    isEncrypted: flag(),
    kmsKeyId: orNull(text()),
    /** Shared with everybody. The region's block-all-sharing state overrides it without changing it. */
    isRestorableByAll: flag(),
  },
})
export type Snapshot = ResourceOf<typeof Snapshot>
