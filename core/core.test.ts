import { describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { all, any, defineCheck } from './check.ts'
import { judge } from './judge.ts'
import { defineResource } from './resource.ts'
import { flag, group, integer, list, oneOf, text } from './schema.ts'
import { unknown } from './stored.ts'

const Box = defineResource({
  type: 'AWS::Test::Box',
  service: 'test',
  listed: 'region',
  operation: 'test:DescribeBoxes',
  fields: {
    state: oneOf('running', 'terminated'),
    lid: group({ locked: flag(), keys: integer() }).from('test:GetLid'),
    rules: list(group({ port: integer(), cidr: text() })),
  },
})

const check = defineCheck(Box, {
  id: 'test-box-closed',
  title: 'Boxes are closed',
  severity: 'high',
  why: 'Things fall out.',
  fix: { console: '', cli: '', terraform: '' },
  aliases: [],
  references: [],
  appliesWhen: (box) => box.state.isNot('terminated'),
  failsWhen: (box, { account }) =>
    any(
      all(box.lid.locked.is(false), account.s3PublicAccessBlock.ignorePublicAcls.is(false)),
      box.rules.any((rule) => all(rule.port.is(22), rule.cidr.is('0.0.0.0/0'))),
    ),
})

const denied = unknown({
  kind: 'denied',
  operation: 'test:GetLid',
  action: 'test:GetLid',
  by: 'unnamed',
  explicit: false,
})
const around = (account: unknown = { s3PublicAccessBlock: { ignorePublicAcls: false } }) => ({
  accountId: '111122223333',
  snapshot: { account, region: () => undefined, find: () => ({ members: [], incomplete: [] }) },
  params: {},
  now: new Date(0),
})
const box = (data: object) => ({
  type: Box.type,
  id: 'b-1',
  arn: null,
  name: 'b-1',
  location: 'eu-west-1',
  tags: {},
  // Tests also store what the schema would not allow, as an older version may have done.
  data: { state: 'running', lid: { locked: true, keys: 1 }, rules: [], ...data } as never,
})

describe('judge', () => {
  it('records what a rule reads, inside lists and of the account too', () => {
    expect(check.reads).toEqual([
      { type: Account.type, path: 's3PublicAccessBlock.ignorePublicAcls' },
      { type: Box.type, path: 'lid.locked' },
      { type: Box.type, path: 'rules' },
      { type: Box.type, path: 'rules[].cidr' },
      { type: Box.type, path: 'rules[].port' },
      { type: Box.type, path: 'state' },
    ])
  })

  it.each([
    ['pass', {}],
    ['fail', { lid: { locked: false, keys: 1 } }],
    ['fail', { lid: denied, rules: [{ port: 22, cidr: '0.0.0.0/0' }] }],
    ['unknown', { lid: denied }],
    ['unknown', { rules: { $items: [], $incomplete: denied.$unknown } }],
    ['unknown', { rules: undefined }],
    ['fail', { rules: { $items: [{ port: 22, cidr: '0.0.0.0/0' }], $incomplete: denied.$unknown } }],
    ['not_applicable', { state: 'terminated', lid: denied }],
    ['unknown', { state: denied }],
  ])('says %s', (verdict, data) => {
    expect(judge(check, box(data), around()).verdict).toBe(verdict)
  })

  it('names the field and the reason of an unknown, and the value behind a failure', () => {
    expect(judge(check, box({ lid: denied }), around()).missing).toEqual([
      { field: 'lid.locked', reasons: denied.$unknown },
    ])
    expect(judge(check, box({ lid: { locked: false, keys: 1 } }), around()).evidence).toContainEqual({
      field: 'lid.locked',
      value: false,
      basis: 'observed',
    })
  })

  it('judges what is sensitive, does not show it, and says what each value rests on, inside groups and lists too', () => {
    const secret = { $value: { locked: false, keys: 7 }, $basis: 'configured', $sensitive: true }
    const rules = { $value: [{ port: 22, cidr: '0.0.0.0/0' }], $basis: 'refreshed' }
    const { verdict, evidence } = judge(check, box({ lid: secret, rules }), around())
    expect(verdict).toBe('fail')
    expect(evidence).toContainEqual({ field: 'lid.locked', value: '(sensitive)', basis: 'configured' })
    expect(evidence).toContainEqual({ field: 'rules[0].cidr', value: '0.0.0.0/0', basis: 'refreshed' })
  })

  it('does not let a denied account setting turn a violation into a pass', () => {
    expect(judge(check, box({ lid: { locked: false, keys: 1 } }), around(denied)).verdict).toBe('unknown')
  })

  it('leaves resources of another account alone', () => {
    expect(judge(check, { ...box({ lid: { locked: false } }), ownerId: '999988887777' }, around()).verdict).toBe(
      'not_applicable',
    )
  })
})
