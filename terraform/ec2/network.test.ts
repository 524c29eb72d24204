import { describe, expect, it } from 'vitest'
import { mappedPlan } from '#test/terraform/mapped.ts'

const plan = mappedPlan('network')
const group = (id: string): unknown => plan.data('AWS::EC2::SecurityGroup', id)
const acl = (id: string): unknown => plan.data('AWS::EC2::NetworkAcl', id)

const NONE = { cidrIpv4: null, cidrIpv6: null, prefixListId: null, groupId: null }
const tcp = (fromPort: number, toPort: number, source: object): object => ({
  protocol: 'tcp',
  fromPort,
  toPort,
  ...NONE,
  ...source,
})
const every = (source: object): object => ({ protocol: '-1', fromPort: null, toPort: null, ...NONE, ...source })
const entry = (ruleNumber: number, rest: object): object => ({
  ruleNumber,
  egress: false,
  action: 'allow',
  protocol: '6',
  fromPort: 22,
  toPort: 22,
  cidrIpv4: '0.0.0.0/0',
  cidrIpv6: null,
  ...rest,
})

describe('a security group', () => {
  it('has a rule for each source of a block, with ports only where they count', () => {
    expect(group('aws_security_group.every_source')).toMatchObject({
      groupName: 'every-source',
      ingress: [
        tcp(443, 444, { cidrIpv4: '10.0.0.0/8' }),
        tcp(443, 444, { cidrIpv4: '192.168.0.0/16' }),
        tcp(443, 444, { cidrIpv6: '2001:db8::/32' }),
        tcp(443, 444, { prefixListId: 'pl-0123456789abcdef0' }),
        tcp(443, 444, { groupId: 'sg-0123456789abcdef0' }),
        tcp(443, 444, { groupId: '${aws_security_group.every_source.id}' }),
      ],
      egress: [every({ cidrIpv4: '0.0.0.0/0' })],
    })
  })

  it('has the rules that stand beside it, each in its direction; a name that Terraform makes up is not reserved', () => {
    expect(group('aws_security_group.from_rules')).toMatchObject({
      groupName: 'aws_security_group.from_rules',
      ingress: [
        every({ groupId: '${aws_security_group.every_source.id}' }),
        tcp(22, 22, { prefixListId: '${aws_ec2_managed_prefix_list.office.id}' }),
      ],
      egress: [tcp(443, 443, { cidrIpv4: '0.0.0.0/0' })],
    })
  })

  it('loses, of what was refreshed, what is deleted or changed', () => {
    expect(group('aws_security_group.changed')).toMatchObject({
      ingress: [tcp(443, 443, { cidrIpv4: '0.0.0.0/0' }), tcp(22, 22, { cidrIpv4: '203.0.113.0/24' })],
    })
  })
})

describe('what comes with a VPC', () => {
  it('is as AWS makes it where nothing adopts it', () => {
    expect(group('aws_vpc.new')).toMatchObject({
      groupName: 'default',
      ingress: [every({ groupId: '${aws_vpc.new.id}' })],
      egress: [every({ cidrIpv4: '0.0.0.0/0' })],
    })
    expect(acl('aws_vpc.new')).toMatchObject({
      isDefault: true,
      entries: [entry(100, { protocol: '-1', fromPort: null, toPort: null })],
    })
  })

  it('is judged where it is adopted, and is empty where nothing is said', () => {
    expect(group('aws_default_security_group.closed')).toMatchObject({ groupName: 'default', ingress: [], egress: [] })
    expect(acl('aws_default_network_acl.closed')).toMatchObject({ isDefault: true, entries: [] })
    expect(plan.has('AWS::EC2::SecurityGroup', 'aws_vpc.closed')).toBe(false)
    expect(plan.has('AWS::EC2::NetworkAcl', 'aws_vpc.closed')).toBe(false)
  })

  it('stays as it was when Terraform deletes what adopted it', () => {
    expect(group('aws_vpc.left')).toMatchObject({ ingress: [], egress: [every({ cidrIpv4: '0.0.0.0/0' })] })
    expect(acl('aws_vpc.left')).toMatchObject({ entries: [entry(50, { fromPort: 443, toPort: 443 })] })
  })

  it('has the rules that reach it by way of the VPC', () => {
    expect(group('aws_vpc.reached')).toMatchObject({
      ingress: [every({ groupId: '${aws_vpc.reached.id}' }), tcp(22, 22, { cidrIpv4: '0.0.0.0/0' })],
    })
  })

  it('is none of the business of a plan that does not touch it', () => {
    expect(plan.has('AWS::EC2::SecurityGroup', 'aws_vpc.old')).toBe(false)
  })
})

describe('a network ACL', () => {
  it('numbers protocols as AWS does, and knows both directions', () => {
    expect(acl('aws_network_acl.inline')).toMatchObject({
      isDefault: false,
      entries: [
        entry(100, { protocol: '-1', fromPort: null, toPort: null, cidrIpv4: null, cidrIpv6: '::/0' }),
        entry(100, { protocol: '17', egress: true, action: 'deny', fromPort: 53, toPort: 53 }),
      ],
    })
  })

  it('loses, of what was refreshed, what is deleted', () => {
    expect(acl('aws_network_acl.changed')).toMatchObject({ entries: [entry(100, {})] })
  })
})

it('a prefix list has its own blocks and those beside it', () => {
  expect(plan.data('AWS::EC2::PrefixList', 'aws_ec2_managed_prefix_list.office')).toMatchObject({
    entries: [{ cidr: '203.0.113.0/24' }, { cidr: '198.51.100.0/24' }],
  })
})

it('a flow log is expected to work, and is found by the VPC that it watches', () => {
  expect(plan.data('AWS::EC2::FlowLog', 'aws_flow_log.vpc')).toMatchObject({
    resourceId: '${aws_vpc.new.id}',
    status: 'ACTIVE',
    deliverLogsStatus: null,
    trafficType: 'REJECT',
    destinationType: 'cloud-watch-logs',
  })
  expect(plan.data('AWS::EC2::VPC', 'aws_vpc.new')).toMatchObject({ vpcId: '${aws_vpc.new.id}' })
})
