import { RunInstancesCommand } from '@aws-sdk/client-ec2'
import { GenerateCredentialReportCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { encodeMessage } from '#queue/message.ts'
import { RESOURCE_TYPES } from '#resources/registry.ts'
import { expectedCalls } from '#test/builders/aws-calls.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { policy, setRolePolicy, trustPolicy } from '#test/harness/aws/roles.ts'
import { ACCOUNT, REGION, ROLE, seed, SMALL, useWorker, type WorkerFixture } from './worker-fixture.ts'

const fixture = useWorker()
/** A scan takes 3 s on an idle machine. */
const LONG = { timeout: 90_000 }

async function openFindings({ pool }: WorkerFixture): Promise<readonly string[]> {
  const { rows } = await pool.query<{ finding: string }>(
    `select check_id || ' ' || regexp_replace(resource_id, '^(sg|acl|vpc)-[0-9a-f]+$', '\\1') as finding
     from findings where state = 'open' order by 1`,
  )
  return rows.map(({ finding }) => finding)
}

/** A report that is there already: how often somebody polls for a new one depends on timing. */
async function makeCredentialReport({ aws }: WorkerFixture): Promise<void> {
  const { iam } = clientsFor(aws.url, aws.adminCredentials(ACCOUNT))
  aws.account(ACCOUNT).credentialReport({}, { polls: 0 })
  await iam.send(new GenerateCredentialReportCommand({}))
}

function callsOf({ aws }: WorkerFixture): Readonly<Record<string, number>> {
  const counts = { ...aws.counts({ account: ACCOUNT }), 'sts:AssumeRole': aws.counts()['sts:AssumeRole'] ?? 0 }
  aws.clearCalls()
  return counts
}

describe('a scan of a seeded account', () => {
  test('finds exactly what is wrong in it, looks at everything, and proves whose account it is', LONG, async () => {
    const now = fixture.now
    const { instanceId } = await seed(now)
    now.startWorker()
    const scan = await now.ended(await now.request({ regions: [REGION] }))
    expect(scan).toMatchObject({ state: 'Succeeded', summary: { coveragePercent: 100, opened: 17, topGaps: [] } })
    expect(await openFindings(now)).toEqual([
      'ec2-default-sg-closed sg',
      `ec2-ebs-default-encryption ${REGION}`,
      `ec2-instance-iam-role ${instanceId}`,
      `ec2-instance-imdsv2 ${instanceId}`,
      'ec2-nacl-remote-admin acl',
      'ec2-vpc-flow-logs vpc',
      `iam-password-policy-length ${ACCOUNT}`,
      `iam-password-policy-reuse ${ACCOUNT}`,
      'iam-policy-admin-wildcard role/vedette-scanner/inline',
      `iam-root-hardware-mfa ${ACCOUNT}`,
      `iam-root-mfa ${ACCOUNT}`,
      `iam-support-role ${ACCOUNT}`,
      `s3-account-block-public-access ${ACCOUNT}`,
      's3-bucket-block-public-access reports',
      's3-bucket-deny-http reports',
      's3-bucket-mfa-delete reports',
      's3-bucket-versioning reports',
    ])
    const { rows: targets } = await now.pool.query('select identity_arn, proven_generation from targets')
    const session = expect.stringMatching(`^arn:aws:sts::${ACCOUNT}:assumed-role/${ROLE}/vedette-[0-9a-f-]{36}$`)
    expect(targets).toEqual([{ identity_arn: session, proven_generation: '1' }])
    const { rows: accounts } = await now.pool.query('select distinct account_id from resources')
    expect(accounts).toEqual([{ account_id: ACCOUNT }])
  })

  test('asks AWS exactly so often; only the settings of buckets cost calls of their own', LONG, async () => {
    const now = fixture.now
    await seed(now)
    await makeCredentialReport(now)
    now.startWorker()
    await now.ended(await now.request({ regions: [REGION] }))
    const account = { regions: 1, buckets: 1, bucketsWithAcls: 0, prefixLists: 0, isFirst: true }
    expect(callsOf(now)).toEqual(expectedCalls(account))

    const { ec2, s3 } = clientsFor(now.aws.url, now.aws.adminCredentials(ACCOUNT), REGION)
    await ec2.send(new RunInstancesCommand({ ImageId: 'ami-12345678', MinCount: 5, MaxCount: 5 }))
    for (const Bucket of ['reports-2', 'reports-3']) {
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }))
    }
    await now.ended(await now.request({ regions: [REGION] }))
    expect(callsOf(now)).toEqual(expectedCalls({ ...account, buckets: 3, isFirst: false }))
  })
})

describe('nothing is collected', () => {
  async function refused(now: WorkerFixture, spec: Parameters<WorkerFixture['request']>[0] = {}) {
    now.startWorker()
    const scan = await now.ended(await now.request({ ...SMALL, ...spec }))
    const { rows } = await now.pool.query('select from resources union all select from listings')
    expect(rows).toEqual([])
    expect(Object.keys(now.aws.counts({ account: ACCOUNT })).filter((name) => !name.startsWith('sts:'))).toEqual([])
    expect(scan.state).toBe('Failed')
    return scan
  }

  test('when the role opens another account', async () => {
    const now = fixture.now
    await seed(now)
    const scan = await refused(now, { accountId: '222233334444' })
    expect(scan.reason).toBe('AccountMismatch')
    expect(scan.message).toMatch(/opens account 111122223333, and the target is account 222233334444/)
  })

  test('when the role is refused: action, hop and the expected trust policy are told', async () => {
    const now = fixture.now
    const scan = await refused(now)
    expect(scan.reason).toBe('AssumeRoleDenied')
    expect(scan.message).toContain(`AWS refused sts:AssumeRole at hop 1, to arn:aws:iam::${ACCOUNT}:role/${ROLE}`)
    expect(scan.message).toContain(`{"AWS":"${now.aws.workerRoleArn()}"}`)
    expect(scan.message).toContain(`{"sts:ExternalId":"${now.externalId}"}`)
  })

  test('when the role opens without its ExternalId', async () => {
    const now = fixture.now
    await now.createScannerRole({ trust: trustPolicy(now.aws.workerRoleArn()) })
    const scan = await refused(now)
    expect(scan.reason).toBe('ExternalIdNotEnforced')
    expect(scan.message).toContain(`{"sts:ExternalId":"${now.externalId}"}`)
  })
})

describe('what cannot be looked at', () => {
  test('is unknown, with the denied action, and resolves nothing that was found before', LONG, async () => {
    const now = fixture.now
    const { instanceId } = await seed(now)
    now.startWorker()
    expect(await now.ended(await now.request(SMALL))).toMatchObject({ state: 'Succeeded' })
    await setRolePolicy(now.aws, ACCOUNT, ROLE, {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'ec2:DescribeInstances', Resource: '*' },
      ],
    })
    const second = await now.request(SMALL)
    expect(await now.ended(second)).toMatchObject({
      state: 'PartiallySucceeded',
      summary: { coveragePercent: 0, opened: 0, resolved: 0 },
    })
    expect(await openFindings(now)).toEqual([`ec2-instance-imdsv2 ${instanceId}`])
    const { rows: gaps } = await now.pool.query('select operation, location, kind, action from gaps')
    expect(gaps).toEqual([
      { operation: 'ec2:DescribeInstances', location: REGION, kind: 'denied', action: 'ec2:DescribeInstances' },
    ])
    const { rows: counts } = await now.pool.query(
      'select check_id, location, pass, fail, unknown from check_counts where scan_id = $1',
      [second],
    )
    expect(counts).toEqual([{ check_id: 'ec2-instance-imdsv2', location: REGION, pass: 0, fail: 0, unknown: 1 }])
  })

  test('counts a region that a service control policy closes, and not one that is not enabled', LONG, async () => {
    const now = fixture.now
    const { instanceId } = await seed(now)
    const account = now.aws.account(ACCOUNT)
    account.enableRegions([REGION, 'eu-west-1', 'us-east-1'])
    const { ec2 } = clientsFor(now.aws.url, now.aws.adminCredentials(ACCOUNT), 'eu-west-1')
    const elsewhere = await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-12345678',
        MinCount: 1,
        MaxCount: 1,
        MetadataOptions: { HttpTokens: 'optional' },
      }),
    )
    now.startWorker()
    const spec = { ...SMALL, regions: [REGION, 'eu-west-1', 'af-south-1'] }
    expect(await now.ended(await now.request(spec))).toMatchObject({ state: 'Succeeded' })
    const found = await openFindings(now)
    expect(found).toEqual(
      [instanceId, elsewhere.Instances?.[0]?.InstanceId].map((id) => `ec2-instance-imdsv2 ${id}`).sort(),
    )

    const there = { Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } }
    account.serviceControlPolicies([policy('Deny', ['ec2:*'], there)])
    const scanId = await now.request(spec)
    expect(await now.ended(scanId)).toMatchObject({ state: 'PartiallySucceeded', summary: { coveragePercent: 50 } })
    expect(await openFindings(now)).toEqual(found)
    const { rows: counts } = await now.pool.query(
      'select location, fail, unknown from check_counts where scan_id = $1 order by location',
      [scanId],
    )
    expect(counts).toEqual([
      { location: REGION, fail: 1, unknown: 0 },
      { location: 'eu-west-1', fail: 0, unknown: 1 },
    ])
    const { rows: gaps } = await now.pool.query('select location, kind, reason from gaps')
    const denial = expect.objectContaining({ by: 'service_control_policy', explicit: true })
    expect(gaps).toEqual([{ location: 'eu-west-1', kind: 'denied', reason: denial }])
    const { rows: scans } = await now.pool.query<{ prepared: unknown }>('select prepared from scans where id = $1', [
      scanId,
    ])
    const leftOut = { region: 'af-south-1', reason: expect.stringMatching(/not enabled/) }
    expect(scans[0]?.prepared).toMatchObject({ regions: [REGION], regionsLeftOut: [leftOut] })
  })

  test('does not keep us out of the open regions when the home region is closed', LONG, async () => {
    const now = fixture.now
    const { instanceId } = await seed(now)
    const home = { Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } }
    now.aws.account(ACCOUNT).serviceControlPolicies([policy('Deny', ['ec2:*'], home)])
    now.startWorker()
    const scanId = await now.request({ ...SMALL, regions: null })
    expect(await now.ended(scanId)).toMatchObject({ state: 'PartiallySucceeded' })
    expect(await openFindings(now)).toEqual([`ec2-instance-imdsv2 ${instanceId}`])
    const { rows: gaps } = await now.pool.query('select location, kind from gaps')
    expect(gaps).toEqual([{ location: 'us-east-1', kind: 'denied' }])
    expect(now.aws.counts({ account: ACCOUNT })['ec2:DescribeRegions']).toBe(1)
  })

  test('counts a check that this worker does not know', LONG, async () => {
    const now = fixture.now
    await seed(now)
    const worker = now.startWorker()
    const include = ['ec2-instance-imdsv2', 'ec2-instance-of-tomorrow']
    const scan = await now.ended(await now.request({ ...SMALL, checks: { ...SMALL.checks, include } }))
    expect(scan).toMatchObject({ state: 'PartiallySucceeded', summary: { coveragePercent: 50 } })
    expect(worker.lines.flatMap((line) => line['faults'] ?? [])).toContainEqual(
      expect.stringContaining('there is no check "ec2-instance-of-tomorrow"'),
    )
  })
})

describe('messages', () => {
  test('that nobody understands are put aside with the reason, and the others go on', LONG, async () => {
    const now = fixture.now
    await seed(now)
    for (const body of ['not ours', '{"version":2,"jobId":"x"}']) await now.send(body)
    now.startWorker()
    expect(await now.ended(await now.request(SMALL))).toMatchObject({ state: 'Succeeded' })
    const letters = await now.eventually(async () => {
      const { rows } = await now.pool.query('select body, reason from dead_letters order by reason')
      return rows.length === 2 ? rows : undefined
    })
    expect(letters).toEqual([
      { body: 'not ours', reason: 'the body is not JSON' },
      { body: '{"version":2,"jobId":"x"}', reason: 'version 2 is unknown: this program reads version 1' },
    ])
  })

  test('that come again change nothing', LONG, async () => {
    const now = fixture.now
    await seed(now)
    now.startWorker()
    await now.ended(await now.request(SMALL))
    await now.eventually(async () => (now.aws.counts()['sqs:DeleteMessage'] === 4 ? true : undefined))
    const everything = async () => {
      const { rows } = await now.pool.query(
        `select (select jsonb_agg(to_jsonb(s) order by id) from scans s) as scans,
           (select jsonb_agg(to_jsonb(j) order by id) from jobs j) as jobs,
           (select jsonb_agg(to_jsonb(r) order by id) from resources r) as resources,
           (select jsonb_agg(to_jsonb(l) order by type, location) from listings l) as listings,
           (select jsonb_agg(to_jsonb(f) order by id) from findings f) as findings,
           (select jsonb_agg(to_jsonb(c) order by id) from finding_changes c) as changes,
           (select count(*) from outbox) as outbox`,
      )
      return rows
    }
    const before = await everything()
    const jobs = await now.pool.query<{ jobId: string; scanId: string; targetId: string }>(
      'select id as "jobId", scan_id as "scanId", target_id as "targetId" from jobs',
    )
    expect(jobs.rows).toHaveLength(4)
    now.aws.clearCalls()
    for (const job of jobs.rows) await now.send(encodeMessage(job))
    await now.eventually(async () => (now.aws.counts()['sqs:DeleteMessage'] === 4 ? true : undefined))
    expect(await everything()).toEqual(before)
    expect(now.aws.counts({ account: ACCOUNT })).toEqual({})
  })
})

test('a worker that stops gives its job back at no cost, and the next one goes on where it was', LONG, async () => {
  const now = fixture.now
  await seed(now)
  const slow = now.aws.faults.add({ operation: 'DescribeInstances', fault: { kind: 'hang' } })
  const first = now.startWorker({ VEDETTE_SHUTDOWN_SECONDS: '1' })
  const scanId = await now.request(SMALL)
  // Everything in the region but the instances.
  const regional = `select from listings where location = '${REGION}'`
  await now.eventually(async () => {
    const { rows } = await now.pool.query(regional)
    return slow.hits() > 0 && rows.length === EC2_TYPES - 1 ? true : undefined
  })
  await first.stop()
  const { rows: jobs } = await now.pool.query(
    `select state, lost_leases, lease_until from jobs where kind = 'collect' and location = '${REGION}'`,
  )
  expect(jobs).toEqual([{ state: 'Queued', lost_leases: 0, lease_until: null }])

  slow.remove()
  now.aws.clearCalls()
  now.startWorker()
  expect(await now.ended(scanId)).toMatchObject({ state: 'Succeeded' })
  const again = Object.keys(now.aws.counts({ account: ACCOUNT, region: REGION }))
  expect(again.filter((name) => name.startsWith('ec2:'))).toEqual(['ec2:DescribeInstances'])
})

/** What a region has of service `ec2`. */
const EC2_TYPES = RESOURCE_TYPES.filter(({ service, listed }) => service === 'ec2' && listed === 'region').length
