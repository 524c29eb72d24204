import { describe, expect, it } from 'vitest'
import type { KubeObject, ObjectMeta } from '#platform/kube/object.ts'
import {
  annotationsChanged,
  anyOf,
  deletionRequested,
  foreignStatus,
  generationChanged,
  labelsChanged,
} from '#platform/kube/predicates.ts'

const meta: ObjectMeta = {
  name: 'x',
  uid: 'u',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels: { team: 'a' },
  annotations: { 'vedette.dev/scan-now': '1', other: '1' },
}
const object = (metadata: Partial<ObjectMeta> = {}): KubeObject => ({
  apiVersion: 'example.dev/v1',
  kind: 'Thing',
  metadata: { ...meta, ...metadata },
})
const update = (metadata: Partial<ObjectMeta>) => ({ type: 'update', old: object(), object: object(metadata) }) as const

describe('predicates', () => {
  it.each([
    ['generationChanged', generationChanged, { generation: 2 }, { annotations: {} }],
    [
      'annotationsChanged',
      annotationsChanged('vedette.dev/scan-now'),
      { annotations: { 'vedette.dev/scan-now': '2' } },
      { annotations: { 'vedette.dev/scan-now': '1', other: '2' } },
    ],
    ['annotationsChanged, removed', annotationsChanged('vedette.dev/scan-now'), { annotations: {} }, { generation: 2 }],
    ['labelsChanged', labelsChanged, { labels: { team: 'b' } }, { labels: { team: 'a' }, generation: 2 }],
    ['deletionRequested', deletionRequested, { deletionTimestamp: '2026-01-02T00:00:00Z' }, { generation: 2 }],
  ] as const)('%s', (_, predicate, yes, no) => {
    expect([predicate(update(yes)), predicate(update(no))]).toEqual([true, false])
    expect(predicate({ type: 'add', object: object(), initial: false })).toBe(true)
    expect(predicate({ type: 'delete', object: object() })).toBe(true)
  })

  it('anyOf agrees when one does', () => {
    const either = anyOf(generationChanged, labelsChanged)

    expect(either(update({ generation: 2 }))).toBe(true)
    expect(either(update({ labels: {} }))).toBe(true)
    expect(either(update({ annotations: {} }))).toBe(false)
  })

  it('foreignStatus tells our own writes apart', () => {
    const predicate = foreignStatus<KubeObject>({ isOurs: ({ metadata }) => metadata.resourceVersion === '7' })

    expect(predicate(update({ resourceVersion: '7' }))).toBe(false)
    expect(predicate(update({ resourceVersion: '8' }))).toBe(true)
  })
})
