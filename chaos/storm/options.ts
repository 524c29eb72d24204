import { ALL_KINDS, type Kind } from './plan.ts'

export interface Options {
  readonly seed: number
  readonly minutes: number
  readonly targets: number
  /** Only these kinds happen. */
  readonly kinds: readonly Kind[]
  /** Print what would happen, and do nothing. */
  readonly isPlanOnly: boolean
}

/**
 * SEED (default: drawn), MINUTES (10), TARGETS (200, in twenties), KINDS (names in part, separated by commas: all),
 * PLAN=1. Throws on what it does not understand.
 */
export function readOptions(env: Readonly<Record<string, string | undefined>>): Options {
  const number = (name: string, otherwise: number, most: number): number => {
    const text = env[name] ?? ''
    const value = text === '' ? otherwise : Number(text)
    if (!(value > 0 && value <= most)) throw new Error(`${name} takes a number up to ${most}, not ${text}`)
    return value
  }
  const wanted = (env['KINDS'] ?? '').split(',').filter((part) => part !== '')
  const kinds = wanted.length === 0 ? ALL_KINDS : ALL_KINDS.filter((kind) => wanted.some((part) => kind.includes(part)))
  if (kinds.length === 0) throw new Error(`KINDS fits none of: ${ALL_KINDS.join(', ')}`)
  return {
    seed: number('SEED', 1 + Math.floor(Math.random() * 1_000_000), 2 ** 31),
    minutes: number('MINUTES', 10, 1440),
    targets: number('TARGETS', 200, 2000),
    kinds,
    isPlanOnly: env['PLAN'] === '1',
  }
}
