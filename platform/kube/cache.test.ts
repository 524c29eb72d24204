import { describe, expect, it } from 'vitest'
import { ObjectCache } from '#platform/kube/cache.ts'
import type { KubeObject } from '#platform/kube/object.ts'
import { slim } from '#platform/kube/slim.ts'

interface Thing extends KubeObject {
  readonly spec: { readonly colours: readonly string[] }
}

function thing(name: string, colours: readonly string[] = [], metadata: object = {}): Thing {
  return {
    apiVersion: 'example.dev/v1',
    kind: 'Thing',
    metadata: {
      namespace: 'a',
      name,
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: { colours },
  }
}

describe('ObjectCache', () => {
  it('finds objects by every value of an index, and no longer by one that has gone', () => {
    const cache = new ObjectCache<Thing>()
    cache.addIndex('colour', (object) => object.spec.colours)
    cache.set(thing('x', ['red', 'blue']))
    cache.set(thing('y', ['red']))

    expect(cache.byIndex('colour', 'red').map(({ metadata }) => metadata.name)).toEqual(['x', 'y'])
    cache.set(thing('x', ['green']))
    expect(cache.byIndex('colour', 'red').map(({ metadata }) => metadata.name)).toEqual(['y'])
    expect(cache.byIndex('colour', 'blue')).toEqual([])
    cache.delete('a/y')
    expect(cache.byIndex('colour', 'red')).toEqual([])
    expect(cache.size).toBe(1)
  })

  it('indexes what it already has', () => {
    const cache = new ObjectCache<Thing>()
    cache.set(thing('x', ['red']))
    cache.addIndex('colour', (object) => object.spec.colours)

    expect(cache.byIndex('colour', 'red')).toHaveLength(1)
  })

  it('says which indexes there are when asked for another', () => {
    const cache = new ObjectCache<Thing>()
    cache.addIndex('colour', (object) => object.spec.colours)

    expect(() => cache.byIndex('shape', 'round')).toThrow('no index "shape"')
    expect(() => cache.byIndex('shape', 'round')).toThrow('colour')
  })

  it('lists by namespace', () => {
    const cache = new ObjectCache<Thing>()
    cache.set(thing('x'))
    cache.set(thing('x', [], { namespace: 'b' }))

    expect(cache.list()).toHaveLength(2)
    expect(cache.list('b')).toHaveLength(1)
    expect(cache.get({ namespace: 'b', name: 'x' })?.metadata.namespace).toBe('b')
    expect([...cache.keys()]).toContainEqual({ namespace: 'a', name: 'x' })
  })

  it('makes a write to a cached object throw where tests ask for that', () => {
    const cache = new ObjectCache<Thing>({ freeze: true })
    const object = thing('x', ['red'])
    cache.set(object)

    expect(() => Reflect.get(object.spec.colours, 'push').call(object.spec.colours, 'blue')).toThrow(TypeError)
  })
})

describe('slim', () => {
  it('drops managed fields and the last-applied annotation and nothing else', () => {
    const object = thing('x', ['red'], {
      managedFields: [{ manager: 'kubectl', fieldsV1: {} }],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', keep: 'me' },
      labels: { a: 'b' },
    })

    expect(slim(object, 'example.dev/v1', 'Thing')).toEqual(
      thing('x', ['red'], { annotations: { keep: 'me' }, labels: { a: 'b' } }),
    )
  })

  it('leaves no empty annotations behind and fills in what items of a list lack', () => {
    const {
      apiVersion: _,
      kind: __,
      ...item
    } = thing('x', [], {
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    })

    // An item of a list of a built-in kind has no kind: the type promises one all the same.
    expect(slim(item as Thing, 'v1', 'Secret')).toEqual({ ...thing('x'), apiVersion: 'v1', kind: 'Secret' })
  })
})
