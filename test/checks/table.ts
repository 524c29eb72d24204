import { describe, expect, it } from 'vitest'
import type { Check } from '#core/check.ts'
import type { Verdict } from '#core/judge.ts'
import type { ResourceType } from '#core/resource.ts'
import { singleHidings, tryMask } from './masking.ts'
import { judgeIn, worldSchema, type World } from './world.ts'

/** What surrounds a resource in a table test; what is left out is the most permissive an account can be. */
export interface Around {
  readonly account?: unknown
  readonly region?: unknown
  /** What look-ups find, as stored data; `partial(…)` or `hidden()` for a listing that was not complete. */
  readonly others?: readonly (readonly [ResourceType, unknown])[]
  readonly params?: unknown
  readonly now?: Date
  readonly ownerId?: string
}

/** Expected verdict, the case in words, the resource's stored data, and what surrounds it. */
export type Row = readonly [verdict: Verdict, what: string, data: unknown, around?: Around]

const OPEN_ACCOUNT = {
  s3PublicAccessBlock: {
    blockPublicAcls: false,
    ignorePublicAcls: false,
    blockPublicPolicy: false,
    restrictPublicBuckets: false,
  },
}
const OPEN_REGION = { region: 'eu-west-1', ebsEncryptionByDefault: false, snapshotBlockPublicAccess: 'unblocked' }

/**
 * Tests a check by example: every row says what it should, and hiding anything in it leaves that verdict or makes it
 * unknown. A table shows pass, fail and unknown, and not_applicable; where a verdict cannot happen, `unreachable` says
 * why.
 */
export function table<T, P>(
  check: Check<T, P>,
  rows: readonly Row[],
  options: { readonly unreachable?: Partial<Record<Verdict, string>> } = {},
): void {
  const erased: Check = check
  describe(check.id, () => {
    for (const [verdict, what, data, around = {}] of rows) {
      it(`${verdict}: ${what}`, () => {
        const world = worldOf(erased, data, around)
        const judgement = judgeIn(erased, world, around)
        expect(judgement, JSON.stringify(judgement, null, 2)).toMatchObject({ verdict })
        if (verdict === 'fail') expect(judgement.evidence).not.toEqual([])
        if (verdict === 'unknown') expect(judgement.missing.flatMap(({ reasons }) => reasons)).not.toEqual([])

        const breaches = singleHidings(worldSchema(erased), world)
          .map((way) => tryMask(erased, world, way, around).breach)
          .filter((breach) => breach !== undefined)
        expect(breaches).toEqual([])
      })
    }

    it('shows each verdict that can be', () => {
      const { unreachable = {} } = options
      const shown = new Set(rows.map(([verdict]) => verdict))
      const expected = (['pass', 'fail', 'unknown', 'not_applicable'] as const).filter(
        (v) => unreachable[v] === undefined,
      )
      expect([...shown].sort()).toEqual([...expected].sort())
    })
  })
}

function worldOf(check: Check, data: unknown, around: Around): World {
  const { account = OPEN_ACCOUNT, region = OPEN_REGION, others = [] } = around
  const lookUps = Object.fromEntries(check.lookUps.map(({ type }): [string, unknown] => [type.type, []]))
  for (const [type, members] of others) {
    if (!(type.type in lookUps)) throw new Error(`${check.id} does not look up ${type.type}`)
    lookUps[type.type] = members
  }
  return { resource: data, account, region, ...lookUps }
}
