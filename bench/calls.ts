import * as ec2 from '@aws-sdk/client-ec2'
import { CreateRoleCommand, CreateUserCommand, GenerateCredentialReportCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { newScan, newTarget, scanSpec, type TestTarget } from '#test/builders/store.ts'
import { AWS_CALLS, expectedCalls, type ScannedAccount } from '#test/builders/aws-calls.ts'
import type { Aws } from '#test/harness/aws/aws.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { policy, trustPolicy } from '#test/harness/aws/roles.ts'
import { seedAccount } from '#test/harness/aws/seed.ts'
import type { RunningProcess } from '#test/harness/process.ts'
import { report, sayFor } from './support/report.ts'
import { startStage, type Stage } from './support/stage.ts'
import { wholeScan } from './support/whole-scan.ts'

/*
 * Which calls does a scan make, how often, and what do they grow with? A worker scans a seeded account with n more of
 * everything, then with 3 n more. Counted is what arrived at AWS; each count has to be the one of test/builders/aws-calls.ts,
 * no more and no fewer. No clock: the figures are the same on every machine.
 *
 *   node bench/calls.ts          prints a table, then one JSON line, appends it to bench/results/calls.jsonl
 *
 * Exit code 1: a count is not the expected one.
 */

const n = 5
const region = 'eu-central-1'
const say = sayFor('calls')

const stage = await startStage()
try {
  say(`seeding an account, and two scans of it, with ${n} more of everything and with ${3 * n}; about half a minute`)
  await report('calls', await measure(stage))
} finally {
  await stage.stop()
}

type Counts = Readonly<Record<string, number>>

async function measure(stage: Stage) {
  const { aws, pool, startWorker } = stage
  const target = await newTarget(pool)
  const account = aws.account(target.accountId)
  const trust = trustPolicy(aws.workerRoleArn(), scanSpec().externalId)
  const { buckets } = await seedAccount(aws, target.accountId, {
    regions: [region],
    scannerRole: { name: 'VedetteScan', trust, policy: policy('Allow', ['*']) },
  })
  // The partition's home region, which no account can switch off.
  account.enableRegions([region, 'us-east-1'])
  // A report that is there already: how often somebody polls for a new one depends on timing.
  account.credentialReport({}, { polls: 0 })
  const { iam } = clientsFor(aws.url, aws.adminCredentials(target.accountId))
  await iam.send(new GenerateCredentialReportCommand({}))

  const worker = await startWorker()
  const withMore = (more: number, isFirst: boolean): ScannedAccount => ({
    regions: 1,
    buckets: Object.keys(buckets).length + more,
    // Of the seed's, the website is the one of an owner who wants ACLs.
    bucketsWithAcls: 1 + more,
    prefixLists: more,
    isFirst,
  })
  await addOfEverything(aws, target.accountId, 0, n)
  const small = withMore(n, true)
  const smallCounts = await scan(stage, worker, target)
  await addOfEverything(aws, target.accountId, n, 3 * n)
  const large = withMore(3 * n, false)
  const largeCounts = await scan(stage, worker, target)

  console.error(table(smallCounts, largeCounts))
  const wrong = [...differences(small, smallCounts), ...differences(large, largeCounts)]
  for (const line of wrong) say(line)
  const total = (counts: Counts): number => Object.values(counts).reduce((sum, calls) => sum + calls, 0)
  return {
    n,
    calls: { small: total(smallCounts), large: total(largeCounts) },
    growing: Object.fromEntries(
      Object.keys(largeCounts)
        .filter((operation) => grows(operation, smallCounts, largeCounts))
        .map((operation) => [operation, [smallCounts[operation] ?? 0, largeCounts[operation] ?? 0]]),
    ),
    wrong,
    ok: wrong.length === 0,
  }
}

/** What arrived at AWS in one scan of all there is. */
async function scan({ aws, pool, ended }: Stage, worker: RunningProcess, target: TestTarget): Promise<Counts> {
  aws.clearCalls()
  const scanId = await newScan(pool, target, { spec: { ...wholeScan(target.accountId), regions: [region] } })
  const { state, reason, message } = await ended(scanId, worker)
  if (state !== 'Succeeded') throw new Error(`the scan ended as ${state}: ${reason} ${message}`)
  // Roles are assumed from outside the account.
  return { ...aws.counts({ account: target.accountId }), 'sts:AssumeRole': aws.counts()['sts:AssumeRole'] ?? 0 }
}

/** From so many of each kind to so many. */
async function addOfEverything(aws: Aws, accountId: string, from: number, to: number): Promise<void> {
  const clients = clientsFor(aws.url, aws.adminCredentials(accountId), region)
  const created = to - from
  await clients.ec2.send(
    new ec2.RunInstancesCommand({ ImageId: 'ami-0123456789abcdef0', MinCount: created, MaxCount: created }),
  )
  for (let index = from; index < to; index++) {
    const name = `more-${index}`
    const { Vpc } = await clients.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '10.200.0.0/16' }))
    const group = { GroupName: name, Description: name, VpcId: Vpc?.VpcId }
    await clients.ec2.send(new ec2.CreateSecurityGroupCommand(group))
    const volume = { AvailabilityZone: `${region}a`, Size: 8 }
    const { VolumeId } = await clients.ec2.send(new ec2.CreateVolumeCommand(volume))
    await clients.ec2.send(new ec2.CreateSnapshotCommand({ VolumeId }))
    await clients.ec2.send(new ec2.CreateKeyPairCommand({ KeyName: name }))
    const Entries = [{ Cidr: '203.0.113.0/24' }]
    await clients.ec2.send(
      new ec2.CreateManagedPrefixListCommand({ PrefixListName: name, AddressFamily: 'IPv4', MaxEntries: 1, Entries }),
    )
    await clients.iam.send(new CreateUserCommand({ UserName: name }))
    const AssumeRolePolicyDocument = JSON.stringify(trustPolicy(accountId))
    await clients.iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }))
    const CreateBucketConfiguration = { LocationConstraint: region } as const
    const bucket = { Bucket: `${accountId}-${name}`, ObjectOwnership: 'ObjectWriter' } as const
    await clients.s3.send(new CreateBucketCommand({ ...bucket, CreateBucketConfiguration }))
  }
}

/** One line for each count that is not what the list says. */
function differences(account: ScannedAccount, counts: Counts): readonly string[] {
  const expected = expectedCalls(account)
  const operations = [...new Set([...Object.keys(expected), ...Object.keys(counts)])].sort()
  return operations
    .filter((operation) => expected[operation] !== counts[operation])
    .map((operation) => `${operation}: ${counts[operation] ?? 0} calls, not ${expected[operation] ?? 0}`)
}

function grows(operation: string, small: Counts, large: Counts): boolean {
  return (large[operation] ?? 0) > (small[operation] ?? 0)
}

/** For people: what grows with resources first, then the rest in its order. */
function table(small: Counts, large: Counts): string {
  const rows = AWS_CALLS.map(({ operation, growsWith, why }) => [
    operation,
    String(small[operation] ?? 0),
    String(large[operation] ?? 0),
    growsWith,
    why,
  ])
  const lines = [
    ['operation', `${n} more`, `${3 * n} more`, 'grows with', 'why'],
    ...rows.filter(([operation = '']) => grows(operation, small, large)),
    ...rows.filter(([operation = '']) => !grows(operation, small, large)),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}
