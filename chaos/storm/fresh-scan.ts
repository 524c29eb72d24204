import { createQueues } from '../../demo/parts.ts'
import { CHECKS } from '#checks/registry.ts'
import { parseTargetSpec, resolveScan } from '#operator/scan-target/resolve.ts'
import { requestScan } from '#store/scans.ts'
import { ensureTarget } from '#store/targets.ts'
import { migratedPool } from '#test/e2e/operator-fixture.ts'
import { createDatabase } from '#test/harness/database.ts'
import { startFleet } from './fleet.ts'
import { listTargets, query, type World } from './world.ts'
import { setTimeout as wait } from 'node:timers/promises'

const never = new AbortController().signal
const WITHIN_MS = 10 * 60_000

/** What is known of an account under one spec; surrogate ids, times and scans left out. */
const KNOWN = `
  select t.namespace, t.name, 'finding' as what, concat_ws(' ', f.check_id, f.severity, f.type, f.resource_id, f.location, f.evidence) as line
  from findings f join targets t on t.id = f.target_id where f.state = 'open' and t.deleted_at is null
  union all
  select t.namespace, t.name, 'resource', concat_ws(' ', r.type, r.location, r.resource_id, r.content_hash)
  from resources r join targets t on t.id = r.target_id where r.gone_at is null and t.deleted_at is null
    and r.location = any(array['global'] || coalesce((select array(select jsonb_array_elements_text(s.spec->'regions'))
      from scans s where s.target_id = t.id and s.summary is not null order by s.finished_at desc limit 1), '{}'))
  union all
  select t.namespace, t.name, 'gap', concat_ws(' ', g.service, g.operation, g.location, g.type, g.resource_id, g.kind, g.action)
  from gaps g join targets t on t.id = g.target_id where t.deleted_at is null`

interface Known {
  readonly namespace: string
  readonly name: string
  readonly what: string
  readonly line: string
}

/**
 * What the storm has left in the database is what one worker finds that looks at the same accounts for the first time,
 * in a database and over a queue of its own. Returns each target that differs, and in what.
 */
export async function compareWithFreshScan(
  world: World,
  of: { readonly logFolder: string; readonly stops: (() => Promise<unknown>)[] },
): Promise<{ readonly compared: number; readonly differences: readonly string[] }> {
  const { parts, replay } = world
  const databaseUrl = await createDatabase(parts.postgres.url)
  const pool = await migratedPool(databaseUrl)
  of.stops.push(() => pool.end())
  const queues = await createQueues(parts.aws, 'fresh')

  // One scan for all targets of equal spec: the account does not know who watches it.
  const fresh = new Map<string, { readonly namespace: string; readonly name: string }>()
  const targets = await listTargets(world)
  for (const { metadata, spec } of targets) {
    const parsed = parseTargetSpec(spec)
    if (!parsed.ok) throw new Error(parsed.faults.join())
    const key = JSON.stringify(parsed.spec)
    if (fresh.has(key)) continue
    const twin = { namespace: `fresh-${fresh.size}`, name: metadata.name }
    const { partition, accountId } = parsed.spec
    const ids = { ...twin, namespaceUid: twin.namespace, uid: twin.namespace, partition, accountId, signal: never }
    const ensured = await ensureTarget(pool, ids)
    if (ensured.kind !== 'ok') throw new Error(ensured.kind)
    const resolved = resolveScan(parsed.spec, { catalogue: CHECKS, externalId: ensured.externalId })
    if (!resolved.ok) throw new Error(resolved.faults.join())
    const wish = { targetId: ensured.targetId, generation: 1, spec: resolved.spec, signal: never }
    await requestScan(pool, { ...wish, trigger: { kind: 'spec', generation: 1 } })
    fresh.set(key, twin)
  }

  const worker = await startFleet({
    parts: { aws: parts.aws, ...queues },
    logFolder: `${of.logFolder}/fresh`,
    operators: 0,
    workers: 1,
    databaseUrl,
    awsUrl: replay.url,
    kubeconfig: '',
  })
  of.stops.push(() => worker.stop())
  const end = performance.now() + WITHIN_MS
  for (;;) {
    const open = await query(databaseUrl, `select from scans where state in ('Pending', 'Running')`)
    if (open.length === 0) break
    if (performance.now() > end) throw new Error(`the fresh scan has not ended: ${open.length} scans are open`)
    await wait(500)
  }
  await worker.stop()

  const [stormed, anew] = [
    byTarget(await query<Known>(parts.databaseUrl, KNOWN)),
    byTarget(await query<Known>(databaseUrl, KNOWN)),
  ]
  const differences = targets.flatMap(({ metadata: { namespace = '', name }, spec }) => {
    const parsed = parseTargetSpec(spec)
    const twin = parsed.ok ? fresh.get(JSON.stringify(parsed.spec)) : undefined
    const has = stormed.get(`${namespace}/${name}`) ?? new Set<string>()
    const wanted = anew.get(`${twin?.namespace}/${twin?.name}`) ?? new Set<string>()
    const [more, less] = [[...has.difference(wanted)], [...wanted.difference(has)]]
    if (more.length + less.length === 0 && wanted.size > 0) return []
    return [
      `${namespace}/${name}: too much ${JSON.stringify(more)}, missing ${JSON.stringify(less)}, of ${wanted.size}`,
    ]
  })
  return { compared: targets.length, differences }
}

function byTarget(rows: readonly Known[]): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, Set<string>>()
  for (const { namespace, name, what, line } of rows) {
    const key = `${namespace}/${name}`
    known.set(key, (known.get(key) ?? new Set()).add(`${what} ${line}`))
  }
  return known
}
