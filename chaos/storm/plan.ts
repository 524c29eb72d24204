import { seededRandom } from '#test/harness/aws/faults.ts'

/** What happens in a storm, and how often beside the others. Those of one group never overlap. */
const KINDS = {
  'worker killed': { group: 'worker', weight: 3, seconds: [1, 8] },
  'worker paused': { group: 'worker', weight: 3, seconds: [3, 20] },
  'worker told to stop': { group: 'worker', weight: 2, seconds: [1, 5] },
  'workers scaled down to one': { group: 'worker', weight: 1, seconds: [10, 25] },
  'operator killed': { group: 'operator', weight: 2, seconds: [1, 8] },
  'operator paused': { group: 'operator', weight: 2, seconds: [3, 25] },
  'operator told to stop': { group: 'operator', weight: 1, seconds: [1, 5] },
  'Postgres connections reset': { group: 'postgres', weight: 3, seconds: [0, 0] },
  'Postgres frozen': { group: 'postgres', weight: 2, seconds: [1, 12] },
  'Postgres slow': { group: 'postgres', weight: 2, seconds: [2, 10] },
  'Postgres killed': { group: 'postgres', weight: 1, seconds: [1, 5] },
  'SQS fails': { group: 'sqs', weight: 2, seconds: [3, 15] },
  'SQS answers lost after their effect': { group: 'sqs', weight: 2, seconds: [3, 15] },
  'SQS hangs': { group: 'sqs', weight: 1, seconds: [2, 10] },
  'messages sent twice': { group: null, weight: 3, seconds: [0, 0] },
  'message that nobody understands': { group: null, weight: 1, seconds: [0, 0] },
  'queue purged': { group: null, weight: 1, seconds: [0, 0] },
  'AWS throttles': { group: 'aws', weight: 2, seconds: [3, 15] },
  'AWS fails': { group: 'aws', weight: 2, seconds: [3, 15] },
  'AWS answers cut': { group: 'aws', weight: 2, seconds: [3, 15] },
  'AWS denies': { group: 'aws', weight: 2, seconds: [5, 20] },
  'role refused': { group: 'aws', weight: 1, seconds: [5, 20] },
  'API server: 429': { group: 'kube', weight: 1, seconds: [1, 6] },
  'API server: 500': { group: 'kube', weight: 1, seconds: [1, 6] },
  'API server: connections reset': { group: 'kube', weight: 1, seconds: [1, 6] },
  'API server: no answer': { group: 'kube', weight: 1, seconds: [1, 6] },
  'API server: answers of writes lost': { group: 'kube', weight: 2, seconds: [1, 6] },
  'watches ended': { group: null, weight: 1, seconds: [0, 0] },
  'watches reset': { group: null, weight: 1, seconds: [0, 0] },
  'watches truncated': { group: null, weight: 1, seconds: [0, 0] },
  'watches expired': { group: null, weight: 1, seconds: [0, 0] },
  'account changed': { group: null, weight: 3, seconds: [0, 0] },
  'target edited': { group: null, weight: 10, seconds: [0, 0] },
  'target deleted, and made again': { group: null, weight: 5, seconds: [0, 20] },
  'scan-now': { group: null, weight: 8, seconds: [0, 0] },
  'ScanRequest made': { group: null, weight: 8, seconds: [0, 0] },
  'ScanRequest cancelled': { group: null, weight: 6, seconds: [0, 6] },
  'ScanRequest deleted': { group: null, weight: 2, seconds: [0, 6] },
  'schedule suspended': { group: null, weight: 1, seconds: [5, 40] },
} as const satisfies Record<
  string,
  {
    readonly group: string | null
    readonly weight: number
    readonly seconds: readonly [number, number]
  }
>

export type Kind = keyof typeof KINDS
// The keys of a constant.
export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[]

/** One thing that happens. */
export interface Planned {
  /** From the beginning of the storm. */
  readonly atMs: number
  readonly kind: Kind
  /** Until it is over; 0: it is over at once. */
  readonly forMs: number
  /** From 0 to 1: chooses whom it meets, and seeds what it draws. */
  readonly pick: number
}

/** At most this long between two things that happen, half of it on average. */
const GAP_MS = 2400
/** Nobody is ended or paused after this share of the storm: whoever lives then lives long enough for its memory to be judged. */
const PROCESSES_UNTIL = 2 / 3
const PROCESS_GROUPS: readonly (string | null)[] = ['worker', 'operator']
/** What begins is also over before the end. */
const LAST_MS = 1000

/** The storm of a seed: the same on every machine, in order of time. `kinds`: only these. */
export function planStorm(seed: number, minutes: number, kinds: readonly Kind[] = ALL_KINDS): readonly Planned[] {
  const random = seededRandom(seed)
  const endMs = minutes * 60_000
  const busyUntil = new Map<string, number>()
  const planned: Planned[] = []
  for (let atMs = 2000; atMs < endMs - LAST_MS; atMs += Math.ceil(random() * GAP_MS)) {
    // All three are drawn whether or not they are used, so that one storm resembles the next longer one.
    const [which, howLong, pick] = [random(), random(), random()]
    const free = kinds.filter((kind) => {
      const { group } = KINDS[kind]
      if (PROCESS_GROUPS.includes(group) && atMs > endMs * PROCESSES_UNTIL) return false
      return group === null || (busyUntil.get(group) ?? 0) <= atMs
    })
    const kind = weighted(free, which)
    if (kind === undefined) continue
    const { group, seconds } = KINDS[kind]
    const forMs = Math.round((seconds[0] + howLong * (seconds[1] - seconds[0])) * 1000)
    const cut = Math.min(forMs, endMs - LAST_MS - atMs)
    planned.push({ atMs, kind, forMs: cut, pick })
    if (group !== null) busyUntil.set(group, atMs + cut + 1000)
  }
  return planned
}

function weighted(kinds: readonly Kind[], draw: number): Kind | undefined {
  const total = kinds.reduce((sum, kind) => sum + KINDS[kind].weight, 0)
  let left = draw * total
  return kinds.find((kind) => (left -= KINDS[kind].weight) < 0)
}
