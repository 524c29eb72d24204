import { BackendRefusal } from './backend.ts'
import type { Backend } from './backend.ts'
import type { Principal } from './identity.ts'
import { parsePolicy } from './policy.ts'
import type { Policy } from './policy.ts'
import { find, findAll, textAt } from './xml.ts'
import type { Element } from './xml.ts'

export interface Role {
  readonly arn: string
  readonly id: string
  readonly trust: Policy
  readonly maxSessionDuration: number
  readonly boundary: Policy | undefined
}

/** The IAM policies that moto holds, read once and kept until something in that account's IAM changes. */
export interface PolicyStore {
  role(account: string, name: string): Promise<Role | undefined>
  /** Attached and inline policies of a role or a user, those of the user's groups included. */
  identityPolicies(principal: Principal): Promise<readonly Policy[]>
  boundary(principal: Principal): Promise<Policy | undefined>
  /** The default version, or undefined when there is no such policy. */
  managed(account: string, arn: string): Promise<Policy | undefined>
  bucketPolicy(account: string, region: string, bucket: string): Promise<Policy | undefined>
  /** Call after every change of IAM or of a bucket's policy. Without an account: everything. */
  forget(account?: string): void
}

export function policyStore(backend: Backend): PolicyStore {
  const cache = new Map<string, Promise<unknown>>()

  const once = <T>(account: string, key: string, load: () => Promise<T>): Promise<T> => {
    const name = `${account} ${key}`
    // Each key is used with one type only, here in this file.
    const known = cache.get(name) as Promise<T> | undefined
    if (known !== undefined) return known
    const loading = load()
    cache.set(name, loading)
    loading.catch(() => cache.delete(name))
    return loading
  }
  const iam = (account: string, action: string, params: Record<string, string>): Promise<Element> =>
    backend.ask({ account, service: 'iam', region: 'us-east-1' }, action, {
      ...params,
      ...(action.startsWith('List') ? ALL : {}),
    })

  const managed = (account: string, arn: string): Promise<Policy | undefined> =>
    // AWS's own policies are the same in every account and never change.
    once(arn.startsWith('arn:aws:iam::aws:') ? 'aws' : account, `policy ${arn}`, () =>
      orAbsent(async () => {
        const policy = await iam(account, 'GetPolicy', { PolicyArn: arn })
        const version = textAt(policy, 'GetPolicyResult', 'Policy', 'DefaultVersionId') ?? 'v1'
        const document = await iam(account, 'GetPolicyVersion', { PolicyArn: arn, VersionId: version })
        return parsePolicy(decoded(findAll(document, 'Document')[0]?.text))
      }),
    )

  const ofIdentity = async (
    account: string,
    kind: 'Role' | 'User' | 'Group',
    name: string,
  ): Promise<readonly Policy[]> => {
    const who = { [`${kind}Name`]: name }
    const attached = await iam(account, `ListAttached${kind}Policies`, who)
    const fromArns = findAll(attached, 'PolicyArn').map(({ text }) => managed(account, text))
    const inline = findAll(await iam(account, `List${kind}Policies`, who), 'member').map(async ({ text }) => {
      const policy = await iam(account, `Get${kind}Policy`, { ...who, PolicyName: text })
      return parsePolicy(decoded(findAll(policy, 'PolicyDocument')[0]?.text))
    })
    const policies = await Promise.all([...fromArns, ...inline])
    return policies.filter((policy) => policy !== undefined)
  }

  const store: PolicyStore = {
    managed,
    role: (account, name) =>
      once(account, `role ${name}`, () =>
        orAbsent(async () => {
          const answer = await iam(account, 'GetRole', { RoleName: name })
          const role = find(answer, 'GetRoleResult', 'Role') ?? answer
          const boundary = findAll(role, 'PermissionsBoundaryArn')[0]?.text
          return {
            arn: textAt(role, 'Arn') ?? '',
            id: textAt(role, 'RoleId') ?? '',
            trust: parsePolicy(decoded(textAt(role, 'AssumeRolePolicyDocument'))),
            maxSessionDuration: Number(textAt(role, 'MaxSessionDuration') ?? 3600),
            boundary: boundary === undefined ? undefined : await managed(account, boundary),
          }
        }),
      ),
    identityPolicies: ({ account, kind, name }) =>
      once(account, `policies of ${kind} ${name}`, async () => {
        if (kind === 'role') return ofIdentity(account, 'Role', name)
        const groups = await iam(account, 'ListGroupsForUser', { UserName: name })
        const all = findAll(groups, 'GroupName').map(({ text }) => ofIdentity(account, 'Group', text))
        return (await Promise.all([ofIdentity(account, 'User', name), ...all])).flat()
      }),
    boundary: async ({ account, kind, name }) =>
      kind === 'role' ? (await store.role(account, name))?.boundary : undefined,
    bucketPolicy: (account, region, bucket) =>
      once(account, `bucket ${bucket}`, async () => {
        const { status, body } = await backend.s3({ account, region }, 'GET', `/${bucket}?policy`)
        return status === 200 ? parsePolicy(body.toString()) : undefined
      }),
    forget: (account) => {
      for (const key of cache.keys()) {
        if (account === undefined || key.startsWith(`${account} `)) cache.delete(key)
      }
    },
  }
  return store
}

const ALL = { MaxItems: '1000' }

/** IAM's API returns policy documents URL-encoded; moto does so in some answers only. */
function decoded(document = ''): string {
  return document.trimStart().startsWith('{') ? document : decodeURIComponent(document)
}

async function orAbsent<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load()
  } catch (error) {
    if (error instanceof BackendRefusal && error.answer.status === 404) return undefined
    throw error
  }
}
