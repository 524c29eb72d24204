import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ACCOUNT, createReader, openDoor, type Door } from '#test/aws/door.ts'
import { policy, setRolePolicy } from '#test/harness/aws/roles.ts'
import { useAws } from '#test/harness/aws/use-aws.ts'
import { partitionOf } from './partitions.ts'
import { listRegions, probeRegion, surveyRegions } from './regions.ts'
import type { AwsTransport } from './transport.ts'

const cloud = useAws()
let door: Door
let aws: AwsTransport

beforeEach(async () => {
  await cloud.aws.reset()
  await createReader(cloud.aws)
  cloud.aws.account(ACCOUNT).enableRegions(['us-east-1', 'eu-central-1', 'eu-west-1'])
  door = openDoor(cloud.aws)
  aws = (await door.enter({ calls: { region: 'us-east-1' } })).aws
  cloud.aws.clearCalls()
})
afterEach(() => door.close())

const inRegion = (region: string) => ({ Condition: { StringEquals: { 'aws:RequestedRegion': region } } })
const roleMay = (...actions: string[]) => setRolePolicy(cloud.aws, ACCOUNT, 'Reader', policy('Allow', actions))

const closed = (...regions: readonly string[]) =>
  cloud.aws
    .account(ACCOUNT)
    .serviceControlPolicies(regions.map((region) => policy('Deny', ['ec2:*'], inRegion(region))))
/** Where the list of regions was asked for. */
const asked = (): readonly string[] =>
  cloud.aws.calls({ operation: 'DescribeRegions' }).flatMap(({ region }) => region ?? [])

describe('the regions of an account', () => {
  test('enabled and not, by one call', async () => {
    const listed = await listRegions(aws, ['eu-central-1', 'us-east-1'])
    expect(listed).toMatchObject({
      ok: true,
      value: { enabled: ['eu-central-1', 'eu-west-1', 'us-east-1'] },
      refused: [],
    })
    expect(listed.ok && listed.value.notOptedIn).toContain('me-south-1')
    expect(asked()).toEqual(['eu-central-1'])
  })

  test('from the next region where one is closed: each refusal is told', async () => {
    closed('us-east-1')
    const listed = await listRegions(aws, ['us-east-1', 'me-south-1', 'eu-west-1', 'eu-central-1'])
    expect(listed).toMatchObject({ ok: true, value: { enabled: ['eu-central-1', 'eu-west-1', 'us-east-1'] } })
    expect(listed.refused).toMatchObject([
      { region: 'us-east-1', failure: { reason: { kind: 'denied', by: 'service_control_policy', explicit: true } } },
      { region: 'me-south-1', failure: { code: 'AuthFailure' } },
    ])
    expect(asked()).toEqual(['us-east-1', 'me-south-1', 'eu-west-1'])
  })

  test('from nowhere: it fails as the first region did, unless trying again may help', async () => {
    closed('us-east-1', 'eu-west-1')
    const places = ['eu-west-1', 'us-east-1']
    expect(await listRegions(aws, places)).toMatchObject({
      ok: false,
      failure: { category: 'access_denied' },
      refused: [{ region: 'eu-west-1' }, { region: 'us-east-1' }],
    })
    cloud.aws.faults.add({ region: 'us-east-1', fault: { kind: 'reset' } })
    expect(await listRegions(aws, places)).toMatchObject({ ok: false, failure: { category: 'transient' } })
  })
})

describe('a region is tried by a read that scans make', () => {
  test('usable, by one call', async () => {
    expect(await probeRegion(aws, 'eu-west-1')).toEqual({ kind: 'usable' })
    expect(cloud.aws.counts()).toEqual({ 'ec2:DescribeVpcs': 1 })
  })

  test('not enabled: credentials that are valid elsewhere are refused', async () => {
    expect(await probeRegion(aws, 'me-south-1')).toMatchObject({
      kind: 'not_opted_in',
      failure: { code: 'AuthFailure' },
    })
  })

  test('closed by a service control policy', async () => {
    cloud.aws.account(ACCOUNT).serviceControlPolicies([policy('Deny', ['*'], inRegion('eu-west-1'))])
    expect(await probeRegion(aws, 'eu-west-1')).toMatchObject({
      kind: 'denied',
      failure: { reason: { kind: 'denied', by: 'service_control_policy', explicit: true } },
    })
    expect(await probeRegion(aws, 'eu-central-1')).toEqual({ kind: 'usable' })
  })

  test('a policy that denies only the probe’s own action does not close the region', async () => {
    cloud.aws.account(ACCOUNT).serviceControlPolicies([policy('Deny', ['ec2:DescribeVpcs'])])
    expect(await probeRegion(aws, 'eu-west-1')).toEqual({ kind: 'usable' })
  })

  test('a role that lacks the actions does not close the region: each becomes a gap of its own', async () => {
    await roleMay('s3:*')
    expect(await probeRegion(aws, 'eu-west-1')).toEqual({ kind: 'usable' })
  })

  test('unreachable', async () => {
    cloud.aws.faults.add({ region: 'eu-west-1', fault: { kind: 'reset' } })
    expect(await probeRegion(aws, 'eu-west-1')).toMatchObject({
      kind: 'unreachable',
      failure: { category: 'transient' },
    })
  })
})

describe('a survey', () => {
  const ownRegion = 'eu-central-1'

  test('asks for the list where it is wanted to look, then in the worker’s own region, then in the home region', async () => {
    closed('eu-west-1', 'eu-central-1')
    const wanted = ['eu-west-1', 'us-east-1']
    expect(await surveyRegions(aws, { wanted, ownRegion })).toMatchObject({
      ok: true,
      value: { usable: ['us-east-1'], leftOut: [{ region: 'eu-west-1', why: 'denied' }] },
      refused: [{ region: 'eu-west-1' }],
    })
    expect(asked()).toEqual(['eu-west-1', 'us-east-1'])

    cloud.aws.clearCalls()
    expect(await surveyRegions(aws, { wanted: null, ownRegion })).toMatchObject({
      ok: true,
      value: { usable: ['us-east-1'] },
      refused: [{ region: 'eu-central-1' }],
    })
    expect(asked()).toEqual(['eu-central-1', 'us-east-1'])
  })

  test('of a partition that is not the worker’s asks in its home region', async () => {
    expect(await surveyRegions(aws, { wanted: null, ownRegion: 'us-gov-west-1' })).toMatchObject({
      ok: true,
      refused: [],
    })
    expect(asked()).toEqual(['us-east-1'])
  })

  test('of all regions: what is enabled is tried, what is not is listed as not looked at', async () => {
    cloud.aws.account(ACCOUNT).serviceControlPolicies([policy('Deny', ['*'], inRegion('eu-west-1'))])
    const survey = await surveyRegions(aws, { wanted: null, ownRegion })
    expect(survey).toMatchObject({ ok: true, value: { usable: ['eu-central-1', 'us-east-1'] } })
    const left = survey.ok ? survey.value.leftOut : []
    expect(left.find(({ region }) => region === 'eu-west-1')).toEqual({
      region: 'eu-west-1',
      why: 'denied',
      reason: {
        kind: 'denied',
        operation: 'ec2:DescribeVpcs',
        action: 'ec2:DescribeVpcs',
        by: 'service_control_policy',
        explicit: true,
      },
    })
    expect(left.find(({ region }) => region === 'me-south-1')?.why).toBe('not_opted_in')
    expect(cloud.aws.counts()['ec2:DescribeVpcs']).toBe(3)
  })

  test('without some: those are not tried, and nobody is told of them', async () => {
    const unwanted = ['eu-west-1', 'me-south-1']
    const all = await surveyRegions(aws, { wanted: null, unwanted, ownRegion })
    const named = await surveyRegions(aws, { wanted: ['eu-west-1', 'us-east-1'], unwanted, ownRegion })
    expect(all).toMatchObject({ ok: true, value: { usable: ['eu-central-1', 'us-east-1'] } })
    expect(all.ok && all.value.leftOut.filter(({ region }) => unwanted.includes(region))).toEqual([])
    expect(named).toEqual({ ok: true, refused: [], value: { usable: ['us-east-1'], leftOut: [] } })
    expect(cloud.aws.calls({ region: 'eu-west-1' })).toEqual([])
  })

  test('of regions by name: others are not mentioned, unknown ones are', async () => {
    const wanted = ['eu-central-1', 'me-south-1', 'eu-moon-1']
    expect(await surveyRegions(aws, { wanted, ownRegion })).toEqual({
      ok: true,
      refused: [],
      value: {
        usable: ['eu-central-1'],
        leftOut: [
          {
            region: 'eu-moon-1',
            why: 'unknown_region',
            reason: { kind: 'not_collected', detail: 'AWS knows no region eu-moon-1 in this partition' },
          },
          {
            region: 'me-south-1',
            why: 'not_opted_in',
            reason: { kind: 'not_collected', detail: 'me-south-1 is not enabled in this account' },
          },
        ],
      },
    })
  })

  test('without the list of regions: those wanted by name are tried all the same, and without names it fails', async () => {
    await roleMay('ec2:DescribeVpcs')
    const wanted = ['eu-central-1', 'me-south-1']
    expect(await surveyRegions(aws, { wanted, ownRegion })).toMatchObject({
      ok: true,
      value: { usable: ['eu-central-1'], leftOut: [{ region: 'me-south-1', why: 'not_opted_in' }] },
    })
    expect(await surveyRegions(aws, { wanted: null, ownRegion })).toMatchObject({
      ok: false,
      failure: { category: 'access_denied', reason: { action: 'ec2:DescribeRegions' } },
    })
  })
})

test('partitions', () => {
  expect(partitionOf('aws').homeRegion).toBe('us-east-1')
  expect(partitionOf('aws').regions.test('us-gov-west-1')).toBe(false)
  expect(partitionOf('aws-us-gov').regions.test('us-gov-west-1')).toBe(true)
  expect(() => partitionOf('aws-moon')).toThrow('There is no partition aws-moon; known are aws, aws-cn, aws-us-gov.')
})
