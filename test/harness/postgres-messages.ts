// Postgres' wire protocol, as far as a proxy has to understand it.
// https://www.postgresql.org/docs/current/protocol-message-formats.html

export interface Message {
  /** The byte that says what it is; empty for the first message of a connection, which has none. */
  readonly type: string
  readonly body: Buffer
  /** All of it, to be passed on. */
  readonly bytes: Buffer
}

/** Cuts a stream of bytes into messages. `hasType` is false as long as the connection is not started. */
export function messageReader(): (chunk: Buffer, hasType: () => boolean) => Generator<Message, void, void> {
  let rest: Buffer = Buffer.alloc(0)
  return function* read(chunk, hasType) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const from = hasType() ? 1 : 0
      if (rest.length < from + 4) return
      const end = from + rest.readInt32BE(from)
      if (rest.length < end) return
      const bytes = rest.subarray(0, end)
      rest = rest.subarray(end)
      yield { type: from === 0 ? '' : String.fromCharCode(bytes[0] ?? 0), body: bytes.subarray(from + 4), bytes }
    }
  }
}

/** The strings that a message begins with, each ended by a zero byte. */
export function strings(body: Buffer): readonly string[] {
  return body.toString('utf8').split('\0')
}

export type FirstMessage =
  | { readonly kind: 'startup'; readonly applicationName: string }
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel' }

const CANCEL_REQUEST = 80_877_102
const SSL_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104

/** What a connection is opened for. */
export function firstMessage(body: Buffer): FirstMessage {
  const code = body.readInt32BE(0)
  if (code === SSL_REQUEST || code === GSS_REQUEST) return { kind: 'encryption' }
  if (code === CANCEL_REQUEST) return { kind: 'cancel' }
  const fields = strings(body.subarray(4))
  const at = fields.findIndex((field, index) => index % 2 === 0 && field === 'application_name')
  return { kind: 'startup', applicationName: at < 0 ? '' : (fields[at + 1] ?? '') }
}

const WRITE =
  /\binsert\s+into\s+([\w.]+)|\bdelete\s+from\s+([\w.]+)|\bupdate\s+([\w.]+)(?:\s+(?!set\b)\w+)?\s+set\s+"?(\w+)|\bpg_notify\(/gi

/**
 * What a statement writes, without values: `insert jobs`, `update jobs.state` (the first column that is set), `delete
 * outbox`, `notify`. Empty for what only reads, and for temporary tables.
 */
export function writesOf(statement: string): readonly string[] {
  return [...statement.matchAll(WRITE)].flatMap(([, inserted, deleted, updated, column]) => {
    const table = inserted ?? deleted ?? updated
    if (table === undefined) return ['notify']
    if (table.startsWith('pg_temp.')) return []
    if (inserted !== undefined) return [`insert ${table}`]
    return [deleted === undefined ? `update ${table}.${column}` : `delete ${table}`]
  })
}
