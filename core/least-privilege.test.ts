import { describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { any, defineCheck } from './check.ts'
import { actionsOfCheck, leastPrivilege } from './least-privilege.ts'
import { defineResource, type ResourceType } from './resource.ts'
import { flag, list, text } from './schema.ts'

const Crate = defineResource({
  type: 'AWS::Test::Crate',
  service: 'test',
  listed: 'global',
  operation: 'test:ListCrates',
  fields: { name: text(), open: flag().from('test:GetLid'), labels: list(text()).from('test:GetLabels') },
})
const Label = defineResource({
  type: 'AWS::Test::Label',
  service: 'test',
  listed: 'region',
  operation: 'other:ListLabels',
  fields: { name: text() },
})
const words = {
  title: '',
  severity: 'low',
  why: '',
  fix: { console: '', cli: '', terraform: '' },
  aliases: [],
  references: [],
} as const
const closed = defineCheck(Crate, { ...words, id: 'test-crate-closed', failsWhen: (crate) => crate.open.is(true) })
const labelled = defineCheck(Crate, {
  ...words,
  id: 'test-crate-labelled',
  failsWhen: (crate, { find, account }) =>
    any(crate.labels.isEmpty(), find(Label).isEmpty(), account.rootMfaEnabled.is(false)),
})
const types = new Map<string, ResourceType>([Account, Crate, Label].map((type) => [type.type, type]))
const actionsOf = (operation: string) => (operation === 'test:GetLid' ? ['test:ReadLid', 'test:MakeLid'] : [operation])

describe('the least-privilege policy', () => {
  it('allows the listing and what is read, by the names that IAM has for it', () => {
    expect(actionsOfCheck(closed, { types, actionsOf })).toEqual(['test:ListCrates', 'test:MakeLid', 'test:ReadLid'])
  })

  it('allows what a check looks up and asks of the account', () => {
    expect(actionsOfCheck(labelled, { types, actionsOf })).toEqual([
      'iam:GetAccountSummary',
      'other:ListLabels',
      'test:GetLabels',
      'test:ListCrates',
    ])
  })

  it('has one statement per service, with each action once and sorted', () => {
    const policy = leastPrivilege({
      checks: [labelled, closed],
      inventory: [Label],
      operations: ['ec2:DescribeRegions', 'test:ListCrates'],
      types,
      actionsOf,
    })
    expect(policy).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Sid: 'ReadEc2', Effect: 'Allow', Action: ['ec2:DescribeRegions'], Resource: '*' },
        { Sid: 'ReadIam', Effect: 'Allow', Action: ['iam:GetAccountSummary'], Resource: '*' },
        { Sid: 'ReadOther', Effect: 'Allow', Action: ['other:ListLabels'], Resource: '*' },
        {
          Sid: 'ReadTest',
          Effect: 'Allow',
          Action: ['test:GetLabels', 'test:ListCrates', 'test:MakeLid', 'test:ReadLid'],
          Resource: '*',
        },
      ],
    })
  })
})
