import * as ec2 from '@aws-sdk/client-ec2'
import type { Soil } from '../seed.ts'
import { INSTANCE_PROFILE } from './identity.ts'
import type { Network } from './network.ts'

interface Machine {
  readonly name: string
  readonly tokens: 'required' | 'optional'
  readonly profile: boolean
  readonly group: string
  readonly end?: 'stopped' | 'terminated'
}

const GOOD: readonly Machine[] = [
  { name: 'web-1', tokens: 'required', profile: true, group: 'web' },
  { name: 'web-2', tokens: 'required', profile: true, group: 'web' },
]
const BAD: readonly Machine[] = [
  { name: 'legacy-app', tokens: 'optional', profile: true, group: 'web' },
  { name: 'bastion', tokens: 'optional', profile: false, group: 'bastion' },
  { name: 'build-agent', tokens: 'required', profile: false, group: 'web', end: 'stopped' },
  { name: 'old-report', tokens: 'optional', profile: false, group: 'web', end: 'terminated' },
]

/** Instances with and without IMDSv2 and a profile, volumes and snapshots, encryption by default where somebody set it. */
export async function seedInstances(soil: Soil, region: string, network: Network): Promise<void> {
  const { ec2: client } = soil.in(region)
  const isHome = region === soil.home
  if (soil.tended || isHome) await client.send(new ec2.EnableEbsEncryptionByDefaultCommand())

  const machines = soil.tended ? GOOD : isHome ? [...GOOD, ...BAD] : BAD.slice(0, 2)
  for (const machine of machines) await runMachine(client, machine, network)

  await client.send(new ec2.AllocateAddressCommand({ Domain: 'vpc' }))
  await client.send(
    new ec2.CreateLaunchTemplateCommand({
      LaunchTemplateName: 'web',
      LaunchTemplateData: { InstanceType: 't3.micro', MetadataOptions: { HttpTokens: 'required' } },
    }),
  )
  const volume = await client.send(
    new ec2.CreateVolumeCommand({ AvailabilityZone: `${region}a`, Size: 8, Encrypted: soil.tended }),
  )
  const snapshot = await client.send(new ec2.CreateSnapshotCommand({ VolumeId: volume.VolumeId }))
  if (!soil.tended && isHome) {
    await client.send(
      new ec2.ModifySnapshotAttributeCommand({
        SnapshotId: snapshot.SnapshotId,
        Attribute: 'createVolumePermission',
        OperationType: 'add',
        GroupNames: ['all'],
      }),
    )
  }
}

async function runMachine(client: ec2.EC2Client, machine: Machine, network: Network): Promise<void> {
  const { Instances = [] } = await client.send(
    new ec2.RunInstancesCommand({
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: network.subnetIds[0],
      SecurityGroupIds: [network.groups[machine.group] ?? ''],
      MetadataOptions: { HttpTokens: machine.tokens, HttpEndpoint: 'enabled' },
      ...(machine.profile ? { IamInstanceProfile: { Name: INSTANCE_PROFILE } } : {}),
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: machine.name }] }],
    }),
  )
  const InstanceIds = Instances.map(({ InstanceId }) => InstanceId ?? '')
  if (machine.end === 'stopped') await client.send(new ec2.StopInstancesCommand({ InstanceIds }))
  if (machine.end === 'terminated') await client.send(new ec2.TerminateInstancesCommand({ InstanceIds }))
}
