import { awsDefault, isUnknown, unknown, type Stored } from '#core/stored.ts'
import { Bucket } from '#resources/s3/bucket.ts'
import type { Attributes } from '../attributes.ts'
import type { Mapping, Planned } from '../mapping.ts'
import { property } from '../property.ts'
import { mapTold, unreadable } from '../told.ts'
import { aclOf, inlineAclOf } from './acl.ts'
import { ALL_BLOCKED, NOTHING_BLOCKED, publicAccessBlockOf } from './public-access-block.ts'

/** A bucket, whatever of it is set inline (as before version 4 of the provider) or by resources of their own. */
export const bucket: Mapping<Bucket> = {
  from: 'aws_s3_bucket',
  to: Bucket,
  lives: 'region',
  names: ['bucket', 'id', 'arn'],
  companions: [
    { type: 'aws_s3_bucket_acl', by: 'bucket', isRequired: true },
    { type: 'aws_s3_bucket_ownership_controls', by: 'bucket', isRequired: true },
    { type: 'aws_s3_bucket_policy', by: 'bucket', isRequired: true },
    { type: 'aws_s3_bucket_public_access_block', by: 'bucket', isRequired: true },
    { type: 'aws_s3_bucket_versioning', by: 'bucket', isRequired: true },
  ],
  says: ['name', 'publicAccessBlock', 'policy', 'acl', 'objectOwnership', 'versioning'],
  resources: (planned) => [
    {
      name: planned.attributes.text('bucket'),
      arn: planned.attributes.text('arn'),
      tags: planned.attributes.textMap('tags'),
      data: dataOf(planned),
    },
  ],
  standIn: dataOf,
}

function dataOf(planned: Planned): Stored<Bucket> {
  return {
    name: planned.identity,
    created: unknown({ kind: 'elsewhere', detail: 'Terraform does not say when a bucket was made' }),
    publicAccessBlock: property(planned, {
      of: Bucket,
      field: 'publicAccessBlock',
      companion: { type: 'aws_s3_bucket_public_access_block', read: publicAccessBlockOf },
      created: awsDefault(ALL_BLOCKED),
      removed: () => awsDefault(NOTHING_BLOCKED),
    }),
    policy: property<Bucket['policy']>(planned, {
      of: Bucket,
      field: 'policy',
      companion: { type: 'aws_s3_bucket_policy', read: policyOf },
      inline: { attribute: 'policy', read: () => inlinePolicyOf(planned) },
      created: awsDefault(null),
      removed: () => awsDefault(null),
    }),
    acl: property<Bucket['acl']>(planned, {
      of: Bucket,
      field: 'acl',
      // Deleting the resource leaves the ACL as it is (provider documentation, aws_s3_bucket_acl): so no `removed`.
      companion: { type: 'aws_s3_bucket_acl', read: ({ attributes }) => aclOf(attributes) },
      inline: { attribute: planned.attributes.isConfigured('acl') ? 'acl' : 'grant', read: inlineAclOf },
      created: [],
    }),
    objectOwnership: property<Bucket['objectOwnership']>(planned, {
      of: Bucket,
      field: 'objectOwnership',
      companion: { type: 'aws_s3_bucket_ownership_controls', read: ownershipOf },
      created: awsDefault('BucketOwnerEnforced'),
      removed: () => awsDefault('ObjectWriter'),
    }),
    // Since January 2023 AWS encrypts whatever is configured: there is nothing for a plan to get wrong.
    encryption: unknown({ kind: 'elsewhere', detail: 'AWS encrypts every bucket' }),
    versioning: property<Bucket['versioning']>(planned, {
      of: Bucket,
      field: 'versioning',
      companion: { type: 'aws_s3_bucket_versioning', read: versioningOf },
      inline: { attribute: 'versioning', read: (attributes) => inlineVersioningOf(attributes, planned) },
      created: awsDefault({ status: 'Off', mfaDelete: false }),
      // The provider suspends it.
      removed: () => awsDefault({ status: 'Suspended', mfaDelete: false }),
    }),
  }
}

function policyOf(companion: Planned): Stored<Bucket['policy']> {
  return companion.policy('policy') ?? unreadable(`${companion.address} without a policy`)
}

/** A refreshed bucket says it has no policy with an empty text. */
function inlinePolicyOf(planned: Planned): Stored<Bucket['policy']> | undefined {
  const text = planned.attributes.text('policy')
  if (text !== undefined && !isUnknown(text) && text.$value === '') return { ...text, $value: null }
  return planned.policy('policy')
}

function ownershipOf({ attributes }: Planned): Stored<Bucket['objectOwnership']> {
  const rule = attributes.block('rule')
  if (rule === undefined || isUnknown(rule)) return rule ?? unreadable('ownership controls without a rule')
  const ownership = rule.text('object_ownership')
  // Terraform's schema refuses any other word at plan time.
  return (ownership as Stored<Bucket['objectOwnership']> | undefined) ?? unreadable('a rule without object_ownership')
}

function versioningOf({ attributes }: Planned): Stored<Bucket['versioning']> {
  const configuration = attributes.block('versioning_configuration')
  if (configuration === undefined || isUnknown(configuration)) {
    return configuration ?? unreadable('versioning without its configuration')
  }
  const status = configuration.text('status')
  const mfaDelete = configuration.text('mfa_delete')
  return {
    status:
      status === undefined
        ? unreadable('versioning without a status')
        : mapTold(status, (word) => (word === 'Enabled' || word === 'Suspended' ? word : 'Off')),
    mfaDelete: mapTold(mfaDelete ?? awsDefault('Disabled'), (word) => word === 'Enabled'),
  }
}

function inlineVersioningOf(attributes: Attributes, planned: Planned): Stored<Bucket['versioning']> | undefined {
  const versioning = attributes.block('versioning')
  if (versioning === undefined || isUnknown(versioning)) return versioning
  const off = planned.isNew ? 'Off' : 'Suspended'
  return {
    status: mapTold(versioning.flag('enabled') ?? awsDefault(false), (enabled) => (enabled ? 'Enabled' : off)),
    mfaDelete: versioning.flag('mfa_delete') ?? awsDefault(false),
  }
}
