import { Language, Parser, type Node } from 'web-tree-sitter'
import type { Block, Comment, Expression, SourceFile, Step } from './syntax.ts'
import { readParserBinaries } from './wasm.ts'

export type ParseSource = (text: string, file: string) => SourceFile

/**
 * Loads the parser (tree-sitter with Terraform's grammar, in WebAssembly): some 25 ms, once. What it is given may be
 * broken anywhere: what can be understood is.
 */
export async function createSourceParser(): Promise<ParseSource> {
  const { runtime, grammar } = await readParserBinaries()
  await Parser.init({ wasmBinary: runtime })
  const parser = new Parser()
  parser.setLanguage(await Language.load(grammar))
  return (text, file) => {
    const tree = parser.parse(text)
    if (tree === null) return { blocks: [], comments: [], brokenAt: 1 }
    try {
      return {
        blocks: bodyOf(tree.rootNode).flatMap((node) => (node.type === 'block' ? [toBlock(node, file)] : [])),
        comments: tree.rootNode.descendantsOfType('comment').map(toComment),
        brokenAt: brokenAt(tree.rootNode),
      }
    } finally {
      // The tree lives in the module's own memory, which nobody else cleans.
      tree.delete()
    }
  }
}

function brokenAt(node: Node): number | null {
  if (!node.hasError) return null
  const [error] = node.descendantsOfType('ERROR')
  return (error ?? node).startPosition.row + 1
}

function toComment(node: Node): Comment {
  const text = node.text.replace(/^(?:#|\/\/|\/\*)/, '').replace(/\*\/$/, '')
  return { text: text.trim(), line: node.startPosition.row + 1 }
}

/** What stands in the body of a block or file. */
function bodyOf(node: Node): readonly Node[] {
  return childrenOf(node).flatMap((child) => (child.type === 'body' ? childrenOf(child) : []))
}

function childrenOf(node: Node): readonly Node[] {
  return node.namedChildren.filter((child) => child.type !== 'comment')
}

function toBlock(node: Node, file: string): Block {
  const [type, ...labels] = childrenOf(node).filter(({ type }) => type === 'identifier' || type === 'string_lit')
  const body = bodyOf(node)
  return {
    type: type?.text ?? '',
    labels: labels.map((label) => (label.type === 'identifier' ? label.text : stringOf(label))),
    attributes: new Map(
      body.flatMap((child) => {
        if (child.type !== 'attribute') return []
        const [name, value] = childrenOf(child)
        return name === undefined || value === undefined ? [] : [[name.text, toExpression(value)] as const]
      }),
    ),
    blocks: body.flatMap((child) => (child.type === 'block' ? [toBlock(child, file)] : [])),
    range: { file, startLine: node.startPosition.row + 1, endLine: node.endPosition.row + 1 },
  }
}

function toExpression(node: Node): Expression {
  return node.type === 'expression' ? termOf(childrenOf(node), node) : termOf([node], node)
}

/** A term and the steps behind it; the grammar lays them side by side. */
function termOf([first, ...steps]: readonly Node[], around: Node): Expression {
  if (first === undefined) return { kind: 'other', text: around.text }
  const from = toTerm(first)
  return steps.length === 0 ? from : { kind: 'traversal', from, steps: steps.flatMap(toSteps) }
}

function toTerm(node: Node): Expression {
  const [only] = childrenOf(node)
  switch (node.type) {
    case 'expression':
      return toExpression(node)
    case 'variable_expr':
      return { kind: 'name', name: node.text }
    case 'literal_value':
      return only === undefined ? toLiteral(node) : toLiteral(only)
    case 'template_expr':
      return only === undefined ? { kind: 'other', text: node.text } : toTemplate(only)
    case 'collection_value':
      return only === undefined ? { kind: 'other', text: node.text } : toCollection(only)
    case 'function_call':
      return toCall(node)
    case 'for_expr':
      return only === undefined ? { kind: 'other', text: node.text } : toFor(only)
    case 'conditional': {
      const [test, yes, no] = childrenOf(node).map(toExpression)
      return test === undefined || yes === undefined || no === undefined
        ? { kind: 'other', text: node.text }
        : { kind: 'conditional', test, yes, no }
    }
    case 'operation':
      return only === undefined ? { kind: 'other', text: node.text } : toOperation(only)
    default:
      return { kind: 'other', text: node.text }
  }
}

function toLiteral(node: Node): Expression {
  switch (node.type) {
    case 'string_lit':
      return { kind: 'literal', value: stringOf(node) }
    case 'numeric_lit':
      return { kind: 'literal', value: Number(node.text) }
    case 'bool_lit':
      return { kind: 'literal', value: node.text === 'true' }
    case 'null_lit':
      return { kind: 'literal', value: null }
    default:
      return { kind: 'other', text: node.text }
  }
}

function stringOf(node: Node): string {
  return childrenOf(node)
    .filter(({ type }) => type === 'template_literal')
    .map((part) => unescaped(part.text))
    .join('')
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }

function unescaped(text: string): string {
  return text
    .replaceAll(
      /\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g,
      (all, simple?: string, four?: string, eight?: string) => {
        if (simple !== undefined) return ESCAPES[simple] ?? all
        const code = Number.parseInt(four ?? eight ?? '', 16)
        return code <= 0x10ffff ? String.fromCodePoint(code) : all
      },
    )
    .replaceAll('$${', '${')
    .replaceAll('%%{', '%{')
}

function toTemplate(node: Node): Expression {
  const isHeredoc = node.type === 'heredoc_template'
  const parts = childrenOf(node).flatMap((part): readonly Expression[] => {
    switch (part.type) {
      case 'template_literal':
        return [{ kind: 'literal', value: isHeredoc ? part.text : unescaped(part.text) }]
      case 'template_interpolation': {
        const inner = childrenOf(part).find(({ type }) => type === 'expression')
        return [inner === undefined ? { kind: 'other', text: part.text } : toExpression(inner)]
      }
      // `%{ if … }` and `%{ for … }`: what they make is not worked out.
      case 'template_directive':
        return [{ kind: 'other', text: part.text }]
      default:
        return []
    }
  })
  return { kind: 'template', parts }
}

function toCollection(node: Node): Expression {
  const inner = childrenOf(node)
  if (node.type === 'tuple') {
    return { kind: 'list', items: inner.filter(({ type }) => type === 'expression').map(toExpression) }
  }
  const entries = inner
    .filter(({ type }) => type === 'object_elem')
    .flatMap((element) => {
      const [key, value] = childrenOf(element)
      if (key === undefined || value === undefined) return []
      const name = toExpression(key)
      // A bare word is a key, not a reference; one in parentheses is.
      const isBare = name.kind === 'name' && key.text === name.name
      return [{ key: isBare ? ({ kind: 'literal', value: name.name } as const) : name, value: toExpression(value) }]
    })
  return { kind: 'object', entries }
}

function toCall(node: Node): Expression {
  const [name, args] = childrenOf(node)
  const given = args === undefined ? [] : childrenOf(args)
  return {
    kind: 'call',
    name: name?.text ?? '',
    args: given.filter(({ type }) => type === 'expression').map(toExpression),
    expands: given.some(({ type }) => type === 'ellipsis'),
  }
}

function toFor(node: Node): Expression {
  const parts = childrenOf(node)
  const intro = parts.find(({ type }) => type === 'for_intro')
  const condition = parts.find(({ type }) => type === 'for_cond')
  const results = parts.filter(({ type }) => type === 'expression').map(toExpression)
  const names = intro === undefined ? [] : childrenOf(intro).filter(({ type }) => type === 'identifier')
  const over = intro === undefined ? undefined : childrenOf(intro).find(({ type }) => type === 'expression')
  const makes = node.type === 'for_object_expr' ? 'object' : 'list'
  const value = results.at(-1)
  const valueName = names.at(-1)?.text
  if (over === undefined || value === undefined || valueName === undefined) return { kind: 'other', text: node.text }
  const test = condition === undefined ? undefined : childrenOf(condition)[0]
  return {
    kind: 'for',
    makes,
    keyName: names.length > 1 ? (names[0]?.text ?? null) : null,
    valueName,
    over: toExpression(over),
    key: makes === 'object' ? (results[0] ?? null) : null,
    value,
    condition: test === undefined ? null : toExpression(test),
    groups: parts.some(({ type }) => type === 'ellipsis'),
  }
}

/** Operators are unnamed nodes between the terms. */
function toOperation(node: Node): Expression {
  const operands: Node[][] = [[]]
  let operator = ''
  for (const child of node.children) {
    if (child.type === 'comment') continue
    if (child.isNamed) operands.at(-1)?.push(child)
    else {
      operator = child.text
      operands.push([])
    }
  }
  return {
    kind: 'operation',
    operator,
    operands: operands.filter((terms) => terms.length > 0).map((terms) => termOf(terms, node)),
  }
}

function toSteps(node: Node): readonly Step[] {
  switch (node.type) {
    case 'get_attr':
      return [{ kind: 'attribute', name: childrenOf(node)[0]?.text ?? '' }]
    case 'index': {
      const [inner] = childrenOf(node)
      const [index] = inner === undefined ? [] : childrenOf(inner)
      // The old `list.0`.
      if (inner?.type === 'legacy_index' || index === undefined) {
        return [{ kind: 'index', index: { kind: 'literal', value: Number(node.text.replaceAll(/\D/g, '')) } }]
      }
      return [{ kind: 'index', index: toExpression(index) }]
    }
    case 'splat': {
      const [inner] = childrenOf(node)
      return [{ kind: 'splat' }, ...(inner === undefined ? [] : childrenOf(inner).flatMap(toSteps))]
    }
    default:
      return [{ kind: 'attribute', name: node.text }]
  }
}
