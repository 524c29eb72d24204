import type { Bucket } from '#resources/s3/bucket.ts'
import { isUnknown, unknown, type Stored, type Unknown } from '#core/stored.ts'
import type { Attributes, Blocks } from '../attributes.ts'
import { mapTold, unreadable, type Told } from '../told.ts'

type Acl = Bucket['acl']
type Grant = Acl[number]

/** Stands for the account that owns the bucket: no plan knows its canonical id. */
const OWNER = 'the owner'

const OWNERS: Grant = { grantee: OWNER, permission: 'FULL_CONTROL' }

/** What each canned ACL grants on a bucket. Source: S3 User Guide, "Access control list (ACL) overview". */
const CANNED: Readonly<Record<string, Acl>> = {
  private: [OWNERS],
  'public-read': [OWNERS, { grantee: 'AllUsers', permission: 'READ' }],
  'public-read-write': [
    OWNERS,
    { grantee: 'AllUsers', permission: 'READ' },
    { grantee: 'AllUsers', permission: 'WRITE' },
  ],
  'authenticated-read': [OWNERS, { grantee: 'AuthenticatedUsers', permission: 'READ' }],
  'log-delivery-write': [
    OWNERS,
    { grantee: 'LogDelivery', permission: 'WRITE' },
    { grantee: 'LogDelivery', permission: 'READ_ACP' },
  ],
  // These speak of objects; on a bucket they are `private`.
  'aws-exec-read': [OWNERS],
  'bucket-owner-read': [OWNERS],
  'bucket-owner-full-control': [OWNERS],
}

/** What `aws_s3_bucket_acl` says: a canned ACL, or a policy of grants. */
export function aclOf(attributes: Attributes): Stored<Acl> {
  const canned = attributes.text('acl')
  if (canned !== undefined) return cannedAcl(canned)
  const policy = attributes.block('access_control_policy')
  if (policy === undefined) return [OWNERS]
  if (isUnknown(policy)) return policy
  return grantList(policy.blocks('grant'), (grant) => {
    const grantee = grant.block('grantee')
    const permission = permissionOf(grant.text('permission'))
    if (grantee === undefined || isUnknown(grantee)) return [{ grantee: grantee ?? nameless(), permission }]
    return [{ grantee: granteeOf(grantee, 'email_address'), permission }]
  })
}

/** What the bucket's own deprecated `acl` and `grant` say; undefined: nothing. */
export function inlineAclOf(attributes: Attributes): Stored<Acl> | undefined {
  const canned = attributes.text('acl')
  if (canned !== undefined && attributes.isConfigured('acl')) return cannedAcl(canned)
  const grants = attributes.blocks('grant')
  if (grants === undefined) return canned === undefined ? undefined : cannedAcl(canned)
  return grantList(grants, (grant) => {
    const permissions = grant.texts('permissions')
    const grantee = granteeOf(grant, 'email_address')
    if (permissions === undefined) return []
    if (isUnknown(permissions)) return [{ grantee, permission: permissions }]
    return permissions.map((permission) => ({ grantee, permission: permissionOf(permission) }))
  })
}

function cannedAcl(canned: Told<string>): Stored<Acl> {
  if (isUnknown(canned)) return canned
  const grants = CANNED[canned.$value]
  if (grants === undefined) return unreadable(`${canned.$value} is no canned ACL`)
  return grants.map((grant) => ({ ...canned, $value: grant }))
}

function grantList(blocks: Blocks | undefined, read: (grant: Attributes) => readonly Stored<Grant>[]): Stored<Acl> {
  const items = (blocks?.items ?? []).flatMap(read)
  return blocks === undefined || blocks.incomplete.length === 0
    ? items
    : { $items: items, $incomplete: blocks.incomplete }
}

/** The last part of a group's URI, else who it is by id or address. */
function granteeOf(grantee: Attributes, email: string): Stored<string> {
  const uri = grantee.text('uri')
  if (uri !== undefined && (isUnknown(uri) || uri.$value !== '')) {
    return mapTold(uri, (text) => text.slice(text.lastIndexOf('/') + 1))
  }
  return grantee.text('id') ?? grantee.text(email) ?? nameless()
}

function permissionOf(permission: Told<string> | undefined): Stored<Grant['permission']> {
  if (permission === undefined) return nameless()
  // Terraform's schema refuses any other word at plan time.
  return permission as Told<Grant['permission']>
}

function nameless(): Unknown {
  return unknown({ kind: 'unreadable', detail: 'a grant names nobody, or no permission' })
}
