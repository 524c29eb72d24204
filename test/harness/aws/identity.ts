import type { Policy } from './policy.ts'

/** Who makes a call. */
export interface Principal {
  readonly kind: 'admin' | 'role' | 'user'
  readonly account: string
  /** As GetCallerIdentity tells it, and as denials name it. */
  readonly arn: string
  readonly userId: string
  /** Role or user name, without its path. */
  readonly name: string
  /** The ARN of the role itself, for sessions: what `aws:PrincipalArn` holds. */
  readonly roleArn?: string
  readonly sessionName?: string
  /** What the session was narrowed to; undefined when it was not. */
  readonly sessionPolicies?: readonly Policy[]
  /** Policies that exist only here, not in moto: of the well-known worker. */
  readonly ownPolicies?: readonly Policy[]
  readonly tags?: Readonly<Record<string, string>>
  readonly expiresAt?: number
  readonly sessionToken?: string
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const SECRET = 'a-secret-of-the-test-aws-api-only'
const WORKER_TOKEN = 'a-session-token-of-the-test-aws-api-only'
export const WORKER_ROLE = 'vedette-worker'

/** Keys of a virtual administrator: may do everything in that account, is listed nowhere, its calls are not counted. */
export function adminCredentials(account: string): Credentials {
  return { accessKeyId: `AKIAVEDETTETEST${account}`, secretAccessKey: SECRET }
}

/** Keys of a session of role `vedette-worker` in that account, as a pod or task gets them: may use SQS and assume roles. */
export function workerCredentials(account: string): Credentials {
  return { accessKeyId: `ASIAVEDETTEWORKER${account}`, secretAccessKey: SECRET, sessionToken: WORKER_TOKEN }
}

/** The ARN by which a trust policy names the worker of that account. */
export function workerRoleArn(account: string): string {
  return `arn:aws:iam::${account}:role/${WORKER_ROLE}`
}

/** The principal of a well-known key, or undefined when the key is an ordinary one. */
export function wellKnownPrincipal(accessKeyId: string, workerPolicy: Policy): Principal | undefined {
  const [, kind, account = ''] = /^(AKIAVEDETTETEST|ASIAVEDETTEWORKER)(\d{12})$/.exec(accessKeyId) ?? []
  if (kind === 'AKIAVEDETTETEST') {
    const name = 'test-admin'
    return { kind: 'admin', account, arn: `arn:aws:iam::${account}:user/${name}`, userId: 'AIDATESTADMIN', name }
  }
  if (kind === 'ASIAVEDETTEWORKER') {
    return {
      kind: 'role',
      account,
      arn: `arn:aws:sts::${account}:assumed-role/${WORKER_ROLE}/pod`,
      userId: 'AROATESTWORKER:pod',
      name: WORKER_ROLE,
      roleArn: workerRoleArn(account),
      sessionName: 'pod',
      ownPolicies: [workerPolicy],
      sessionToken: WORKER_TOKEN,
    }
  }
  return undefined
}

/** Every way in which a trust or resource policy may name this principal directly. */
export function namesOf(principal: Principal): { readonly account: string; readonly arns: readonly string[] } {
  return {
    account: principal.account,
    arns: [principal.arn, ...(principal.roleArn === undefined ? [] : [principal.roleArn])],
  }
}
