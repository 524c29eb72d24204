import { beforeAll, describe, expect, it } from 'vitest'
import { useControlPlane } from './harness/use.ts'

// What people read when the API server refuses an object of theirs, and what `kubectl explain` tells them.
const cluster = useControlPlane()
const crds = new URL('../crds/', import.meta.url).pathname
let namespace = ''

const kubectl = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await cluster.access.kubectl(args)
  if (code !== 0) throw new Error(stderr)
  return stdout
}
const apply = async (object: object): Promise<string> => {
  const { code, stderr } = await cluster.access.kubectl(['apply', '-n', namespace, '-f', '-'], {
    input: JSON.stringify(object),
  })
  return code === 0 ? '' : stderr
}
const object = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'vedette.dev/v1alpha1',
  kind,
  metadata: { name },
  spec,
})
const target = (spec: object, name = 'refused'): object =>
  object('ScanTarget', name, { accountId: '111122223333', ...spec })
const schedule = (spec: object): object =>
  object('ScanSchedule', 'refused', { schedule: '0 3 * * *', targetSelector: {}, ...spec })
const request = (spec: object, name = 'refused'): object =>
  object('ScanRequest', name, { request: { targetName: 'a' }, ...spec })

beforeAll(async () => {
  await kubectl('apply', '--server-side', '-f', crds)
  await kubectl('wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all')
  namespace = await cluster.access.createNamespace('kinds')
})

describe('the API server refuses', () => {
  it.each([
    [
      'an account with dashes',
      target({ accountId: '1111-2222-3333' }),
      'accountId takes the 12 digits of an AWS account in quotes, without dashes',
    ],
    [
      'a role ARN for a name',
      target({ roleName: 'arn:aws:iam::111122223333:role/x' }),
      'roleName is the name of the role only, not its ARN',
    ],
    ['a path without slashes', target({ rolePath: 'security' }), 'rolePath begins and ends with a slash'],
    ['a region that is none', target({ regions: ['global'] }), 'a region is written like eu-central-1'],
    ['the same region twice', target({ regions: ['eu-west-1', 'eu-west-1'] }), 'Duplicate value: "eu-west-1"'],
    ['a deadline that is too short', target({ deadlineSeconds: 5 }), 'should be greater than or equal to 60'],
    [
      'an unknown severity',
      target({ checks: { minSeverity: 'urgent' } }),
      'supported values: "critical", "high", "medium", "low"',
    ],
    [
      'a parameter given twice',
      target({ checks: { parameters: [1, 2].map((value) => ({ check: 'a', name: 'b', value: `${value}` })) } }),
      'Duplicate value',
    ],
    ['an unknown field', target({ region: 'eu-west-1' }), 'unknown field "spec.region"'],
    ['six fields in a schedule', schedule({ schedule: '0 0 3 * * *' }), 'schedule takes five fields'],
    [
      'a time zone inside the schedule',
      schedule({ schedule: 'TZ=Europe/Berlin 0 3 * * *' }),
      'the time zone belongs in spec.timeZone',
    ],
    [
      'a schedule without a selector',
      object('ScanSchedule', 'refused', { schedule: '@daily' }),
      'spec.targetSelector: Required value',
    ],
    [
      'In without values',
      schedule({ targetSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
      'In and NotIn need at least one value',
    ],
    ['a short starting deadline', schedule({ startingDeadlineSeconds: 9 }), 'should be greater than or equal to 10'],
    [
      'a request without a target',
      object('ScanRequest', 'refused', { request: {} }),
      'spec.request.targetName: Required value',
    ],
  ])('%s, and says what to do', async (_, refused, message) => {
    expect(await apply(refused)).toContain(message)
  })

  it('changing what cannot change', async () => {
    expect(await apply(target({}, 'kept'))).toBe('')
    expect(await apply(target({ accountId: '444455556666' }, 'kept'))).toContain(
      'accountId cannot be changed: delete this ScanTarget',
    )
    expect(await apply(target({ partition: 'aws-cn' }, 'kept'))).toContain('partition cannot be changed')
    expect(await apply(request({}, 'kept'))).toBe('')
    expect(await apply(request({ request: { targetName: 'b' } }, 'kept'))).toContain('a request cannot be changed')
  })

  it('taking back a cancel', async () => {
    expect(await apply(request({}, 'cancelled'))).toBe('')
    expect(await apply(request({ cancel: true }, 'cancelled'))).toBe('')
    expect(await apply(request({ cancel: false }, 'cancelled'))).toContain('cancel cannot be taken back')
  })
})

describe('kubectl', () => {
  it('fills in defaults', async () => {
    await apply(target({}, 'defaults'))
    const { spec } = JSON.parse(await kubectl('get', 'scantgt', 'defaults', '-n', namespace, '-o', 'json'))
    expect(spec).toEqual({
      accountId: '111122223333',
      deadlineSeconds: 3600,
      partition: 'aws',
      roleName: 'VedetteScan',
      rolePath: '/',
      suspend: false,
    })
  })

  it('explains every level', async () => {
    expect(await kubectl('explain', 'scantargets')).toContain('one AWS account to watch')
    expect(await kubectl('explain', 'scantargets.spec.checks.parameters.value')).toContain('JSON, or plain text')
    expect(await kubectl('explain', 'scantargets.status.topGaps.action')).toContain('The IAM action to allow')
    expect(await kubectl('explain', 'scanschedules.spec.jitterSeconds')).toContain('Spreads the targets')
    expect(await kubectl('explain', 'scanrequests.spec.ttlSecondsAfterFinished')).toContain('No default')
  })

  it('lists all kinds by their category, with columns that say what matters', async () => {
    await apply(target({}, 'listed'))
    await apply(schedule({}))
    const listed = await kubectl('get', 'vedette', '-n', namespace)
    expect(listed).toMatch(/NAME\s+ACCOUNT\s+READY\s+CRITICAL\s+HIGH\s+COVERAGE\s+LAST SCAN\s+AGE/)
    expect(listed).toMatch(/NAME\s+SCHEDULE\s+TIME ZONE\s+SUSPEND\s+TARGETS\s+ACTIVE\s+LAST\s+NEXT\s+AGE/)
  })

  it('selects targets by account', async () => {
    await apply(target({ accountId: '777788889999' }, 'other'))
    const found = await kubectl(
      'get',
      'scantargets',
      '-n',
      namespace,
      '--field-selector',
      'spec.accountId=777788889999',
      '-o',
      'name',
    )
    expect(found.trim()).toBe('scantarget.vedette.dev/other')
  })
})
