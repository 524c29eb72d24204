import { readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import type { Exception } from '#core/exception.ts'
import type { Thresholds } from '#core/gate.ts'
import { suggestion } from '#core/nearest.ts'
import type { CheckSelection } from '#core/selection.ts'
import { ConfigSchema } from './config-schema.ts'
import { keysAt } from './schema-keys.ts'
import { wrongUse } from './stop.ts'
import { fileError } from './file-error.ts'

export const CONFIG_NAME = '.vedette.yaml'
const MOST_BYTES = 1024 * 1024

/** What a configuration file says; empty where there is none. */
export interface Config {
  /** As people know it, relative to where they are; null: there is none. */
  readonly name: string | null
  readonly checks: CheckSelection
  /** Null: it does not say. */
  readonly thresholds: { readonly [K in keyof Thresholds]: Thresholds[K] | null }
  readonly exceptions: readonly Exception[]
}

export const NO_CONFIG: Config = {
  name: null,
  checks: { include: null, exclude: [], minSeverity: null, parameters: [] },
  thresholds: { failOn: null, minCoverage: null, strict: null },
  exceptions: [],
}

/**
 * Reads `given`, or the nearest `.vedette.yaml` from `cwd` upwards; the search ends at the root of a repository. Throws
 * `Stop` (exit 2) that names every mistake with its line and what to write instead: nothing of a bad file is used.
 */
export async function loadConfig(given: string | null, cwd: string): Promise<Config> {
  const path = given === null ? await findConfig(cwd) : resolve(cwd, given)
  if (path === null) return NO_CONFIG
  const name = given ?? (relative(cwd, path) || CONFIG_NAME)
  const size = await stat(path).then(
    (found) => found.size,
    (error: unknown) => {
      throw wrongUse(`${name} cannot be read: ${fileError(error)}`)
    },
  )
  if (size > MOST_BYTES) throw wrongUse(`${name} is larger than a configuration can be (1 MiB)`)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw wrongUse(`${name} cannot be read: ${fileError(error)}`)
  })
  return parseConfig(text, name)
}

async function findConfig(cwd: string): Promise<string | null> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, CONFIG_NAME)
    if (await exists(path)) return path
    if ((await exists(join(folder, '.git'))) || dirname(folder) === folder) return null
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    // What is there and cannot be looked at is an answer for `loadConfig` to give.
    return !(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
  }
}

/** Reads the text of a configuration file. Throws like `loadConfig`. */
export function parseConfig(text: string, name: string): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const broken = [...document.errors, ...document.warnings]
  if (broken.length > 0) {
    throw refused(
      broken.map(({ message, pos }) => `${name}:${lines.linePos(pos[0]).line}: this is no YAML: ${message}`),
    )
  }
  const parsed = ConfigSchema.safeParse(toPlain(document, name) ?? {})
  if (!parsed.success) {
    const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, { document, lines }))
    throw refused(faults.toSorted((a, b) => a.line - b.line).map(({ line, says }) => `${name}:${line}: ${says}`))
  }
  const { checks = {}, thresholds = {}, exceptions = [] } = parsed.data
  const { failOn = null, minCoverage = null, strict = null } = thresholds
  return {
    name,
    checks: {
      include: checks.include ?? null,
      exclude: checks.exclude ?? [],
      minSeverity: checks.minSeverity ?? null,
      parameters: (checks.parameters ?? []).map(({ value, ...of }) => ({
        ...of,
        value: typeof value === 'string' ? value : JSON.stringify(value),
      })),
    },
    thresholds: { failOn, minCoverage, strict },
    exceptions: exceptions.map((exception, index) => ({
      ...exception,
      from: `${name}:${lineAt(['exceptions', index], { document, lines })}`,
    })),
  }
}

function toPlain(document: Document.Parsed, name: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw wrongUse(`${name}: ${messageOf(error)}`)
  }
}

interface Source {
  readonly document: Document.Parsed
  readonly lines: LineCounter
}

interface Fault {
  readonly line: number
  readonly says: string
}

/** A mistake as a person can act on it: the line, the path, what to write. */
function faultsOf(issue: z.core.$ZodIssue, source: Source): readonly Fault[] {
  const at = (path: readonly PropertyKey[], says: string): Fault => {
    const words = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
    return { line: lineAt(path, source), says: `${words === '' ? '' : `${words.replace(/^\./, '')}: `}${says}` }
  }
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(ConfigSchema, issue.path)
    return issue.keys.map((key) => {
      const near = suggestion(key, known)
      return at([...issue.path, key], `there is no such key${near === '' ? `; there are ${known.join(', ')}` : near}`)
    })
  }
  return [at(issue.path, saysOf(issue, source.document.getIn(issue.path)))]
}

const TAKES: Readonly<Record<string, string>> = { array: 'a list', object: 'keys with values', string: 'a text' }

function saysOf(issue: z.core.$ZodIssue, given: unknown): string {
  const isOwnMessage = !issue.message.startsWith('Invalid ')
  if (given === undefined) return isOwnMessage ? `is missing: ${issue.message}` : 'is missing'
  if (issue.code === 'invalid_value' && typeof given === 'string') {
    const words = issue.values.map(String)
    return `takes ${words.join(', ')}, not "${given}"${suggestion(given, words)}`
  }
  if (issue.code !== 'invalid_type' || isOwnMessage) return issue.message
  const takes = `takes ${TAKES[issue.expected] ?? issue.expected}`
  return typeof given === 'number' && issue.expected === 'string' ? `${takes}: put ${given} in quotes` : takes
}

/** The line on which a path stands, or the nearest thing above it. */
function lineAt(path: readonly PropertyKey[], { document, lines }: Source): number {
  for (let length = path.length; length > 0; length--) {
    const start = startOf(document, path.slice(0, length))
    if (start !== undefined) return lines.linePos(start).line
  }
  return 1
}

/** Where the key stands, or the member of a list. */
function startOf(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  const parent: unknown = document.getIn(path.slice(0, -1), true)
  const key = path.at(-1)
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key)
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
  }
  const node: unknown = document.getIn(path, true)
  return isNode(node) ? node.range?.[0] : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function refused(faults: readonly string[]) {
  return wrongUse(faults.join('\n'), 'docs/reference/vedette-yaml.md describes every key.')
}
