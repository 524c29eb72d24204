import { setTimeout as wait } from 'node:timers/promises'
import { heal, type Scene } from './faults.ts'
import { scanNow, suspendAll } from './people.ts'
import { listTargets, query } from './world.ts'

/** After the storm: everything is whole again and nobody touches anything. */
export interface Silence {
  /** From here on no fault acts. */
  readonly calmAt: number
  /** Until here scheduled times were to be started. */
  readonly silentAt: number
  /** What did not come to its end in time, one line each; empty: everything did. */
  readonly stuck: readonly string[]
}

const CALM_MS = 130_000
/** A message that was sent five times is sent again after 16 minutes; how fast the machine is does not count. */
const STUCK_MINUTES = 20

/**
 * Ends all faults; leaves the schedules on until two scheduled times have come in peace; then lets everything end, asks
 * for one more scan of every target, and waits for it and for what the statuses say.
 */
export async function fallSilent(scene: Scene, say: (line: string) => void): Promise<Silence> {
  const { world } = scene
  await heal(scene)
  await suspendAll(world, false)
  const calmAt = Date.now()
  say('silence: two scheduled times in peace')
  await wait(CALM_MS)
  const silentAt = Date.now()
  await suspendAll(world, true)
  say('silence: what is under way ends')
  const open = await untilNone(() => openScans(world.parts.databaseUrl))
  if (open.length > 0) return { calmAt, silentAt, stuck: open }

  say('silence: one more scan of every target')
  const token = 'silence'
  for (const home of world.homes) await scanNow(world, home, token)
  const unscanned = await untilNone(async () => {
    const targets = await listTargets(world)
    return targets
      .filter(({ status }) => status?.lastHandledScanNow !== token || status.activeScan !== undefined)
      .map(({ metadata: { namespace, name }, status }) => `${namespace}/${name}: ${JSON.stringify(status)}`)
  })
  return { calmAt, silentAt, stuck: unscanned }
}

async function openScans(databaseUrl: string): Promise<readonly string[]> {
  const rows = await query<{ line: string }>(
    databaseUrl,
    `select concat_ws(' ', s.namespace, t.name, s.id, s.state, s.trigger_kind, s.created_at, jsonb_agg(
        jsonb_build_array(j.kind, j.location, j.state, j.lease_until, j.lost_leases, j.delays, o.available_at, o.sent_at, o.sends))) as line
     from scans s join targets t on t.id = s.target_id left join jobs j on j.scan_id = s.id left join outbox o on o.job_id = j.id
     where s.state in ('Pending', 'Running') group by s.id, t.name order by s.created_at`,
  )
  return rows.map(({ line }) => line)
}

/** Looks every second until nothing is left. What it returns then is stuck: for minutes it has not become less. */
async function untilNone(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  let [least, since] = [Infinity, performance.now()]
  for (;;) {
    const left = await look()
    if (left.length < least) [least, since] = [left.length, performance.now()]
    if (left.length === 0 || performance.now() - since > STUCK_MINUTES * 60_000) return left
    await wait(1000)
  }
}
