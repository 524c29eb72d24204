import type { Refusal } from './answer.ts'
import type { Call } from './call.ts'
import { namesOf } from './identity.ts'
import type { Principal } from './identity.ts'
import { decide, decideForPrincipal } from './policy.ts'
import type { Policy, Wish } from './policy.ts'
import type { World } from './world.ts'

/** Why a call is refused, in the words AWS uses; undefined when it is allowed. */
export async function reasonToDeny(
  world: World,
  principal: Principal,
  wish: Wish,
  bucket = '',
): Promise<string | undefined> {
  if (principal.kind === 'admin') return undefined
  const { action } = wish
  const explicit = (layer: string): string => `with an explicit deny in ${layer}`
  const implicit = (layer: string): string => `because no ${layer} allows the ${action} action`

  const controls = world.account(principal.account).serviceControlPolicies
  const identity = principal.ownPolicies ?? (await world.policies.identityPolicies(principal))
  const boundary = principal.ownPolicies === undefined ? await world.policies.boundary(principal) : undefined
  const session = principal.sessionPolicies
  const resource = await bucketDecision(world, principal, wish, bucket)

  const layers: readonly (readonly [name: string, policies: readonly Policy[] | undefined])[] = [
    ['a service control policy', controls],
    ['an identity-based policy', identity],
    ['a session policy', session],
    ['a permissions boundary', boundary && [boundary]],
  ]
  for (const [name, policies] of layers) {
    if (policies !== undefined && decide(policies, wish) === 'deny') return explicit(name)
  }
  if (resource === 'deny') return explicit('a resource-based policy')

  if (boundary !== undefined && decide([boundary], wish) !== 'allow') return implicit('permissions boundary')
  if (session !== undefined && decide(session, wish) !== 'allow') return implicit('session policy')
  if (decide(identity, wish) !== 'allow') return implicit('identity-based policy')
  return resource === 'foreign' ? implicit('resource-based policy') : undefined
}

/** A bucket's own policy can refuse anybody; to another account it has to say yes. */
async function bucketDecision(
  world: World,
  principal: Principal,
  wish: Wish,
  name: string,
): Promise<'deny' | 'foreign' | 'fine'> {
  const bucket = world.buckets.get(name)
  if (bucket === undefined) return 'fine'
  const policy = await world.policies.bucketPolicy(bucket.account, bucket.region, name)
  const decision = policy === undefined ? 'silent' : decideForPrincipal(policy, wish, namesOf(principal)).decision
  if (decision === 'deny') return 'deny'
  return bucket.account === principal.account || decision === 'allow' ? 'fine' : 'foreign'
}

export function wishOf(world: World, principal: Principal, call: Call): Wish {
  return { action: call.action, resource: resourceOf(principal, call), context: contextOf(world, principal, call) }
}

/** Global condition keys. The endpoint stands for AWS's, so every request counts as made over TLS from a public address. */
export function contextOf(world: World, principal: Principal, call: Call): Map<string, readonly string[]> {
  const { organizationId } = world.account(principal.account)
  const context = new Map<string, readonly string[]>([
    ['aws:currenttime', [new Date(world.now()).toISOString()]],
    ['aws:epochtime', [String(Math.floor(world.now() / 1000))]],
    ['aws:principalaccount', [principal.account]],
    ['aws:principalarn', [principal.roleArn ?? principal.arn]],
    ['aws:principaltype', [principal.kind === 'role' ? 'AssumedRole' : 'User']],
    ['aws:requestedregion', [call.region]],
    ['aws:securetransport', ['true']],
    ['aws:sourceip', ['198.51.100.7']],
    ['aws:userid', [principal.userId]],
  ])
  if (organizationId !== undefined) context.set('aws:principalorgid', [organizationId])
  if (principal.kind === 'user') context.set('aws:username', [principal.name])
  for (const [name, value] of Object.entries(principal.tags ?? {})) {
    context.set(`aws:principaltag/${name.toLowerCase()}`, [value])
  }
  return context
}

function resourceOf(principal: Principal, call: Call): string {
  if (call.protocol === 's3') {
    if (call.bucket === '') return '*'
    return `arn:aws:s3:::${call.bucket}${call.key === '' ? '' : `/${call.key}`}`
  }
  if (call.service === 'iam') {
    const arn = (type: string, name: string | null): string | undefined =>
      name === null ? undefined : `arn:aws:iam::${principal.account}:${type}/${name}`
    return (
      call.params.get('PolicyArn') ??
      arn('role', call.params.get('RoleName')) ??
      arn('user', call.params.get('UserName')) ??
      arn('group', call.params.get('GroupName')) ??
      '*'
    )
  }
  return '*'
}

/** A denial in the called service's words. */
export function denial(call: Call, principal: Principal, wish: Wish, reason: string): Refusal {
  const quote = call.service === 's3' || call.service === 's3control' ? '"' : ''
  const on = wish.resource === '*' ? '' : ` on resource: ${quote}${wish.resource}${quote}`
  const message = `User: ${principal.arn} is not authorized to perform: ${wish.action}${on} ${reason}`
  if (call.protocol === 'ec2') {
    const prefix = 'You are not authorized to perform this operation.'
    return { status: 403, code: 'UnauthorizedOperation', message: `${prefix} ${message}` }
  }
  if (call.protocol === 'json') return { status: 400, code: 'AccessDeniedException', message }
  return { status: 403, code: 'AccessDenied', message }
}
