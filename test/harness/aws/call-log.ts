/** One call that reached the AWS API. */
export interface LoggedCall {
  /** ISO 8601. */
  readonly time: string
  /** The caller's account. */
  readonly account: string
  readonly region: string
  readonly service: string
  readonly operation: string
  /** The IAM action that allows it, such as `s3:ListAllMyBuckets`. */
  readonly action: string
  readonly status: number
  /** AWS's error code, when it was refused or failed; `reset` and the like for injected faults without an answer. */
  readonly error: string | undefined
  /** Role or user name; undefined for unknown callers. */
  readonly caller: string | undefined
  /** Bucket of an S3 call. */
  readonly bucket: string | undefined
  readonly durationMs: number
}

/** Every field given must be equal. */
export type CallFilter = Partial<
  Pick<LoggedCall, 'account' | 'region' | 'service' | 'operation' | 'action' | 'status' | 'error' | 'caller' | 'bucket'>
>

export interface CallLog {
  add(call: LoggedCall): void
  list(filter?: CallFilter): readonly LoggedCall[]
  /** How many of each `service:Operation`. */
  counts(filter?: CallFilter): Readonly<Record<string, number>>
  clear(): void
}

export function callLog(): CallLog {
  const calls: LoggedCall[] = []
  const list = (filter: CallFilter = {}): readonly LoggedCall[] => {
    // A filter's keys are keys of a logged call, by its type.
    const wanted = Object.entries(filter) as [keyof CallFilter, unknown][]
    return calls.filter((call) => wanted.every(([key, value]) => value === undefined || call[key] === value))
  }
  return {
    add: (call) => void calls.push(call),
    list,
    counts: (filter) => {
      const counts: Record<string, number> = {}
      for (const { service, operation } of list(filter)) {
        const name = `${service}:${operation}`
        counts[name] = (counts[name] ?? 0) + 1
      }
      return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)))
    },
    clear: () => void calls.splice(0),
  }
}
