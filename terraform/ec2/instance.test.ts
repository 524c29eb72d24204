import { expect, it } from 'vitest'
import { mappedPlan } from '#test/terraform/mapped.ts'

const plan = mappedPlan('instances')
const instance = (name: string): unknown => plan.data('AWS::EC2::Instance', `aws_instance.${name}`)

it.each([
  ['as AWS does it, where nothing is said', 'plain', 'enabled', 'optional', null],
  [
    'its own options; a profile that has no name yet is one',
    'own_options',
    'disabled',
    'optional',
    '${aws_iam_instance_profile.new.name}',
  ],
  ['what its template says', 'from_template', 'enabled', 'required', 'hardened'],
  ['its own word before the template', 'against_template', 'enabled', 'optional', 'hardened'],
  [
    'nobody knows what a template says that somebody else made',
    'from_elsewhere',
    '?elsewhere',
    '?elsewhere',
    '?elsewhere',
  ],
  ['the defaults of its region', 'in_ireland', 'enabled', 'required', null],
])('an instance has %s', (_, name, httpEndpoint, httpTokens, instanceProfileArn) => {
  expect(instance(name)).toMatchObject({
    metadataOptions: { httpEndpoint, httpTokens },
    instanceProfileArn,
    state: 'running',
  })
})

it('settings of a region are what the plan sets, or what the provider sets without being told', () => {
  expect(plan.setting('aws_ebs_encryption_by_default.here')).toBe(true)
  expect(plan.setting('aws_ebs_snapshot_block_public_access.here')).toBe('block-new-sharing')
})
