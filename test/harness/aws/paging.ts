import { z } from 'zod'
import type { Answer, Refusal } from './answer.ts'
import type { Call } from './call.ts'
import { withParams } from './call.ts'
import { find, parseXml, splice } from './xml.ts'
import type { Element, Splice } from './xml.ts'

/** A page as it was asked for. */
export interface Page {
  readonly from: number
  readonly size: number
}

interface Style {
  readonly sizeParam: string
  readonly tokenParam: string
  readonly smallest: number
  readonly badSize: string
  readonly badToken: string
  /** The lists to page through, one after the other. */
  readonly lists: (root: Element) => readonly Element[]
  /** Where the token goes, and what says that there is more. */
  readonly parent: (root: Element) => Element
  readonly stale: readonly string[]
  readonly more: (token: string) => string
  readonly done: string
}

const EC2: Style = {
  sizeParam: 'MaxResults',
  tokenParam: 'NextToken',
  smallest: 5,
  badSize: 'InvalidParameterValue',
  badToken: 'InvalidPaginationToken',
  lists: (root) => root.children.filter(isListOf('item')).slice(0, 1),
  parent: (root) => root,
  stale: ['nextToken'],
  more: (token) => `<nextToken>${token}</nextToken>`,
  done: '',
}

const IAM: Style = {
  sizeParam: 'MaxItems',
  tokenParam: 'Marker',
  smallest: 1,
  badSize: 'ValidationError',
  badToken: 'ValidationError',
  lists: (root) => resultOf(root).children.filter(isListOf('member')),
  parent: (root) => resultOf(root),
  stale: ['IsTruncated', 'Marker'],
  more: (token) => `<IsTruncated>true</IsTruncated><Marker>${token}</Marker>`,
  done: '<IsTruncated>false</IsTruncated>',
}

// AWS's default page where a caller names no size.
const IAM_DEFAULT = 100

/** Whether a call's answer comes in pages, and how; undefined for all others. */
function styleOf(call: Call): Style | undefined {
  if (call.service === 'ec2' && call.operation.startsWith('Describe')) return EC2
  if (call.service === 'ec2' && call.operation === 'GetManagedPrefixListEntries') return EC2
  if (call.service === 'iam' && (call.operation.startsWith('List') || IAM_PAGED.has(call.operation))) return IAM
  return undefined
}

const IAM_PAGED = new Set(['GetAccountAuthorizationDetails', 'GetGroup'])

/** The page a call asks for, a refusal when it asks wrongly, or undefined when its operation has no pages. */
export function pageOf(call: Call, limit: number): Page | { readonly refusal: Refusal } | undefined {
  const style = styleOf(call)
  if (style === undefined) return undefined
  const size = call.params.get(style.sizeParam)
  const token = call.params.get(style.tokenParam)
  if (size !== null && !(Number(size) >= style.smallest && Number(size) <= 1_000)) {
    const message = `Value ( ${size} ) for parameter ${style.sizeParam} is invalid. Expecting a value from ${style.smallest} to 1000.`
    return { refusal: { status: 400, code: style.badSize, message } }
  }
  const from = token === null ? 0 : readToken(token, call.operation)
  if (from === undefined) {
    return { refusal: { status: 400, code: style.badToken, message: 'The specified pagination token is not valid.' } }
  }
  const standard = call.service === 'iam' ? IAM_DEFAULT : Infinity
  return { from, size: Math.min(limit, size === null ? standard : Number(size)) }
}

/** The call that makes moto answer everything at once: it pages some operations its own way and most not at all. */
export function askForAll(call: Call): Call {
  const style = styleOf(call)
  if (style === undefined) return call
  return withParams(call, (params) => {
    params.delete(style.sizeParam)
    params.delete(style.tokenParam)
    if (call.service === 'iam') params.set('MaxItems', '1000')
    // moto pages these even when no size is asked for.
    if (call.operation === 'DescribeInstances' && !params.has('InstanceId.1')) params.set('MaxResults', '1000')
  })
}

/** Cuts one page out of a complete answer and says whether there is more, as AWS would. */
export function cutPage(call: Call, answer: Answer, page: Page): Answer {
  const style = styleOf(call)
  if (style === undefined || answer.status !== 200) return answer
  const xml = answer.body.toString()
  const root = parseXml(xml)
  const items = style.lists(root).flatMap((list) => list.children)
  const end = page.from + page.size
  const parent = style.parent(root)

  const splices: Splice[] = [...items.slice(0, page.from), ...items.slice(end)].map(removed)
  splices.push(...parent.children.filter(({ name }) => style.stale.includes(name)).map(removed))
  const trailer = end < items.length ? style.more(writeToken(end, call.operation)) : style.done
  splices.push({ start: parent.innerEnd, end: parent.innerEnd, text: trailer })
  return { ...answer, body: Buffer.from(splice(xml, splices)) }
}

function removed({ start, end }: Element): Splice {
  return { start, end, text: '' }
}

function isListOf(item: string): (element: Element) => boolean {
  return (element) => element.children.length > 0 && element.children.every(({ name }) => name === item)
}

function resultOf(root: Element): Element {
  return find(root, root.name.replace(/Response$/, 'Result')) ?? root
}

const Token = z.object({ operation: z.string(), from: z.number().int().positive() })

/** Opaque to callers, and good for one operation only. */
export function writeToken(from: number, operation: string): string {
  return Buffer.from(JSON.stringify({ operation, from })).toString('base64url')
}

export function readToken(token: string, operation: string): number | undefined {
  try {
    const parsed = Token.parse(JSON.parse(Buffer.from(token, 'base64url').toString()))
    return parsed.operation === operation ? parsed.from : undefined
  } catch {
    return undefined
  }
}
