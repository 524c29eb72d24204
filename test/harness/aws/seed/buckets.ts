import * as s3 from '@aws-sdk/client-s3'
import type { Seeded, Soil } from '../seed.ts'

export function bucketName({ account }: Soil, purpose: string): string {
  return `vedette-${account}-${purpose}`
}

/** Buckets from well kept to wide open, spread over the account's regions. */
export async function seedBuckets(soil: Soil): Promise<Seeded['buckets']> {
  const { regions, home } = soil
  const at = (index: number): string => regions[index % regions.length] ?? home
  const logs = await create(soil, 'logs', home)
  await version(soil, logs, true)
  await denyHttp(soil, logs)

  const backups = await create(soil, 'backups', at(1))
  await version(soil, backups, false)

  const uploads = await create(soil, 'uploads', at(2))
  if (soil.tended) {
    await version(soil, uploads, true)
    await denyHttp(soil, backups)
    await denyHttp(soil, uploads)
    return { logs, backups, uploads }
  }

  const assets = await create(soil, 'assets', home)
  await unblock(soil, assets)
  await putPolicy(soil, assets, [
    {
      Sid: 'PublicRead',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${assets.name}/*`,
    },
  ])

  const website = await create(soil, 'website', at(1))
  const { s3: client } = soil.in(website.region)
  await unblock(soil, website)
  await client.send(
    new s3.PutBucketOwnershipControlsCommand({
      Bucket: website.name,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
    }),
  )
  await client.send(new s3.PutBucketAclCommand({ Bucket: website.name, ACL: 'public-read' }))
  return { logs, backups, uploads, assets, website }
}

interface SeededBucket {
  readonly name: string
  readonly region: string
}

async function create(soil: Soil, purpose: string, region: string): Promise<SeededBucket> {
  const name = bucketName(soil, purpose)
  await soil.in(region).s3.send(
    new s3.CreateBucketCommand({
      Bucket: name,
      // us-east-1 is the one region that must not be named.
      ...(region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: asConstraint(region) } }),
    }),
  )
  const TagSet = [{ Key: 'purpose', Value: purpose }]
  await soil.in(region).s3.send(new s3.PutBucketTaggingCommand({ Bucket: name, Tagging: { TagSet } }))
  return { name, region }
}

function asConstraint(region: string): s3.BucketLocationConstraint {
  // Every region but us-east-1 is a location constraint of the same name; the SDK's list only lags behind new ones.
  return region as s3.BucketLocationConstraint
}

async function version(soil: Soil, { name, region }: SeededBucket, mfaDelete: boolean): Promise<void> {
  await soil.in(region).s3.send(
    new s3.PutBucketVersioningCommand({
      Bucket: name,
      VersioningConfiguration: { Status: 'Enabled', ...(mfaDelete ? { MFADelete: 'Enabled' } : {}) },
      ...(mfaDelete ? { MFA: `arn:aws:iam::${soil.account}:mfa/root-account-mfa-device 123456` } : {}),
    }),
  )
}

async function denyHttp(soil: Soil, bucket: SeededBucket): Promise<void> {
  const arn = `arn:aws:s3:::${bucket.name}`
  await putPolicy(soil, bucket, [
    {
      Sid: 'OnlyTls',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ])
}

async function putPolicy(soil: Soil, { name, region }: SeededBucket, Statement: readonly object[]): Promise<void> {
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
  await soil.in(region).s3.send(new s3.PutBucketPolicyCommand({ Bucket: name, Policy }))
}

async function unblock(soil: Soil, { name, region }: SeededBucket): Promise<void> {
  await soil.in(region).s3.send(new s3.DeletePublicAccessBlockCommand({ Bucket: name }))
}
