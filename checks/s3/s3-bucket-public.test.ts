import { account, blocked, bucket, policy } from '#test/checks/samples.ts'
import { table, type Around } from '#test/checks/table.ts'
import { hidden, partial } from '#test/checks/world.ts'
import { s3BucketPublic } from './s3-bucket-public.ts'

const EVERYONE_READS = policy({
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::r-1/*',
})
const ONE_ACCOUNT_READS = policy({
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::444455556666:root' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::r-1/*',
})
const grant = (grantee: unknown) => ({ grantee, permission: 'READ' })
const withAcl = (acl: unknown, more: object = {}) => bucket({ objectOwnership: 'ObjectWriter', acl, ...more })
const accountBlocks = (flags: unknown): Around => ({ account: account({ s3PublicAccessBlock: flags }) })

table(
  s3BucketPublic,
  [
    ['pass', 'neither policy nor ACL', bucket()],
    ['pass', 'the policy names one account', bucket({ policy: ONE_ACCOUNT_READS })],
    [
      'pass',
      'a public policy behind RestrictPublicBuckets alone',
      bucket({ policy: EVERYONE_READS, publicAccessBlock: blocked(false, { restrictPublicBuckets: true }) }),
    ],
    [
      'pass',
      "a public policy behind the account's block",
      bucket({ policy: EVERYONE_READS }),
      accountBlocks(blocked(true)),
    ],
    [
      'pass',
      'a public ACL behind IgnorePublicAcls alone',
      withAcl([grant('AllUsers')], { publicAccessBlock: blocked(false, { ignorePublicAcls: true }) }),
    ],
    ['pass', 'a public ACL under BucketOwnerEnforced', bucket({ acl: [grant('AllUsers')] })],
    ['pass', 'an ACL for the log service', withAcl([grant('LogDelivery'), grant('75aa57f0')])],
    [
      'pass',
      "a public policy that the bucket blocks, whatever the account's block is",
      bucket({ policy: EVERYONE_READS, publicAccessBlock: blocked(true) }),
      accountBlocks(hidden()),
    ],
    ['fail', 'a public policy', bucket({ policy: EVERYONE_READS })],
    [
      'fail',
      'a public policy, and only the Block* flags',
      bucket({
        policy: EVERYONE_READS,
        publicAccessBlock: blocked(false, { blockPublicPolicy: true, blockPublicAcls: true }),
      }),
    ],
    [
      'fail',
      'a public policy behind IgnorePublicAcls, which is about ACLs',
      bucket({ policy: EVERYONE_READS, publicAccessBlock: blocked(false, { ignorePublicAcls: true }) }),
    ],
    ['fail', 'a public ACL', withAcl([grant('75aa57f0'), grant('AllUsers')])],
    ['fail', 'an ACL for everybody with an AWS account', withAcl([grant('AuthenticatedUsers')])],
    ['fail', 'a public ACL, and the policy is unknown', withAcl([grant('AllUsers')], { policy: hidden() })],
    ['fail', 'an ACL that broke off after a public grant', withAcl(partial(grant('AllUsers')))],
    ['unknown', 'the policy was denied', bucket({ policy: hidden() })],
    [
      'unknown',
      "a public policy, and the account's block is unknown",
      bucket({ policy: EVERYONE_READS }),
      accountBlocks(hidden()),
    ],
    ['unknown', 'the ACL was denied', withAcl(hidden())],
    [
      'unknown',
      'a public ACL, and the ownership is unknown',
      withAcl([grant('AllUsers')], { objectOwnership: hidden() }),
    ],
  ],
  { unreachable: { not_applicable: 'every bucket can be public' } },
)
