import { expect, it } from 'vitest'
import { matchesLabels, type LabelSelector } from './selector.ts'

const labels = { team: 'payments', tier: 'prod' }

it.each<[string, LabelSelector, boolean]>([
  ['the empty selector', {}, true],
  ['an equal label', { matchLabels: { team: 'payments' } }, true],
  ['another value', { matchLabels: { team: 'search' } }, false],
  ['one of two labels', { matchLabels: { team: 'payments', tier: 'dev' } }, false],
  ['In', { matchExpressions: [{ key: 'tier', operator: 'In', values: ['prod', 'stage'] }] }, true],
  ['In without the label', { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }, false],
  ['NotIn', { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['prod'] }] }, false],
  ['NotIn without the label', { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
  ['Exists', { matchExpressions: [{ key: 'team', operator: 'Exists' }] }, true],
  ['DoesNotExist', { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }, false],
  ['Exists of a name that objects inherit', { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, false],
])('answers %s', (_, selector, expected) => {
  expect(matchesLabels(selector, labels)).toBe(expected)
})
