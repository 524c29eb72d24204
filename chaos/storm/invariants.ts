import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import type { ScanRequestObject } from '#operator/kinds.ts'
import { listTargets, query, type Watched, type World } from './world.ts'

/** Something that is to hold, and what is against it; nothing: it holds. */
export interface Invariant {
  readonly name: string
  readonly violations: readonly string[]
  /** What was looked at. */
  readonly over: string
}

/** Jobs, outbox rows, leases and messages of scans that have ended, and whatever else is left when nothing is under way. */
export async function nothingIsLeft(world: {
  readonly parts: Pick<World['parts'], 'databaseUrl' | 'queueUrl' | 'deadLetterQueueUrl'>
  readonly sqs: World['sqs']
}): Promise<Invariant> {
  const { parts } = world
  const rows = await query<{ what: string; count: number }>(
    parts.databaseUrl,
    `select 'scans that have not ended' as what, count(*)::int from scans where finished_at is null
     union all select 'ended scans with open jobs counted', count(*)::int from scans where open_jobs <> 0
     union all select 'jobs that have not ended', count(*)::int from jobs where state in ('Queued', 'Leased')
     union all select 'ended jobs with a lease', count(*)::int from jobs where state <> 'Leased' and lease_until is not null
     union all select 'outbox rows', count(*)::int from outbox
     union all select 'triggers without a scan that no schedule has', count(*)::int from scan_triggers
       where scan_id is null and kind <> 'schedule'
     union all select 'volatile values without a resource', count(*)::int from resource_volatile v
       where not exists (select from resources r where r.id = v.resource)`,
  )
  const left = rows.filter(({ count }) => count > 0).map(({ what, count }) => `${count} ${what}`)
  for (const [name, url] of [
    ['queue', parts.queueUrl],
    ['dead-letter queue', parts.deadLetterQueueUrl],
  ] as const) {
    const { Attributes = {} } = await world.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    )
    const states = ['', 'NotVisible', 'Delayed'] as const
    for (const state of states) {
      const count = Number(Attributes[`ApproximateNumberOfMessages${state}`] ?? 0)
      if (count > 0) left.push(`${count} messages on the ${name} (${state === '' ? 'Visible' : state})`)
    }
  }
  const [scans] = await query<{ count: number }>(parts.databaseUrl, 'select count(*)::int from scans')
  return { name: 'no orphan job, message or lease', violations: left, over: `${scans?.count ?? 0} scans` }
}

/** Only what we put there in the storm is dead. */
export async function onlyNonsenseIsDead(world: Pick<Watched, 'parts'>, planted: number): Promise<Invariant> {
  const letters = await query<{ body: string }>(world.parts.databaseUrl, 'select body from dead_letters')
  const ours = letters.filter(({ body }) => !body.startsWith('nobody understands'))
  const tooMany = letters.length > planted ? [`${letters.length} dead letters of ${planted} planted`] : []
  return {
    name: 'only nonsense is a dead letter',
    violations: [...tooMany, ...ours.map(({ body }) => body)],
    over: `${letters.length} dead letters`,
  }
}

/** What the objects say is what the database knows, and the last scan of every target was whole. */
export async function statusesTellTheTruth(world: {
  readonly parts: Pick<World['parts'], 'databaseUrl' | 'cluster'>
  readonly homes: World['homes']
}): Promise<Invariant> {
  const [targets, rows, requests] = await Promise.all([
    listTargets(world),
    query<{ uid: string; id: string; state: string; coverage: number; findings: object }>(
      world.parts.databaseUrl,
      `select distinct on (t.uid) t.uid, s.id, s.state, (s.summary->>'coveragePercent')::int as coverage,
         jsonb_build_object('critical', 0, 'high', 0, 'medium', 0, 'low', 0, 'excepted', 0) || coalesce(
           (select jsonb_object_agg(severity, n) from (select severity, count(*) as n from findings f
            where f.target_id = t.id and f.state = 'open' group by 1) c), '{}') as findings
       from targets t join scans s on s.target_id = t.id where t.deleted_at is null and s.finished_at is not null
       order by t.uid, s.finished_at desc`,
    ),
    world.parts.cluster.request('GET', '/apis/vedette.dev/v1alpha1/scanrequests'),
  ])
  const known = new Map(rows.map((row) => [row.uid, row]))
  const violations = targets.flatMap(({ metadata: { uid, namespace, name, generation }, status }) => {
    const row = known.get(uid)
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')
    const said = [
      status?.lastScan?.id,
      status?.lastScan?.result,
      status?.coveragePercent,
      sorted(status?.findings ?? {}),
    ]
    const truth = [row?.id, row?.state, row?.coverage, sorted(row?.findings ?? {})]
    const isWhole = row?.state === 'Succeeded' && ready?.status === 'True' && status?.observedGeneration === generation
    if (isWhole && JSON.stringify(said) === JSON.stringify(truth)) return []
    return [`${namespace}/${name} says ${JSON.stringify(status)}, the database ${JSON.stringify(truth)}`]
  })
  const { items } = requests.body as { readonly items: readonly ScanRequestObject[] } // a ScanRequestList
  const unfinished = items.filter(
    ({ status }) => status?.conditions?.find(({ type }) => type === 'Finished')?.status !== 'True',
  )
  if (targets.length !== world.homes.length) violations.push(`${targets.length} targets of ${world.homes.length}`)
  return {
    name: 'every status tells what the database knows',
    violations: [
      ...violations,
      ...unfinished.map(
        ({ metadata, status }) => `ScanRequest ${metadata.namespace}/${metadata.name}: ${JSON.stringify(status)}`,
      ),
    ],
    over: `${targets.length} targets, ${items.length} ScanRequests`,
  }
}

function sorted(counts: object): readonly (readonly [string, unknown])[] {
  return Object.entries(counts).sort(([a], [b]) => a.localeCompare(b))
}
