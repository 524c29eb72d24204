import { isDeepStrictEqual } from 'node:util'
import { isRecord, member } from './json.ts'
import { writtenBlock, type Written } from './written.ts'

// Blocks of a plan have another order than those that are written (most of them are sets), so they are told by what is in them.

type Block = Readonly<Record<string, unknown>>

/**
 * What the files say of a block of a plan: what all those say of which nothing contradicts the plan. Undefined: there is
 * none such.
 */
export function writtenOf(files: readonly Block[], values: Block): Written | undefined {
  const [first, ...others] = files.filter((block) => !contradicts(block, values)).map(writtenBlock)
  if (first === undefined) return undefined
  return {
    valueOf: (name) => {
      const value = first.valueOf(name)
      return others.every((other) => isDeepStrictEqual(other.valueOf(name), value)) ? value : undefined
    },
  }
}

/**
 * The expressions of a block of a plan, where the configuration has as many blocks as the plan; undefined where it has
 * not, or none that fits. Of several that may be it, all expressions together.
 */
export function expressionsOf(configured: unknown, values: Block, count: number): Block | undefined {
  if (!Array.isArray(configured) || configured.length !== count) return undefined
  const fitting = configured.filter(isRecord).filter((block) => !contradicts(constantsOf(block), values))
  const [first, ...others] = fitting
  if (first === undefined || others.length === 0) return first
  const names = new Set(fitting.flatMap((block) => Object.keys(block)))
  return Object.fromEntries(
    [...names].map((name) => [name, fitting.map((block) => member(block, name)).filter((one) => one !== undefined)]),
  )
}

/** Whether a block that is written cannot be what the plan knows of a block. */
export function contradicts(written: Block, planned: Block): boolean {
  return Object.entries(written).some(([name, value]) => differs(value, member(planned, name)))
}

function differs(written: unknown, planned: unknown): boolean {
  if (isScalar(written) && isScalar(planned)) return asText(written) !== asText(planned)
  if (!Array.isArray(written) || !Array.isArray(planned) || planned.length === 0 || !planned.every(isScalar))
    return false
  const known = new Set(planned.map(asText))
  return written.some((one) => isScalar(one) && !known.has(asText(one)))
}

function constantsOf(expressions: Block): Block {
  return Object.fromEntries(
    Object.entries(expressions).map(([name, expression]) => [name, member(expression, 'constant_value')]),
  )
}

type Scalar = string | number | boolean

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** Terraform takes "22" for 22, and providers take "TCP" for "tcp". */
function asText(value: Scalar): string {
  return String(value).toLowerCase()
}
