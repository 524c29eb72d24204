import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { assert, nat, property, string } from 'fast-check'
import { createSourceParser, type ParseSource } from './parse.ts'
import type { Expression } from './syntax.ts'

let parse: ParseSource
beforeAll(async () => {
  parse = await createSourceParser()
})

/** What a single attribute is set to. */
const expression = (text: string): Expression | undefined =>
  parse(`locals {\n  it = ${text}\n}\n`, 'main.tf').blocks[0]?.attributes.get('it')
const literal = (value: string | number | boolean | null): Expression => ({ kind: 'literal', value })
const name = (of: string): Expression => ({ kind: 'name', name: of })
const attribute = (of: string) => ({ kind: 'attribute', name: of })

describe('a source file', () => {
  it('is blocks with labels, nested blocks, and the lines where they stand', () => {
    const { blocks, brokenAt } = parse(
      `
resource "aws_security_group" "web" {
  name = "web"
  ingress {
    from_port = 22
  }
}
module "buckets" { source = "./buckets" }
`,
      'net/main.tf',
    )
    expect(brokenAt).toBeNull()
    expect(blocks).toMatchObject([
      {
        type: 'resource',
        labels: ['aws_security_group', 'web'],
        range: { file: 'net/main.tf', startLine: 2, endLine: 7 },
        blocks: [{ type: 'ingress', labels: [], range: { startLine: 4, endLine: 6 } }],
      },
      { type: 'module', labels: ['buckets'], range: { startLine: 8, endLine: 8 } },
    ])
    expect(blocks[0]?.blocks[0]?.attributes.get('from_port')).toEqual(literal(22))
  })

  it('keeps its comments, whatever their form', () => {
    const { comments } = parse('# one\n// two\nlocals {\n  a = 1 # three\n  /* four */\n}\n', 'main.tf')
    expect(comments).toEqual([
      { text: 'one', line: 1 },
      { text: 'two', line: 2 },
      { text: 'three', line: 4 },
      { text: 'four', line: 5 },
    ])
  })

  it('is understood up to what is broken, and says where that begins', () => {
    const { blocks, brokenAt } = parse('locals { a = 1 }\nresource "x" "y" {\n  = =\n}\n', 'main.tf')
    expect(brokenAt).toBe(2)
    expect(blocks.at(0)?.attributes.get('a')).toEqual(literal(1))
  })

  it('never throws, whatever is in it', () => {
    const real = readFileSync(new URL('./testdata/everything.tf', import.meta.url), 'utf8')
    assert(
      property(nat(real.length), nat(40), string(), (at, length, put) => {
        parse(`${real.slice(0, at)}${put}${real.slice(at + length)}`, 'main.tf')
      }),
      { numRuns: 300 },
    )
  })
})

describe('an expression', () => {
  it.each([
    ['"plain"', literal('plain')],
    ['"tab\\t quote\\" \\u00e9 $${not}"', literal('tab\t quote" é ${not}')],
    ['-1', { kind: 'operation', operator: '-', operands: [literal(1)] }],
    ['1.5', literal(1.5)],
    ['true', literal(true)],
    ['null', literal(null)],
    ['""', literal('')],
    ['[1, "a"]', { kind: 'list', items: [literal(1), literal('a')] }],
    [
      '{ a = 1, "b" : 2, (local.c) = 3 }',
      {
        kind: 'object',
        entries: [
          { key: literal('a'), value: literal(1) },
          { key: literal('b'), value: literal(2) },
          { key: { kind: 'traversal', from: name('local'), steps: [attribute('c')] }, value: literal(3) },
        ],
      },
    ],
    [
      'aws_s3_bucket.b["x"].arn',
      {
        kind: 'traversal',
        from: name('aws_s3_bucket'),
        steps: [attribute('b'), { kind: 'index', index: literal('x') }, attribute('arn')],
      },
    ],
    [
      'aws_s3_bucket.b[*].id',
      { kind: 'traversal', from: name('aws_s3_bucket'), steps: [attribute('b'), { kind: 'splat' }, attribute('id')] },
    ],
    [
      '"${var.a}/*"',
      {
        kind: 'template',
        parts: [{ kind: 'traversal', from: name('var'), steps: [attribute('a')] }, literal('/*')],
      },
    ],
    ['toset(["a"])', { kind: 'call', name: 'toset', args: [{ kind: 'list', items: [literal('a')] }], expands: false }],
    ['concat(var.a...)', { kind: 'call', name: 'concat', expands: true }],
    ['a ? 1 : 2', { kind: 'conditional', test: name('a'), yes: literal(1), no: literal(2) }],
    [
      'var.a == "b" && !c',
      {
        kind: 'operation',
        operator: '&&',
        operands: [
          {
            kind: 'operation',
            operator: '==',
            operands: [{ kind: 'traversal', from: name('var'), steps: [attribute('a')] }, literal('b')],
          },
          { kind: 'operation', operator: '!', operands: [name('c')] },
        ],
      },
    ],
    [
      '[for v in var.m : v.x if v.y]',
      { kind: 'for', makes: 'list', keyName: null, valueName: 'v', key: null, groups: false },
    ],
    [
      '{ for k, v in var.m : k => v... }',
      { kind: 'for', makes: 'object', keyName: 'k', valueName: 'v', key: name('k'), value: name('v'), groups: true },
    ],
    ['(1)', literal(1)],
  ])('%s', (text, expected) => {
    expect(expression(text)).toMatchObject(expected)
  })

  it('may be a heredoc', () => {
    expect(expression('<<-EOT\n    {"a": "${local.b}"}\n    EOT')).toMatchObject({
      kind: 'template',
      parts: [
        { kind: 'literal', value: expect.stringContaining('{"a": "') },
        { kind: 'traversal', from: name('local') },
        { kind: 'literal', value: expect.stringContaining('"}') },
      ],
    })
  })
})
