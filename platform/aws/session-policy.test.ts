import { describe, expect, test } from 'vitest'
import { buildSessionPolicy } from './session-policy.ts'

interface Document {
  readonly Statement: readonly { readonly Effect: string; readonly Action: readonly string[] }[]
}

function build(actions: readonly string[], partition = 'aws') {
  const result = buildSessionPolicy({ partition, actions })
  if (result.kind !== 'ok') return expect.fail(`expected a policy, got ${JSON.stringify(result)}`)
  // What the function wrote.
  const document = JSON.parse(result.policy.inline ?? 'null') as Document
  return {
    ...result.policy,
    document,
    allowed: document.Statement.flatMap(({ Effect, Action }) => (Effect === 'Allow' ? Action : [])),
    denied: document.Statement.flatMap(({ Effect, Action }) => (Effect === 'Deny' ? Action : [])),
  }
}

test('the two managed policies of the partition, by their full ARNs', () => {
  expect(build([], 'aws-cn').policyArns).toEqual([
    'arn:aws-cn:iam::aws:policy/SecurityAudit',
    'arn:aws-cn:iam::aws:policy/job-function/ViewOnlyAccess',
  ])
})

test('inline stands only what the managed policies lack, each once, sorted', () => {
  const actions = ['tag:GetResources', 'ec2:DescribeVpcs', 'account:ListRegions', 'IAM:getuser', 'tag:GetResources']
  expect(build(actions).allowed).toEqual(['account:ListRegions', 'tag:GetResources'])
})

test('without a remainder nothing is allowed inline, and data reads are still denied', () => {
  const { document, denied } = build(['ec2:DescribeVpcs', 's3:GetBucketPolicy'])
  expect(document.Statement.map(({ Effect }) => Effect)).toEqual(['Deny'])
  expect(denied).toContain('s3:GetObject')
  expect(denied).toContain('kms:Decrypt')
})

test.each([
  's3:GetObject',
  's3:getobject',
  'ssm:GetParametersByPath',
  'ec2:GetConsoleOutput',
  'sts:AssumeRoleWithSAML',
])('%s reads data and is refused', (action) =>
  expect(buildSessionPolicy({ partition: 'aws', actions: [action] })).toEqual({ kind: 'data-read', action }),
)

describe('2,048 characters', () => {
  const numbered = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(20, 'x')}`)

  test('what fits stays as it is', () => {
    const actions = numbered('glue:GetSome', 20)
    const { inline, allowed } = build(actions)
    expect(allowed).toEqual([...actions].sort())
    expect(inline?.length).toBeLessThanOrEqual(2_048)
  })

  test('what does not is shortened, listings and descriptions only', () => {
    const { inline, allowed } = build([...numbered('glue:List', 100), ...numbered('dms:Describe', 100), 'glue:GetJobs'])
    expect(allowed).toEqual(['dms:Describe*', 'glue:GetJobs', 'glue:List*'])
    expect(inline?.length).toBeLessThanOrEqual(2_048)
  })

  test('what cannot be shortened is refused, with its length', () => {
    const result = buildSessionPolicy({ partition: 'aws', actions: numbered('glue:GetSome', 200) })
    expect(result).toMatchObject({ kind: 'too-long', limit: 2_048 })
  })
})
