import { hidden } from '#test/checks/world.ts'
import { table } from '#test/checks/table.ts'
import { ec2InstanceImdsv2 } from './ec2-instance-imdsv2.ts'

const instance = (state: string, metadataOptions: unknown) => ({ state, metadataOptions })

table(ec2InstanceImdsv2, [
  ['pass', 'tokens required', instance('running', { httpEndpoint: 'enabled', httpTokens: 'required' })],
  ['pass', 'no metadata service at all', instance('running', { httpEndpoint: 'disabled', httpTokens: 'optional' })],
  ['pass', 'required, whatever the endpoint', instance('running', { httpEndpoint: hidden(), httpTokens: 'required' })],
  ['fail', 'tokens optional', instance('running', { httpEndpoint: 'enabled', httpTokens: 'optional' })],
  [
    'fail',
    'stopped, and optional when it starts',
    instance('stopped', { httpEndpoint: 'enabled', httpTokens: 'optional' }),
  ],
  ['unknown', 'options not given', instance('running', hidden())],
  ['unknown', 'tokens not given', instance('running', { httpEndpoint: 'enabled', httpTokens: hidden() })],
  ['not_applicable', 'terminated', instance('terminated', hidden())],
  ['not_applicable', 'about to be', instance('shutting-down', hidden())],
])
