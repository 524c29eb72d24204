import { afterAll, beforeAll, expect, test } from 'vitest'
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { startStage, type Stage } from '../../bench/support/stage.ts'
import { systemClock } from '#platform/system-clock.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { ended, furnish, REGION, request, watch, type Watched } from '../support/accounts.ts'

// Ten accounts interleaved in two warm workers, sessions that end in the middle of scans, and an STS that now and then
// takes another account for the one that is meant. Each account has VPCs that no other one has: ids tell whose a row is.

const ACCOUNTS = Array.from({ length: 10 }, (_, n) => String(111_100_000_000 + n))
const ROUNDS = 4
let stage: Stage

beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.stop())

/** The account that owns each VPC, as an administrator of that account sees it. */
async function ownersOfVpcs(targets: readonly Watched[]): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>()
  for (const { accountId } of targets) {
    const { ec2 } = clientsFor(stage.aws.url, stage.aws.adminCredentials(accountId), REGION)
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}))
    for (const { VpcId = '' } of Vpcs) owners.set(VpcId, accountId)
  }
  return owners
}

interface StoredRow {
  readonly table: string
  readonly own: string
  readonly written: string
  readonly id: string
  readonly arn: string | null
}

/** Every row that names an account, with the account of the target that it belongs to. */
async function stored(): Promise<readonly StoredRow[]> {
  const { rows } = await stage.pool.query<StoredRow>(
    `select 'resources' as "table", t.account_id as own, r.account_id as written, r.resource_id as id, r.arn
     from resources r join targets t on t.id = r.target_id
     union all
     select 'findings', t.account_id, f.account_id, f.resource_id, f.arn from findings f join targets t on t.id = f.target_id
     union all
     select 'scans', t.account_id, s.spec ->> 'accountId', '', s.prepared ->> 'identityArn'
     from scans s join targets t on t.id = s.target_id
     union all
     select 'targets', account_id, account_id, '', identity_arn from targets`,
  )
  return rows
}

test('no row carries another account, whatever STS says and whenever sessions end', async () => {
  const { pool, aws } = stage
  const include = ['ec2-vpc-flow-logs', 'ec2-default-sg-closed', 'ec2-instance-imdsv2']
  const checks = { include, exclude: [], minSeverity: null, parameters: [] }
  const targets: Watched[] = []
  for (const accountId of ACCOUNTS) targets.push(await watch(pool, accountId, { checks }))
  for (const target of targets) await furnish(aws, target, 2)
  const owners = await ownersOfVpcs(targets)
  const [stranger = ''] = ACCOUNTS
  for (const operation of ['GetCallerIdentity', 'AssumeRole']) {
    const fault = { kind: 'identity', account: stranger } as const
    aws.faults.add({ service: 'sts', operation, probability: 0.15, seed: operation.length, fault })
  }
  aws.faults.add({ service: 'ec2', probability: 0.5, seed: 3, fault: { kind: 'delay', ms: 300 } })
  await Promise.all([stage.startWorker(), stage.startWorker()])

  const over = new AbortController()
  const expire = async (): Promise<void> => {
    while (!over.signal.aborted) {
      // No session that is open now lives on.
      aws.advance(3_600_000)
      await systemClock.sleep(700, over.signal).catch(() => undefined)
    }
  }
  const expiring = expire()
  const states: Record<string, number> = {}
  for (let round = 0; round < ROUNDS; round++) {
    for (const { state, reason } of await ended(pool, await request(pool, targets), 240_000)) {
      const how = reason === null ? state : `${state} ${reason}`
      states[how] = (states[how] ?? 0) + 1
    }
  }
  over.abort()
  await expiring

  const rows = await stored()
  expect(rows.filter(({ own, written }) => own !== written)).toEqual([])
  expect(rows.filter(({ own, arn }) => arn !== null && /:\d{12}:/.test(arn) && !arn.includes(`:${own}:`))).toEqual([])
  expect(rows.filter(({ own, id }) => owners.has(id) && owners.get(id) !== own)).toEqual([])
  // That it was put to the test: sessions were renewed, lies were told and refused, and something was found all the same.
  const errors = aws.calls().map(({ error }) => error)
  console.log(
    'isolation:',
    states,
    `${rows.length} rows,`,
    `${errors.filter((e) => e === 'RequestExpired').length} calls met a session that had ended`,
  )
  expect(errors).toContain('RequestExpired')
  expect(states['Failed AccountMismatch']).toBeGreaterThan(0)
  expect(rows.filter(({ id }) => owners.has(id)).length).toBeGreaterThan(ACCOUNTS.length)
  // When STS is itself again, so are all scans.
  aws.faults.clear()
  const last = await ended(pool, await request(pool, targets))
  expect(new Set(last.map(({ state }) => state))).toEqual(new Set(['Succeeded']))
  expect(await pool.query('select from jobs where lost_leases > 0')).toMatchObject({ rowCount: 0 })
})
