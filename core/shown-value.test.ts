import { expect, it } from 'vitest'
import { shownValue } from './shown-value.ts'
import { awsDefault, unknown } from './stored.ts'

const later = { kind: 'after_apply', attribute: 'aws_s3_bucket.new.arn' } as const

it.each([
  [
    'a value as it is',
    { Version: '2012-10-17', Statement: [null, 1, true] },
    { Version: '2012-10-17', Statement: [null, 1, true] },
  ],
  [
    'what is not known in words',
    { Statement: [{ Resource: unknown(later) }] },
    { Statement: [{ Resource: '(known after apply: aws_s3_bucket.new.arn)' }] },
  ],
  ['a default as its value', [awsDefault({ status: awsDefault('Off') })], [{ status: 'Off' }]],
  [
    'nothing of what is sensitive',
    { Statement: [{ Principal: { $value: { AWS: 'x' }, $basis: 'configured', $sensitive: true } }] },
    { Statement: [{ Principal: '(sensitive)' }] },
  ],
  [
    'that a list may have more members',
    { $items: ['0.0.0.0/0', unknown(later)], $incomplete: [later] },
    [
      '0.0.0.0/0',
      '(known after apply: aws_s3_bucket.new.arn)',
      '(and others: known after apply: aws_s3_bucket.new.arn)',
    ],
  ],
])('shows %s', (_, value, shown) => {
  expect(shownValue(value)).toEqual(shown)
})
