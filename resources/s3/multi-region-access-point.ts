import { publicAccessBlock } from '#core/account.ts'
import { defineResource, type ResourceOf } from '#core/resource.ts'
import { group, instant, list, text } from '#core/schema.ts'

/** One name in front of buckets in several regions. */
export const MultiRegionAccessPoint = defineResource({
  type: 'AWS::S3::MultiRegionAccessPoint',
  service: 's3',
  listed: 'global',
  operation: 's3:ListMultiRegionAccessPoints',
  fields: {
    status: text(),
    alias: text(),
    createdAt: instant(),
    publicAccessBlock: publicAccessBlock(),
    buckets: list(group({ bucket: text(), region: text() })),
  },
})
export type MultiRegionAccessPoint = ResourceOf<typeof MultiRegionAccessPoint>
