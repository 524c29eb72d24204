import type { Check } from '#core/check.ts'
import { typesRead } from '#core/evaluation.ts'
import type { Scan } from '#core/scan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { openSnapshot } from '#store/snapshot.ts'
import type { FactsFile } from '#terraform/facts.ts'

const VERSION: FactsFile['version'] = 1
type AccountFacts = FactsFile['accounts'][number]

/**
 * What a scan found in accounts, for what a Terraform plan cannot see: the settings of the account, the resources that
 * its own belong to, and which types are known whole. In pieces that together are the JSON of a facts file. Memory: the
 * text.
 */
export class Facts {
  readonly #accounts: (readonly string[])[] = []
  readonly #checks: readonly Check[]

  /** `checks`: what they read is told. */
  constructor(checks: readonly Check[]) {
    this.#checks = checks
  }

  /** Adds an account by a scan of it that was judged. */
  async add(pool: Pool, { scan, signal }: { readonly scan: Scan; readonly signal: AbortSignal }): Promise<void> {
    const read = typesRead(this.#checks)
    await using stored = await openSnapshot(pool, { targetId: scan.targetId, scanId: scan.id, signal })
    // What this scan has listed: what an older one found may be long gone.
    const listed = (await stored.listings()).filter(({ type }) => read.has(type))
    const listings: AccountFacts['listings'] = listed
      .filter(({ complete }) => complete)
      .map(({ type, location }) => ({ type, location }))
    const types = [...new Set(listed.map(({ type }) => type))].sort()
    const pieces = [
      `{"accountId":${JSON.stringify(scan.spec.accountId)},"listings":${JSON.stringify(listings)},"resources":[`,
    ]
    let separator = ''
    for await (const batch of stored.stream(types)) {
      for (const { type, id, arn, name, location, data } of batch) {
        const resource = { type, id, arn, name, location, data } satisfies Omit<
          AccountFacts['resources'][number],
          'data'
        > & {
          readonly data: unknown
        }
        pieces.push(`${separator}\n${JSON.stringify(resource)}`)
        separator = ','
      }
    }
    this.#accounts.push([...pieces, ']}'])
  }

  *pieces(): Generator<string> {
    yield `{"version":${VERSION},"accounts":[`
    for (const [index, account] of this.#accounts.entries()) {
      if (index > 0) yield ','
      yield* account
    }
    yield ']}\n'
  }
}
