/** One element of a document, with where it stands in the text, so that a repair can cut and splice without reprinting. */
export interface Element {
  readonly name: string
  readonly children: readonly Element[]
  /** Text directly inside, entities decoded; empty for elements that have children. */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly innerStart: number
  readonly innerEnd: number
}

interface Draft {
  name: string
  children: Element[]
  start: number
  innerStart: number
}

const TOKEN = /<\?[^]*?\?>|<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<(\/?)([\w:.-]+)((?:"[^"]*"|'[^']*'|[^>"'])*?)(\/?)>/g

/**
 * Reads the XML that AWS and moto write: no DTDs, no mixed content, prefixes kept in names.
 *
 * @throws Error when tags do not match, naming the tag.
 */
export function parseXml(xml: string): Element {
  const stack: Draft[] = [{ name: '', children: [], start: 0, innerStart: 0 }]
  for (const match of xml.matchAll(TOKEN)) {
    const [token, closing, name, , selfClosing] = match
    if (name === undefined) continue
    const { index } = match
    const after = index + token.length
    const parent = stack.at(-1)
    if (parent === undefined) throw new Error(`XML goes on after its end, at <${name}>`)
    if (selfClosing === '/') {
      parent.children.push({
        name,
        children: [],
        text: '',
        start: index,
        end: after,
        innerStart: after,
        innerEnd: after,
      })
    } else if (closing === '') {
      stack.push({ name, children: [], start: index, innerStart: after })
    } else {
      if (parent.name !== name) throw new Error(`XML closes <${parent.name}> with </${name}>`)
      stack.pop()
      const text = parent.children.length > 0 ? '' : decode(xml.slice(parent.innerStart, index))
      stack.at(-1)?.children.push({ ...parent, text, end: after, innerEnd: index })
    }
  }
  const root = stack[0]?.children[0]
  if (root === undefined || stack.length > 1) throw new Error(`XML ends inside <${stack.at(-1)?.name}>`)
  return root
}

/** The first child of that name, at each step of the path. */
export function find(element: Element, ...path: readonly string[]): Element | undefined {
  let current: Element | undefined = element
  for (const name of path) current = current?.children.find((child) => child.name === name)
  return current
}

/** Every descendant of that name, in document order. */
export function findAll(element: Element, name: string): readonly Element[] {
  return element.children.flatMap((child) => (child.name === name ? [child] : findAll(child, name)))
}

/** The text at the path, or undefined when there is no such element. */
export function textAt(element: Element, ...path: readonly string[]): string | undefined {
  return find(element, ...path)?.text
}

export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The document with parts replaced. Splices must not overlap. */
export function splice(xml: string, splices: readonly Splice[]): string {
  let result = ''
  let from = 0
  for (const { start, end, text } of [...splices].sort((a, b) => a.start - b.start || a.end - b.end)) {
    result += xml.slice(from, start) + text
    from = end
  }
  return result + xml.slice(from)
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function decode(text: string): string {
  if (text.startsWith('<![CDATA[')) return text.slice(9, -3)
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}
