import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { AnsweredPatch } from '#test/harness/kube-proxy.ts'
import { query, type World } from './world.ts'

/** What was seen while the storm went on, from outside. */
export interface Recorder {
  /** For the proxy before the API server: reads along with every status that is written. */
  readonly onPatched: (patch: AnsweredPatch) => void
  /** Looks at the database every half second, until `signal` aborts. */
  watch(world: World, signal: AbortSignal): Promise<void>
  readonly statusWrites: () => number
  /** Statuses that were written though nothing had changed. */
  readonly idleWrites: readonly string[]
  /** Targets with more than one scan at once. */
  readonly crowded: ReadonlySet<string>
  /** How often the database could be looked at. */
  readonly looks: () => number
  /** What the last look saw. */
  readonly seen: () => Seen
}

export interface Seen {
  readonly running: number
  readonly pending: number
  readonly ended: number
  readonly openJobs: number
}

const LOOK_MS = 500

export function createRecorder(): Recorder {
  const idleWrites: string[] = []
  const crowded = new Set<string>()
  const statuses = new Map<string, unknown>()
  let statusWrites = 0
  let looks = 0
  let seen: Seen = { running: 0, pending: 0, ended: 0, openJobs: 0 }
  return {
    onPatched: (patch) => {
      if (!patch.path.startsWith('/apis/vedette.dev/') || !patch.path.endsWith('/status')) return
      // What was written by an answer that broke off is not known; the next one is compared with the one after it.
      const answered = patch.status === 200 ? parsed(patch.answer) : undefined
      if (answered === undefined) {
        if (patch.status === 200 || patch.status === 0) statuses.delete(patch.path)
        return
      }
      statusWrites++
      const { uid, resourceVersion } = answered.metadata
      const based = parsed(patch.sent)?.metadata?.resourceVersion
      const before = statuses.get(patch.path)
      const after = { uid, status: answered.status }
      if (based === resourceVersion || isDeepStrictEqual(before, after)) idleWrites.push(patch.path)
      statuses.set(patch.path, after)
    },
    watch: async (world, signal) => {
      while (!signal.aborted) {
        // Postgres may be away: then there is nothing to see.
        const look = await query<Seen & { readonly crowded: readonly string[] }>(world.parts.databaseUrl, LOOK).catch(
          () => [],
        )
        for (const { crowded: targets, ...counts } of look) {
          looks++
          seen = counts
          for (const target of targets) crowded.add(target)
        }
        // Both would grow for as long as the storm goes on.
        world.parts.aws.clearCalls()
        world.kube.forget()
        await wait(LOOK_MS, undefined, { signal }).catch(() => undefined)
      }
    },
    statusWrites: () => statusWrites,
    idleWrites,
    crowded,
    looks: () => looks,
    seen: () => seen,
  }
}

/** Targets with two scans that run, or two of which somebody holds a job just now. */
export const LOOK = `
  with crowded as (
    select target_id from scans where state = 'Running' group by 1 having count(*) > 1
    union
    select target_id from jobs where state = 'Leased' and lease_until > now() group by 1 having count(distinct scan_id) > 1
  )
  select count(*) filter (where state = 'Running')::int as running, count(*) filter (where state = 'Pending')::int as pending,
    count(*) filter (where state not in ('Running', 'Pending'))::int as ended,
    (select count(*) from jobs where state in ('Queued', 'Leased'))::int as "openJobs",
    array(select target_id::text from crowded) as crowded
  from scans`

interface Written {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string }
  readonly status?: unknown
}

function parsed(text: string): Written | undefined {
  // An object as the API server or our client writes it; or nothing, or a JSON patch, which names no version there.
  return text === '' ? undefined : (JSON.parse(text) as Written)
}
