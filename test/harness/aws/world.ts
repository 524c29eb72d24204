import { EventEmitter } from 'node:events'
import { newAccount } from './account.ts'
import type { AccountState } from './account.ts'
import type { Backend } from './backend.ts'
import type { Principal } from './identity.ts'
import { parsePolicy } from './policy.ts'
import type { Policy } from './policy.ts'
import { policyStore } from './policy-store.ts'
import type { PolicyStore } from './policy-store.ts'

export interface Bucket {
  readonly account: string
  readonly region: string
  mfaDelete: boolean
}

/** Everything the proxy knows that moto does not. Forgotten on reset. */
export interface World {
  readonly backend: Backend
  /** Milliseconds since the epoch, by the machine's clock plus what tests have added. */
  now(): number
  readonly policies: PolicyStore
  /** By access key: sessions that AssumeRole made, and keys of IAM users. */
  readonly principals: Map<string, Principal>
  readonly buckets: Map<string, Bucket>
  account(id: string): AccountState
  /** By account and region: when moto's default VPC there has been completed. */
  readonly defaultNetworks: Map<string, Promise<void>>
  /** Emits `sent` whenever a queue may have something to receive. */
  readonly queues: EventEmitter
  /** Upper bound of items in any page, however many were asked for; AWS, too, may return fewer. */
  pageLimit: number
  /** Refuses calls that were signed by a clock other than `now`. */
  checksClocks: boolean
  workerPolicy: Policy
  /** How many bytes a session's policies and tags may come to, packed. */
  packedPolicyLimit: number
  forget(): void
}

export function createWorld(backend: Backend, now: () => number): World {
  const accounts = new Map<string, AccountState>()
  const world: World = {
    backend,
    now,
    policies: policyStore(backend),
    principals: new Map(),
    buckets: new Map(),
    defaultNetworks: new Map(),
    account: (id) => {
      const known = accounts.get(id)
      if (known !== undefined) return known
      const created = newAccount(id)
      accounts.set(id, created)
      return created
    },
    // Every long poll listens for a moment.
    queues: new EventEmitter().setMaxListeners(0),
    pageLimit: Infinity,
    checksClocks: false,
    workerPolicy: WORKER_POLICY,
    packedPolicyLimit: PACKED_POLICY_BYTES,
    forget: () => {
      accounts.clear()
      world.principals.clear()
      world.buckets.clear()
      world.defaultNetworks.clear()
      world.policies.forget()
      world.pageLimit = Infinity
      world.checksClocks = false
      world.workerPolicy = WORKER_POLICY
      world.packedPolicyLimit = PACKED_POLICY_BYTES
    },
  }
  return world
}

const WORKER_POLICY = parsePolicy(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity', 'sqs:*'],
        Resource: '*',
      },
    ],
  }),
)

// AWS publishes neither its packing nor its limit. Deflate and this bound let 2,048 characters of ordinary actions plus
// two managed policies pass, and refuse what also carries many tags.
const PACKED_POLICY_BYTES = 2_048
