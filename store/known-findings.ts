import type { Sql } from '#platform/postgres/sql.ts'
import { inBatches } from './batches.ts'

const ROWS_PER_READ = 5000
const OPEN = 1
const SEEN = 2

interface Row {
  readonly key: string
  readonly content_hash: string
  readonly id: string
  readonly is_open: boolean
}

/**
 * The findings of a target as they were stored, small enough to hold all of them: 25 bytes each, in order of the first
 * 8 bytes of their fingerprint. So a result that says nothing new is told from one that does without asking the server,
 * and in the end it is known which ones nobody spoke of. (Two that share 8 bytes would be taken for one: among a million
 * findings of a target, once in 40 million times.)
 */
export class KnownFindings {
  #keys = new BigInt64Array(1024)
  #contents = new BigInt64Array(1024)
  #ids = new BigInt64Array(1024)
  #flags = new Uint8Array(1024)
  #count = 0

  /** Reads all findings of a target, resolved ones too, in a transaction. */
  static async read(tx: Sql, targetId: string): Promise<KnownFindings> {
    const known = new KnownFindings()
    const query = {
      text: `select ('x' || left(fingerprint, 16))::bit(64)::bigint as key, content_hash, id, state = 'open' as is_open
             from findings where target_id = $1 order by 1`,
      values: [targetId],
      rows: ROWS_PER_READ,
    }
    for await (const rows of inBatches<Row>(tx, query)) for (const row of rows) known.#append(row)
    return known
  }

  /** Takes note of a result, whatever its verdict: what it is about may not be resolved. */
  see(fingerprint: string): void {
    const at = this.#find(fingerprint)
    if (at !== undefined) this.#flags[at] = (this.#flags[at] ?? 0) | SEEN
  }

  /** Whether a finding is open already and says the very same. */
  isSame(fingerprint: string, contentHash: bigint): boolean {
    const at = this.#find(fingerprint)
    return at !== undefined && ((this.#flags[at] ?? 0) & OPEN) !== 0 && this.#contents[at] === contentHash
  }

  /** Ids of the open findings that no result was about. */
  unseen(): readonly string[] {
    const ids: string[] = []
    for (let at = 0; at < this.#count; at++) if (this.#flags[at] === OPEN) ids.push(String(this.#ids[at]))
    return ids
  }

  #append(row: Row): void {
    if (this.#count === this.#keys.length) {
      this.#keys = grown(this.#keys)
      this.#contents = grown(this.#contents)
      this.#ids = grown(this.#ids)
      const flags = new Uint8Array(this.#count * 2)
      flags.set(this.#flags)
      this.#flags = flags
    }
    const at = this.#count++
    this.#keys[at] = BigInt(row.key)
    this.#contents[at] = BigInt(row.content_hash)
    this.#ids[at] = BigInt(row.id)
    this.#flags[at] = row.is_open ? OPEN : 0
  }

  #find(fingerprint: string): number | undefined {
    const key = BigInt.asIntN(64, BigInt(`0x${fingerprint.slice(0, 16)}`))
    let low = 0
    let high = this.#count - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const found = this.#keys[middle] ?? 0n
      if (found === key) return middle
      if (found < key) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }
}

function grown(from: BigInt64Array<ArrayBuffer>): BigInt64Array<ArrayBuffer> {
  const larger = new BigInt64Array(from.length * 2)
  larger.set(from)
  return larger
}
