import { CreateVpcCommand } from '@aws-sdk/client-ec2'
import type { Pool } from '#platform/postgres/pool.ts'
import type { ScanSpec } from '#core/scan.ts'
import { ensureTarget } from '#store/targets.ts'
import { systemClock } from '#platform/system-clock.ts'
import { never, newScan, type TestTarget } from '#test/builders/store.ts'
import type { Aws } from '#test/harness/aws/aws.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { createRole, policy, trustPolicy } from '#test/harness/aws/roles.ts'

export const REGION = 'eu-central-1'
const ROLE = 'VedetteScan'

/** A target as the operator would have made it, with what a scan of it has to say. */
export interface Watched extends TestTarget {
  readonly externalId: string
  readonly spec: Partial<ScanSpec>
}

/** A target for this account, and a spec of one check and one region; `narrower` replaces parts of it. */
export async function watch(
  pool: Pool,
  accountId: string,
  narrower: Partial<ScanSpec> & { readonly namespace?: string } = {},
): Promise<Watched> {
  const { namespace = 'team', ...spec } = narrower
  const target = { namespace, name: `account-${accountId}`, uid: `target-of-${namespace}-${accountId}`, accountId }
  const made = await ensureTarget(pool, {
    ...target,
    namespaceUid: `uid-of-${namespace}`,
    partition: 'aws',
    signal: never,
  })
  if (made.kind !== 'ok') throw new Error(made.kind)
  const checks = { include: ['ec2-instance-imdsv2'], exclude: [], minSeverity: null, parameters: [] }
  const { targetId, externalId } = made
  return {
    ...target,
    targetId,
    externalId,
    spec: {
      accountId,
      externalId,
      roleArn: `arn:aws:iam::${accountId}:role/${ROLE}`,
      regions: [REGION],
      services: ['ec2'],
      checks,
      ...spec,
    },
  }
}

/** Gives the account of a target the role that its spec names, and VPCs of its own. */
export async function furnish(aws: Aws, { accountId, externalId }: Watched, vpcs = 1): Promise<void> {
  aws.account(accountId).enableRegions([REGION, 'us-east-1'])
  await createRole(aws, accountId, {
    name: ROLE,
    trust: trustPolicy(aws.workerRoleArn(), externalId),
    policy: policy('Allow', ['*']),
  })
  const { ec2 } = clientsFor(aws.url, aws.adminCredentials(accountId), REGION)
  for (let n = 0; n < vpcs; n++) await ec2.send(new CreateVpcCommand({ CidrBlock: `10.${n}.0.0/16` }))
}

export interface Ended {
  readonly id: string
  readonly accountId: string
  readonly state: string
  readonly reason: string | null
  readonly coveragePercent: number | null
  /** From the request to the end. */
  readonly ms: number
}

/** Asks for a scan of each target. */
export async function request(pool: Pool, targets: readonly Watched[]): Promise<readonly string[]> {
  const ids: string[] = []
  for (const target of targets) ids.push(await newScan(pool, target, { spec: target.spec }))
  return ids
}

/** All of these scans, once each of them has ended. */
export async function ended(pool: Pool, scanIds: readonly string[], withinMs = 120_000): Promise<readonly Ended[]> {
  const until = AbortSignal.timeout(withinMs)
  for (;;) {
    const { rows } = await pool.query<Ended>(
      `select id, spec ->> 'accountId' as "accountId", state, reason, (summary ->> 'coveragePercent')::int as "coveragePercent",
         (extract(epoch from finished_at - created_at) * 1000)::float8 as ms
       from scans where id = any($1::uuid[]) and finished_at is not null`,
      [scanIds],
    )
    if (rows.length === scanIds.length) return rows
    until.throwIfAborted()
    await systemClock.sleep(50, never)
  }
}

/** Resolves as soon as `read` gives something. */
export async function eventually<T>(read: () => Promise<T | undefined>, withinMs = 60_000): Promise<T> {
  const until = AbortSignal.timeout(withinMs)
  for (;;) {
    const found = await read()
    if (found !== undefined) return found
    until.throwIfAborted()
    await systemClock.sleep(50, never)
  }
}
