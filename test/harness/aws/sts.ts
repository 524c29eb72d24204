import { deflateRawSync } from 'node:zlib'
import type { Answer, Refusal } from './answer.ts'
import { queryAnswer, refuse } from './answer.ts'
import { contextOf, reasonToDeny } from './authorize.ts'
import { withParams } from './call.ts'
import type { Call } from './call.ts'
import { namesOf } from './identity.ts'
import type { Principal } from './identity.ts'
import { decideForPrincipal, parsePolicy } from './policy.ts'
import type { Policy, Wish } from './policy.ts'
import type { Role } from './policy-store.ts'
import { escapeXml, parseXml, textAt, find } from './xml.ts'
import type { World } from './world.ts'

/** GetCallerIdentity: needs no permission, and no policy can deny it. */
export function getCallerIdentity(call: Call, principal: Principal): Answer {
  return queryAnswer(
    call,
    `<Arn>${escapeXml(principal.arn)}</Arn><UserId>${escapeXml(principal.userId)}</UserId><Account>${principal.account}</Account>`,
  )
}

/**
 * AssumeRole with the rules that moto lacks. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * A missing role, its trust policy, the ExternalId, the caller's own permissions and an SCP are all refused in the same words.
 */
export async function assumeRole(world: World, call: Call, caller: Principal): Promise<Answer> {
  const invalid = invalidRequest(call)
  if (invalid !== undefined) return refuse(call, invalid)

  const roleArn = call.params.get('RoleArn') ?? ''
  const [, account = '', path = ''] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(roleArn) ?? []
  const roleName = path.split('/').at(-1) ?? ''
  const role = await world.policies.role(account, roleName)
  const refused: Refusal = {
    status: 403,
    code: 'AccessDenied',
    message: `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
  }
  if (role === undefined || role.arn !== roleArn) return refuse(call, refused)
  if (!(await mayAssume(world, call, caller, role, account))) return refuse(call, refused)

  const tooLong = tooLongFor(call, caller, role)
  if (tooLong !== undefined) return refuse(call, tooLong)

  const packed = packedSize(call)
  if (packed > world.packedPolicyLimit) {
    const percent = Math.round((100 * packed) / world.packedPolicyLimit)
    return refuse(call, {
      status: 400,
      code: 'PackedPolicyTooLarge',
      message: `The total packed size of session policies and session tags combined was too large: ${percent}% of the limit`,
    })
  }
  const sessionPolicies = await readSessionPolicies(world, call, account)
  if ('code' in sessionPolicies) return refuse(call, sessionPolicies)

  return openSession(world, call, {
    account,
    role,
    roleName,
    caller,
    policies: sessionPolicies.policies,
    percent: Math.ceil((100 * packed) / world.packedPolicyLimit),
  })
}

/** What STS would say if it took this account for the one that is meant; undefined for other operations than its two. */
export async function answerForAnother(
  world: World,
  call: Call,
  caller: Principal,
  account: string,
): Promise<Answer | undefined> {
  const elsewhere = (arn: string): string => arn.replace(/(?<=:)\d{12}(?=:)/, account)
  if (call.action === 'sts:GetCallerIdentity') {
    return getCallerIdentity(call, { ...caller, account, arn: elsewhere(caller.arn) })
  }
  if (call.action !== 'sts:AssumeRole') return undefined
  const mistaken = withParams(call, (params) => params.set('RoleArn', elsewhere(params.get('RoleArn') ?? '')))
  return assumeRole(world, mistaken, caller)
}

async function mayAssume(world: World, call: Call, caller: Principal, role: Role, account: string): Promise<boolean> {
  const context = contextOf(world, caller, call)
  const put = (key: string, value: string | null): void => {
    if (value !== null) context.set(key, [value])
  }
  put('sts:externalid', call.params.get('ExternalId'))
  put('sts:rolesessionname', call.params.get('RoleSessionName'))
  put('sts:sourceidentity', call.params.get('SourceIdentity'))
  const tags = tagsOf(call)
  for (const [name, value] of Object.entries(tags)) put(`aws:requesttag/${name.toLowerCase()}`, value)
  if (Object.keys(tags).length > 0) context.set('aws:tagkeys', Object.keys(tags))

  const actions = ['sts:AssumeRole']
  if (Object.keys(tags).length > 0) actions.push('sts:TagSession')
  if (call.params.has('SourceIdentity')) actions.push('sts:SetSourceIdentity')
  for (const action of actions) {
    const wish: Wish = { action, resource: role.arn, context }
    const { decision, delegates } = decideForPrincipal(role.trust, wish, namesOf(caller))
    if (decision !== 'allow') return false
    // A trust policy that names the caller itself is enough within one account; across accounts both must agree.
    const own = await reasonToDeny(world, caller, wish)
    const ownNeeded = delegates || caller.account !== account || own?.startsWith('with an explicit deny') === true
    if (own !== undefined && ownNeeded) return false
  }
  return true
}

function invalidRequest(call: Call): Refusal | undefined {
  const { params } = call
  const check = (name: string, pattern: RegExp, required: boolean): string | undefined => {
    const value = params.get(name)
    if (value === null)
      return required
        ? `Value null at '${lowerFirst(name)}' failed to satisfy constraint: Member must not be null`
        : undefined
    if (pattern.test(value)) return undefined
    return `Value '${value}' at '${lowerFirst(name)}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`
  }
  const problem =
    check('RoleArn', /^arn:[\w-]+:iam::\d{12}:role\/[\u0020-\u00FF]{1,2000}$/, true) ??
    check('RoleSessionName', /^[\w+=,.@-]{2,64}$/, true) ??
    check('ExternalId', /^[\w+=,.@:/-]{2,1224}$/, false) ??
    check('SourceIdentity', /^[\w+=,.@-]{2,64}$/, false) ??
    (between(params.get('DurationSeconds'), 900, 43_200)
      ? undefined
      : `Value '${params.get('DurationSeconds')}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200`) ??
    ((params.get('Policy') ?? '').length <= 2_048
      ? undefined
      : `Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048`) ??
    (policyArnsOf(call).length <= 10
      ? undefined
      : `Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10`)
  if (problem === undefined) return undefined
  return { status: 400, code: 'ValidationError', message: `1 validation error detected: ${problem}` }
}

function tooLongFor(call: Call, caller: Principal, role: Role): Refusal | undefined {
  const asked = Number(call.params.get('DurationSeconds') ?? 3_600)
  if (caller.kind === 'role' && asked > 3_600) {
    return validation(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  }
  if (call.params.has('DurationSeconds') && asked > role.maxSessionDuration) {
    return validation('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  }
  return undefined
}

async function readSessionPolicies(
  world: World,
  call: Call,
  account: string,
): Promise<Refusal | { readonly policies: readonly Policy[] | undefined }> {
  const inline = call.params.get('Policy')
  const arns = policyArnsOf(call)
  if (inline === null && arns.length === 0) return { policies: undefined }
  const policies: Policy[] = []
  try {
    if (inline !== null) policies.push(parsePolicy(inline))
  } catch {
    return { status: 400, code: 'MalformedPolicyDocument', message: 'The policy is not in the valid JSON format.' }
  }
  for (const arn of arns) {
    const policy = await world.policies.managed(account, arn)
    if (policy === undefined) {
      return validation(`Policy ARN ${arn} does not exist or is not attachable.`)
    }
    policies.push(policy)
  }
  return { policies }
}

async function openSession(
  world: World,
  call: Call,
  session: {
    readonly account: string
    readonly role: Role
    readonly roleName: string
    readonly caller: Principal
    readonly policies: readonly Policy[] | undefined
    readonly percent: number
  },
): Promise<Answer> {
  const { account, role, roleName, caller, policies, percent } = session
  // moto makes the credentials, so that its own enforcement knows the session too.
  const answer = await world.backend.forward(call, caller.account, true)
  if (answer.status !== 200) return answer
  const result = find(parseXml(answer.body.toString()), 'AssumeRoleResult', 'Credentials')
  if (result === undefined) throw new Error(`moto answered AssumeRole without credentials: ${answer.body.toString()}`)
  const accessKeyId = textAt(result, 'AccessKeyId') ?? ''
  const secret = textAt(result, 'SecretAccessKey') ?? ''
  const sessionToken = textAt(result, 'SessionToken') ?? ''

  const sessionName = call.params.get('RoleSessionName') ?? ''
  const seconds = Number(call.params.get('DurationSeconds') ?? 3_600)
  const expiresAt = world.now() + seconds * 1000
  const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`
  world.principals.set(accessKeyId, {
    kind: 'role',
    account,
    arn,
    userId: `${role.id}:${sessionName}`,
    name: roleName,
    roleArn: role.arn,
    sessionName,
    ...(policies === undefined ? {} : { sessionPolicies: policies }),
    tags: tagsOf(call),
    expiresAt,
    sessionToken,
  })
  return queryAnswer(
    call,
    `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${escapeXml(secret)}</SecretAccessKey>` +
      `<SessionToken>${escapeXml(sessionToken)}</SessionToken>` +
      `<Expiration>${new Date(expiresAt).toISOString()}</Expiration></Credentials>` +
      `<AssumedRoleUser><AssumedRoleId>${role.id}:${escapeXml(sessionName)}</AssumedRoleId><Arn>${escapeXml(arn)}</Arn></AssumedRoleUser>` +
      (policies === undefined ? '' : `<PackedPolicySize>${percent}</PackedPolicySize>`),
  )
}

function packedSize(call: Call): number {
  const parts = [call.params.get('Policy') ?? '', ...policyArnsOf(call), JSON.stringify(tagsOf(call))].join('\n')
  return deflateRawSync(parts).length
}

function policyArnsOf(call: Call): readonly string[] {
  return [...call.params].filter(([name]) => /^PolicyArns\.member\.\d+\.arn$/.test(name)).map(([, value]) => value)
}

function tagsOf(call: Call): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {}
  for (const [name, value] of call.params) {
    const [, index] = /^Tags\.member\.(\d+)\.Key$/.exec(name) ?? []
    if (index !== undefined) tags[value] = call.params.get(`Tags.member.${index}.Value`) ?? ''
  }
  return tags
}

function validation(message: string): Refusal {
  return { status: 400, code: 'ValidationError', message }
}

function between(value: string | null, low: number, high: number): boolean {
  return value === null || (Number(value) >= low && Number(value) <= high)
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
