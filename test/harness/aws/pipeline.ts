import type { Answer, Refusal } from './answer.ts'
import { refuse } from './answer.ts'
import { denial, reasonToDeny, wishOf } from './authorize.ts'
import type { Call } from './call.ts'
import { completeDefaultNetwork, EC2_REPAIRS } from './ec2.ts'
import { changesPermissions, encodeDocuments, IAM_REPAIRS } from './iam.ts'
import { wellKnownPrincipal } from './identity.ts'
import type { Principal } from './identity.ts'
import { askForAll, cutPage, pageOf } from './paging.ts'
import { expiredCaller, regionRefusal, unknownCaller } from './regions.ts'
import type { Repair } from './repair.ts'
import { S3_REPAIRS, wrongRegion } from './s3.ts'
import { wrongClock } from './signing-time.ts'
import { SQS_REPAIRS } from './sqs.ts'
import { assumeRole, getCallerIdentity } from './sts.ts'
import type { World } from './world.ts'

/** Who makes the call, or how the service refuses a caller that it does not know or no longer lets in. */
export function identify(world: World, call: Call): Principal | { readonly refusal: Refusal } {
  const { accessKeyId, sessionToken } = call
  if (accessKeyId === undefined) return { refusal: unsigned(call) }
  const principal = wellKnownPrincipal(accessKeyId, world.workerPolicy) ?? world.principals.get(accessKeyId)
  if (principal === undefined || principal.sessionToken !== sessionToken) return { refusal: unknownCaller(call) }
  const skewed = world.checksClocks && principal.kind !== 'admin' ? wrongClock(call, world.now()) : undefined
  if (skewed !== undefined) return { refusal: skewed }
  if (principal.expiresAt !== undefined && principal.expiresAt <= world.now()) return { refusal: expiredCaller(call) }
  return principal
}

/** What AWS would answer to a caller it knows. */
export async function answerCall(world: World, call: Call, principal: Principal, gone: AbortSignal): Promise<Answer> {
  const account = world.account(principal.account)
  const refused = regionRefusal(call, account) ?? misdirected(world, call, principal)
  if (refused !== undefined) return refuse(call, refused)

  if (call.action === 'sts:GetCallerIdentity') return getCallerIdentity(call, principal)
  // The target's trust policy has its say there, and its refusals have words of their own.
  if (call.action === 'sts:AssumeRole') return assumeRole(world, call, principal)

  const wish = wishOf(world, principal, call)
  const reason = await reasonToDeny(world, principal, wish, call.bucket)
  if (reason !== undefined) return refuse(call, denial(call, principal, wish, reason))

  if (call.service === 'ec2') await completeDefaultNetwork(world, principal.account, call.region)
  const page = pageOf(call, world.pageLimit)
  if (page !== undefined && 'refusal' in page) return refuse(call, page.refusal)

  const forward = async (changed: Call): Promise<Answer> =>
    understood(call, await world.backend.forward(changed, principal.account, known(principal, call)))
  const whole = page === undefined ? call : askForAll(call)
  const repair = REPAIRS[call.service]?.[call.operation]
  const complete = await (repair === undefined
    ? forward(whole)
    : repair({ call: whole, principal, account, world, gone, forward }))

  if (call.service === 'iam' && changesPermissions(call.operation)) world.policies.forget(principal.account)
  const paged = page === undefined ? complete : cutPage(call, complete, page)
  return call.service === 'iam' ? encodeDocuments(paged) : paged
}

const REPAIRS: Readonly<Record<string, Readonly<Record<string, Repair>>>> = {
  ec2: EC2_REPAIRS,
  iam: IAM_REPAIRS,
  s3: S3_REPAIRS,
  sqs: SQS_REPAIRS,
}

/**
 * moto's own enforcement has a say only over sessions that it made: the administrator and the worker exist only here. Nor
 * over S3 Control, where it takes the operation's name for the action: AWS wants s3:GetAccountPublicAccessBlock.
 */
function known(principal: Principal, call: Call): boolean {
  return principal.kind === 'admin' || principal.ownPolicies !== undefined || call.service === 's3control'
}

function misdirected(world: World, call: Call, principal: Principal): Refusal | undefined {
  if (call.service === 's3' && call.operation !== 'CreateBucket') {
    const bucket = world.buckets.get(call.bucket)
    return bucket === undefined ? undefined : wrongRegion(call, bucket)
  }
  if (call.service === 's3control' && call.headers['x-amz-account-id']?.toString() !== principal.account) {
    return { status: 403, code: 'AccessDenied', message: 'Access Denied' }
  }
  return undefined
}

/** moto answers what it does not implement with a page of HTML; AWS never does. */
function understood(call: Call, answer: Answer): Answer {
  const html = answer.headers['content-type']?.toString().startsWith('text/html') === true
  if (!html || answer.status < 400 || !/<html|<title/i.test(answer.body.subarray(0, 400).toString())) return answer
  return refuse(call, {
    status: 400,
    code: 'InvalidAction',
    message: `The test AWS API could not answer ${call.service}:${call.operation} (moto said ${answer.status}). Teach it in test/harness/aws.`,
  })
}

function unsigned(call: Call): Refusal {
  if (call.protocol === 's3') return { status: 403, code: 'AccessDenied', message: 'Access Denied' }
  return { status: 403, code: 'MissingAuthenticationToken', message: 'Request is missing Authentication Token' }
}
