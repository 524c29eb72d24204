import { awsDefault, type Stored } from '#core/stored.ts'
import { FlowLog } from '#resources/ec2/flow-log.ts'
import type { Mapping, Planned } from '../mapping.ts'
import { unreadable, type Told } from '../told.ts'

/** A subscription to traffic records, expected to work: whether it delivers shows only in AWS. */
export const flowLog: Mapping<FlowLog> = {
  from: 'aws_flow_log',
  to: FlowLog,
  lives: 'region',
  names: ['id', 'arn'],
  companions: [],
  says: ['resourceId', 'status', 'deliverLogsStatus', 'trafficType', 'destinationType', 'destination'],
  resources: (planned) => [
    {
      name: undefined,
      arn: planned.attributes.text('arn'),
      tags: planned.attributes.textMap('tags'),
      data: dataOf(planned),
    },
  ],
}

/** What it may watch: one of these is set. */
const WATCHED = ['vpc_id', 'subnet_id', 'eni_id', 'transit_gateway_id', 'transit_gateway_attachment_id']

function dataOf(planned: Planned): Stored<FlowLog> {
  const { attributes } = planned
  const watched = WATCHED.map((attribute) => planned.reference(attribute)).find((told) => told !== undefined)
  return {
    resourceId: watched ?? unreadable(`${planned.address} watches nothing`),
    status: awsDefault('ACTIVE'),
    deliverLogsStatus: awsDefault(null),
    deliverLogsError: awsDefault(null),
    // The provider refuses any other word when it plans.
    trafficType: (attributes.text('traffic_type') as Told<'ACCEPT' | 'REJECT' | 'ALL'> | undefined) ?? awsDefault(null),
    destinationType: attributes.text('log_destination_type') ?? awsDefault('cloud-watch-logs'),
    destination: attributes.text('log_destination') ?? awsDefault(null),
  }
}
