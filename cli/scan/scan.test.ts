import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutPublicAccessBlockCommand as PutAccountBlockCommand } from '@aws-sdk/client-s3-control'
import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, type BucketLocationConstraint, PutPublicAccessBlockCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DEV, EXTERNAL_ID, openBucket, personIn, PROD, REGION, scanRole, seedAccount } from '#test/cli/cloud.ts'
import { vedette, VEDETTE, type Ended } from '#test/cli/vedette.ts'
import { parseFacts } from '#terraform/facts.ts'
import { clientsFor } from '#test/harness/aws/clients.ts'
import { setRolePolicy, trustPolicy } from '#test/harness/aws/roles.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'

// Each test runs the command, some of them four times.
vi.setConfig({ testTimeout: 120_000 })

const cloud = useAws()
let env: NodeJS.ProcessEnv
let folder: string

beforeEach(async () => {
  await cloud.aws.reset()
  await seedAccount(cloud.aws, PROD)
  folder = mkdtempSync(join(tmpdir(), 'vedette-scan-test-'))
  // Postgres runs as somebody else where this is root.
  chmodSync(folder, 0o711)
  env = { ...bare(), ...(await personIn(cloud.aws, PROD)) }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const CLOSED = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }

/** A person's environment without anything of AWS in it. What Node has compiled is kept where it always is. */
const bare = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: folder,
  TMPDIR: folder,
  XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
})

interface Told {
  readonly subject: string
  readonly outcome: { readonly exitCode: number; readonly sentence: string; readonly failing: number }
  readonly coveragePercent: number
  readonly results: readonly {
    readonly check: string
    readonly status: string
    readonly account: string
    readonly region: string
    readonly resource: string
    readonly fingerprint: string
    readonly history: string | null
  }[]
  readonly fixed: readonly { readonly check: string; readonly resource: string; readonly why: string }[]
  readonly notices: readonly string[]
  readonly notExamined: readonly { readonly type: string; readonly resources: number }[]
}

const PUBLIC_BUCKETS = ['scan', '--checks', 's3-bucket-public', '-o', 'json', '--quiet']
const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  vedette(args, { env: { ...env, ...more }, cwd: folder })
const told = ({ stdout }: Ended): Told => JSON.parse(stdout)
const findings = (ended: Ended): readonly string[] =>
  told(ended).results.map(({ check, account, resource }) => `${check} ${account} ${resource}`)

describe('an account behind the credentials that are there', () => {
  test('is scanned in every region that it has, and what is found breaks the gate', async () => {
    const ended = await run(['scan', '-o', 'json', '--out', 'report.json'])

    expect(ended).toMatchObject({ code: 1, stdout: '' })
    const report: Told = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
    expect(report).toMatchObject({ subject: `AWS account ${PROD}`, coveragePercent: 100, outcome: { exitCode: 1 } })
    const found = report.results.map(({ check, region }) => `${check} ${region}`)
    expect(found).toContain(`s3-bucket-public ${REGION}`)
    expect(found.filter((line) => line.startsWith('ec2-ebs-default-encryption'))).toEqual([
      `ec2-ebs-default-encryption ${REGION}`,
      'ec2-ebs-default-encryption us-east-1',
      'ec2-ebs-default-encryption us-west-2',
    ])
    expect(report.results.every(({ history, account }) => history === null && account === PROD)).toBe(true)
    expect(report.notExamined).toContainEqual({ type: 'AWS::EC2::Volume', resources: 1 })
    // Progress, as lines: this is no terminal.
    expect(ended.stderr).toMatch(/^scanning: 0 of 1 account, 0 of 3 services, \d+ calls?, 0 findings\n/)
    expect(ended.stderr).toMatch(
      /\nscanned: 1 of 1 account, 3 of 3 regions, 3 of 3 services, \d+ calls, \d+ findings \(3 critical\)\n/,
    )
  })

  test('is clean by a check that passes: exit 0, and only what was asked for is called', async () => {
    cloud.aws.clearCalls()
    const ended = await run(['check-s3', '--checks', 's3-bucket-encryption', '--quiet'])

    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toContain('All is well: 1 of 1 verdicts pass; coverage 100 %.')
    expect(Object.keys(cloud.aws.counts()).filter((name) => /Instances|Users|Volumes/.test(name))).toEqual([])
  })

  test('is judged with the parameters that were given', async () => {
    const args = ['check-iam', '--checks', 'iam-password-policy-length', '--fail-on', 'low', '--quiet', '--param']
    const strict = await run([...args, 'iam-password-policy-length.minPasswordLength=14'])
    const lax = await run([...args, 'iam-password-policy-length.minPasswordLength=6'])
    expect([strict.code, lax.code]).toEqual([1, 0])
  })

  test('is looked at without the regions that were left out', async () => {
    await seedBucket('elsewhere', 'us-west-2')
    const args = ['scan', '--checks', 'ec2-vpc-flow-logs,s3-bucket-public', '-o', 'json', '--quiet']
    const all = await run(args)
    const ended = await run([...args, '--exclude-regions', 'us-east-1,us-west-2'])
    expect(new Set(told(all).results.map(({ region }) => region))).toEqual(new Set([REGION, 'us-east-1', 'us-west-2']))
    expect(told(ended).results.map(({ region, resource }) => [region, resource])).toEqual([
      [REGION, `arn:aws:s3:::reports-${PROD}`],
      [REGION, expect.stringContaining('vpc-')],
    ])
  })

  test('with a region that it does not have is not evaluated, whatever else was found', async () => {
    const ended = await run([...PUBLIC_BUCKETS, '--regions', `${REGION},ap-southeast-3`])
    expect(ended.code).toBe(3)
    expect(told(ended).outcome.sentence).toMatch(
      /^Not everything was there to be judged: ap-southeast-3 was not scanned/,
    )
    expect(findings(ended)).toHaveLength(1)
  })

  test('of which too little may be read is not evaluated: exit 3', async () => {
    await setRolePolicy(cloud.aws, PROD, 'Person', {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'ec2:Describe*', Resource: '*' },
      ],
    })
    const ended = await run(['check-network', '--regions', REGION, '-o', 'json', '--quiet'])
    expect(ended.code).toBe(3)
  })

  test('tells a plan what it cannot see', async () => {
    await run(['scan', '--regions', REGION, '--quiet', '--facts-out', 'facts.json'])

    const parsed = parseFacts(readFileSync(join(folder, 'facts.json'), 'utf8'))
    if (!parsed.ok) throw new Error(parsed.why)
    const [account] = parsed.facts.accounts
    expect(account?.accountId).toBe(PROD)
    expect(account?.listings).toContainEqual({ type: 'AWS::EC2::Instance', location: REGION })
    expect(account?.listings).toContainEqual({ type: 'AWS::S3::Bucket', location: 'global' })
    const of = (type: string) => account?.resources.filter((resource) => resource.type === type)
    expect(of('AWS::S3::Bucket')).toMatchObject([
      { id: `reports-${PROD}`, location: REGION, data: { publicAccessBlock: {} } },
    ])
    expect(of('AWS::::Account')).toMatchObject([{ location: 'global', data: { s3PublicAccessBlock: {} } }])
  })
})

test('what a scan knows of the account decides what a plan could not: a block of the account closes a planned bucket', async () => {
  const { s3control } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(PROD))
  await s3control.send(new PutAccountBlockCommand({ AccountId: PROD, PublicAccessBlockConfiguration: CLOSED }))
  await run(['check-s3', '--quiet', '--facts-out', 'facts.json'])
  writeFileSync(join(folder, 'plan.json'), planWithout('aws_s3_account_public_access_block.this'))

  const judge = ['scan-plan', 'plan.json', '--checks', 's3-bucket-public', '-o', 'json', '--results', 'all']
  const verdict = async (more: readonly string[]) =>
    told(await run([...judge, ...more])).results.find(({ resource }) => resource === 'aws_s3_bucket.open')?.status

  expect(await verdict([])).toBe('fail')
  expect(await verdict(['--facts', 'facts.json'])).toBe('pass')
})

describe('several accounts', () => {
  const accounts = (rows: readonly object[]): string => {
    writeFileSync(join(folder, 'accounts.yaml'), JSON.stringify({ accounts: rows }))
    return 'accounts.yaml'
  }

  test('each through its role, told apart', async () => {
    await seedAccount(cloud.aws, DEV)
    const rows = [
      { name: 'payments-prod', roleArn: await scanRole(cloud.aws, PROD), externalId: EXTERNAL_ID },
      { name: 'payments-dev', roleArn: await scanRole(cloud.aws, DEV), externalId: EXTERNAL_ID },
    ]
    const ended = await run([...PUBLIC_BUCKETS, '--accounts-file', accounts(rows)])

    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^2 findings at or above critical/) })
    expect(told(ended).subject).toBe(`2 AWS accounts: payments-prod (${PROD}), payments-dev (${DEV})`)
    expect(findings(ended)).toEqual([
      `s3-bucket-public ${PROD} arn:aws:s3:::reports-${PROD}`,
      `s3-bucket-public ${DEV} arn:aws:s3:::reports-${DEV}`,
    ])
  })

  test('of which one refuses us, one is named badly and one twice: those cost themselves, and nothing passes', async () => {
    const roleArn = await scanRole(cloud.aws, PROD)
    const rows = [
      { roleArn, externalId: EXTERNAL_ID },
      { roleArn: `arn:aws:iam::${DEV}:role/VedetteScan`, externalId: EXTERNAL_ID },
      { roleArn: 'VedetteScan' },
      { name: 'again', roleArn, externalId: EXTERNAL_ID },
    ]
    const ended = await run([...PUBLIC_BUCKETS, '--accounts-file', accounts(rows)])

    expect(ended.code).toBe(3)
    const { outcome, notices } = told(ended)
    expect(findings(ended)).toEqual([`s3-bucket-public ${PROD} arn:aws:s3:::reports-${PROD}`])
    expect(outcome.sentence).toContain(`account ${DEV} was not scanned (AssumeRoleDenied)`)
    expect(outcome.sentence).toContain('account accounts[2] of accounts.yaml was not scanned (RowRefused)')
    expect(outcome.sentence).toContain('so far 1 finding at or above critical (1 critical)')
    expect(notices.join('\n')).toContain('The role needs this trust policy')
    expect(notices.join('\n')).toContain(
      `Account ${PROD} is named twice (the second time as again) and was scanned once`,
    )
  })

  test('a role without an ExternalId is entered as it is; one that does not enforce its own is refused', async () => {
    const roleArn = await scanRole(cloud.aws, DEV)
    const { iam } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(DEV))
    const PolicyDocument = JSON.stringify(trustPolicy(`arn:aws:iam::${PROD}:role/Person`))
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'VedetteScan', PolicyDocument }))
    await seedAccount(cloud.aws, DEV)

    const without = await run([...PUBLIC_BUCKETS, '--role-arn', roleArn])
    const notEnforced = await run([...PUBLIC_BUCKETS, '--role-arn', roleArn, '--external-id', 'anything'])

    expect(without.code).toBe(1)
    expect(findings(without)).toEqual([`s3-bucket-public ${DEV} arn:aws:s3:::reports-${DEV}`])
    expect(notEnforced.code).toBe(3)
    expect(told(notEnforced).notices.join('\n')).toContain('can be assumed without its ExternalId')
  })
})

describe('with a state folder', () => {
  test('the next scan says what is new, what stayed, what is fixed and what came back', async () => {
    const args = [...PUBLIC_BUCKETS, '--state', 'state']
    const first = await run(args)
    await seedBucket('second')
    const second = await run(args)
    await closeBucket(`reports-${PROD}`)
    const third = await run(args)
    await openBucket(cloud.aws, PROD, `reports-${PROD}`)
    const fourth = await run(args)

    const history = (ended: Ended) => told(ended).results.map(({ resource, history }) => [resource, history])
    const one = `arn:aws:s3:::reports-${PROD}`
    const two = 'arn:aws:s3:::second'
    expect(history(first)).toEqual([[one, null]])
    expect(history(second)).toEqual([
      [one, 'unchanged'],
      [two, 'new'],
    ])
    expect(history(third)).toEqual([[two, 'unchanged']])
    const { fingerprint } = told(first).results[0] ?? {}
    expect(told(third).fixed).toEqual([
      { check: 's3-bucket-public', severity: 'critical', resource: one, fingerprint, why: 'fixed' },
    ])
    expect(history(fourth)).toEqual([
      [one, 'reopened'],
      [two, 'unchanged'],
    ])
    expect(told(fourth).fixed).toEqual([])
  })

  test('that another scan is using, it is said so; nothing is scanned', async () => {
    const holding = cloud.aws.faults.add({ operation: 'ListBuckets', fault: { kind: 'hang' } })
    const first = spawn(VEDETTE, [...PUBLIC_BUCKETS, '--state', 'state'], { env, cwd: folder, stdio: 'ignore' })
    await vi.waitFor(() => expect(holding.hits()).toBeGreaterThan(0), { timeout: 30_000 })
    const second = await run([...PUBLIC_BUCKETS, '--state', 'state'])
    first.kill('SIGINT')
    await once(first, 'exit')
    expect(second.code).toBe(3)
    expect(second.stderr).toMatch(/The state folder .*\/state is in use by process \d+ on /)
  })

  test.each([
    ['SIGINT', 4],
    ['SIGTERM', 4],
    ['SIGKILL', null],
  ] as const)('%s in the middle of a scan leaves no process and a sound state', async (signal, code) => {
    const hung = cloud.aws.faults.add({ operation: 'ListBuckets', fault: { kind: 'hang' } })
    const child = spawn(VEDETTE, ['scan', '--state', 'state'], {
      env,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    await vi.waitFor(() => expect(hung.hits()).toBeGreaterThan(0), { timeout: 30_000 })
    child.kill(signal)
    const [ended] = await once(child, 'close')

    expect(ended).toBe(code)
    if (code === 4) expect(stderr).toMatch(/^(scanning: .*\n)+vedette: interrupted\n$/)
    await vi.waitFor(() => expect(processesOf(folder)).toEqual([]), { timeout: 10_000 })
    expect(existsSync(join(folder, 'state', 'lock'))).toBe(signal === 'SIGKILL')
    cloud.aws.faults.clear()
    expect((await run([...PUBLIC_BUCKETS, '--state', 'state'])).code).toBe(1)
  })
})

test('a database that is killed in the middle ends the scan, which decides nothing', async () => {
  const hung = cloud.aws.faults.add({ operation: 'ListBuckets', fault: { kind: 'hang' } })
  const running = run(PUBLIC_BUCKETS)
  await vi.waitFor(() => expect(hung.hits()).toBeGreaterThan(0), { timeout: 30_000 })
  const [server = ''] = processesOf(folder).filter((line) => line.includes('bin/postgres -D'))
  process.kill(Number(server.trim().split(/\s+/)[1]), 'SIGKILL')
  const ended = await running
  expect(ended).toMatchObject({ code: 3, stdout: '' })
  expect(ended.stderr).toMatch(/The embedded Postgres does not answer any more/)
})

test('a database that cannot be started is told, and nothing is decided', async () => {
  writeFileSync(join(folder, 'state'), 'a file')
  const ended = await run([...PUBLIC_BUCKETS, '--state', 'state'])
  expect(ended).toMatchObject({ code: 3, stdout: '' })
  expect(ended.stderr).toMatch(/^vedette: The embedded Postgres cannot be started: .*EEXIST/)
})

test('without a state folder nothing stays on the machine, also when it is interrupted', async () => {
  const hung = cloud.aws.faults.add({ operation: 'ListBuckets', fault: { kind: 'hang' } })
  const child = spawn(VEDETTE, PUBLIC_BUCKETS, { env, cwd: folder, stdio: 'ignore' })
  await vi.waitFor(() => expect(hung.hits()).toBeGreaterThan(0), { timeout: 30_000 })
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([4, null])
  expect(processesOf(folder)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

describe('without credentials', () => {
  test('it says what was tried and what to do: exit 3', async () => {
    const ended = await vedette(['scan'], {
      env: { ...bare(), AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: cloud.aws.url },
      cwd: folder,
    })
    expect(ended).toMatchObject({ code: 3, stdout: '' })
    expect(ended.stderr).toMatch(
      /^vedette: There are no AWS credentials .*AWS_ACCESS_KEY_ID is not set.*profile default.*aws sso login.*--profile/,
    )
  })

  test('a profile that does not exist is named', async () => {
    const ended = await run(['scan', '--profile', 'nobody'])
    expect(ended).toMatchObject({ code: 3, stdout: '' })
    expect(ended.stderr).toContain('profile nobody gives none')
  })

  test('keys that AWS does not know are told as it says it', async () => {
    const ended = await run(['scan'], { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SESSION_TOKEN: '' })
    expect(ended.code).toBe(3)
    expect(ended.stderr).toContain('AWS does not say whose credentials these are: InvalidClientTokenId')
  })
})

test.each([
  ['an ExternalId without a role', ['--external-id', 'x'], '--external-id belongs to a role'],
  ['a role that is no ARN', ['--role-arn', 'VedetteScan'], '--role-arn takes an ARN such as'],
  ['a region that is none', ['--regions', 'europe'], 'a region is written like eu-central-1, not "europe"'],
  ['an accounts file that is not there', ['--accounts-file', 'no.yaml'], 'the accounts file no.yaml cannot be read'],
  ['a check of another verb', ['--checks', 'iam-root-mfa'], 'leaves no check that check-s3 is about'],
])('answers %s with exit 2, and calls nobody', async (_, args, message) => {
  cloud.aws.clearCalls()
  const ended = await run(['check-s3', ...args])
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).toContain(message)
  expect(cloud.aws.calls()).toEqual([])
})

async function seedBucket(name: string, region = REGION): Promise<void> {
  const { s3 } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(PROD), region)
  const CreateBucketConfiguration = { LocationConstraint: region as BucketLocationConstraint } // every region is one
  await s3.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration }))
  await openBucket(cloud.aws, PROD, name, region)
}

async function closeBucket(Bucket: string): Promise<void> {
  const { s3 } = clientsFor(cloud.aws.url, cloud.aws.adminCredentials(PROD), REGION)
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: CLOSED }))
}

/** A real plan of everything, as if it did not manage one of its resources. */
function planWithout(address: string): string {
  type Addressed = readonly { readonly address: string }[]
  const others = (resources: Addressed): Addressed => resources.filter((resource) => resource.address !== address)
  const plan = JSON.parse(readFileSync(join(import.meta.dirname, '../../terraform/testdata/created/plan.json'), 'utf8'))
  plan.resource_changes = others(plan.resource_changes)
  plan.planned_values.root_module.resources = others(plan.planned_values.root_module.resources)
  plan.configuration.root_module.resources = others(plan.configuration.root_module.resources)
  return JSON.stringify(plan)
}

/** Command lines of running processes that name a folder: servers of a scan. */
function processesOf(path: string): readonly string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'stat=,pid=,args='], { encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line.includes(path) && !line.startsWith('Z'))
}
