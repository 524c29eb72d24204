import { describe, expect, it } from 'vitest'
import { parseInstance, parseModulePath, parseParts, resourceAddress, writtenAt } from './address.ts'

const plain = { module: [], mode: 'managed', type: 'aws_s3_bucket', name: 'this', key: undefined } as const

describe('an address', () => {
  it.each([
    ['aws_s3_bucket.this', plain],
    ['aws_s3_bucket.this[0]', { ...plain, key: 0 }],
    ['aws_s3_bucket.this["a"]', { ...plain, key: 'a' }],
    ['aws_s3_bucket.this["0"]', { ...plain, key: '0' }],
    ['data.aws_s3_bucket.this', { ...plain, mode: 'data' }],
    ['module.m.aws_s3_bucket.this', { ...plain, module: [{ name: 'm', key: undefined }] }],
    [
      'module.m["b.c[\\"x\\"]"].module.data[1].data.aws_s3_bucket.this["$${y}"]',
      {
        module: [
          { name: 'm', key: 'b.c["x"]' },
          { name: 'data', key: 1 },
        ],
        mode: 'data',
        type: 'aws_s3_bucket',
        name: 'this',
        // Terraform doubles what would begin an interpolation.
        key: '${y}',
      },
    ],
  ])('%s is taken apart and put together again', (address, instance) => {
    expect(parseInstance(address)).toEqual(instance)
    expect(resourceAddress(instance)).toBe(address)
  })

  it.each(['', 'aws_s3_bucket', 'aws_s3_bucket.this[count.index]', 'module.m', 'module.m.this', 'a b.c', 'a.b["c'])(
    '%j is none',
    (address) => {
      expect(parseInstance(address)).toBeUndefined()
    },
  )

  it('is written once for all instances', () => {
    expect(writtenAt({ ...plain, module: [{ name: 'm', key: 'a' }] })).toBe('module.m.aws_s3_bucket.this')
    expect(writtenAt({ ...plain, mode: 'data' })).toBe('data.aws_s3_bucket.this')
  })
})

describe('the address of a module', () => {
  it('is its calls with their keys, and nothing else', () => {
    expect(parseModulePath('')).toEqual([])
    expect(parseModulePath('module.a[2].module.b')).toEqual([
      { name: 'a', key: 2 },
      { name: 'b', key: undefined },
    ])
    for (const other of ['aws_vpc.v', 'module', 'module.a.b', 'module.a[each.key]']) {
      expect(parseModulePath(other)).toBeUndefined()
    }
  })
})

describe('the parts of a reference', () => {
  it('tell names from indices, and an index that is no constant from one that is', () => {
    expect(parseParts('a.b[0]["k"][var.x].c')).toEqual([
      { name: 'a' },
      { name: 'b' },
      { index: 0 },
      { index: 'k' },
      { index: null },
      { name: 'c' },
    ])
  })
})
