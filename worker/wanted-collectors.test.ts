import { describe, expect, test } from 'vitest'
import { ec2InstanceImdsv2 } from '#checks/ec2/ec2-instance-imdsv2.ts'
import { s3AccountBlockPublicAccess } from '#checks/s3/s3-account-block-public-access.ts'
import { COLLECTORS } from '#resources/collectors.ts'
import { RESOURCE_TYPES } from '#resources/registry.ts'
import { collectorsLeft, wantedTypes } from './wanted-collectors.ts'

describe('the types that a scan lists', () => {
  test('are all of the wanted services, and what its checks read of others', () => {
    const wanted = wantedTypes(RESOURCE_TYPES, [s3AccountBlockPublicAccess], { services: ['ec2'] })
    expect([...wanted].filter((type) => !type.startsWith('AWS::EC2::') && type !== 'AWS::::Region')).toEqual([
      'AWS::::Account',
    ])
    expect(wanted).toContain('AWS::EC2::Volume')
  })

  test('are all there are when no service is named', () => {
    expect(wantedTypes(RESOURCE_TYPES, [ec2InstanceImdsv2], { services: null }).size).toBe(RESOURCE_TYPES.length)
  })
})

describe('what is left to list', () => {
  const wanted = new Set(RESOURCE_TYPES.map(({ type }) => type))
  const typesLeft = (location: string, done: readonly string[]): readonly string[] =>
    collectorsLeft(COLLECTORS, { location, wanted, done: new Set(done) }).flatMap(({ types }) =>
      types.map(({ type }) => type),
    )

  test('is regional in a region, global in global, and every type is in one of the two', () => {
    const regional = typesLeft('eu-central-1', [])
    const global = typesLeft('global', [])
    expect(regional).toContain('AWS::EC2::Instance')
    expect(global).toContain('AWS::IAM::User')
    expect([...regional, ...global].sort()).toEqual([...wanted].sort())
  })

  test('leaves out what is done, also one of the types that a collector lists together', () => {
    expect(typesLeft('global', ['AWS::IAM::User'])).not.toContain('AWS::IAM::User')
    expect(typesLeft('global', ['AWS::IAM::User'])).toContain('AWS::IAM::Role')
    expect(typesLeft('global', [...wanted])).toEqual([])
  })
})
