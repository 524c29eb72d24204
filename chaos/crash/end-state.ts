import type { Stage } from './stage.ts'

/** Everything of a target that must not depend on what went wrong on the way, row by row, as lines that can be compared. */
export async function endState(stage: Stage, namespace: string): Promise<readonly string[]> {
  const lines: string[] = []
  for (const [table, text] of TABLES) {
    const { rows } = await stage.database.query<{ line: string }>(
      `select row_to_json(x)::text as line from (${text}) x`,
      [namespace],
    )
    lines.push(...rows.map(({ line }) => `${table} ${line}`).sort())
  }
  return [...lines, `status ${JSON.stringify(settledStatus(await readStatus(stage, namespace)))}`]
}

const SCAN = `(select count(*) from scans o where o.target_id = s.target_id and o.created_at <= s.created_at) as scan`
const OF = `from targets t join scans s on s.target_id = t.id`
// Without surrogate ids, epochs, attempts and times.
const TABLES: readonly (readonly [string, string])[] = [
  [
    'target',
    `select name, account_id, generation, last_scan_now, proven_generation, refusal from targets where namespace = $1`,
  ],
  ['scan', `select ${SCAN}, s.trigger_kind, s.state, s.reason, s.open_jobs, s.summary ${OF} where t.namespace = $1`],
  [
    'job',
    `select ${SCAN}, j.kind, j.location, j.state, j.reason ${OF} join jobs j on j.scan_id = s.id where t.namespace = $1`,
  ],
  [
    'listing',
    `select ${SCAN}, l.type, l.location, l.complete, l.resource_count, l.reasons ${OF} join listings l on l.scan_id = s.id where t.namespace = $1`,
  ],
  [
    'count',
    `select ${SCAN}, c.check_id, c.location, c.pass, c.fail, c.unknown, c.not_applicable ${OF} join check_counts c on c.scan_id = s.id where t.namespace = $1`,
  ],
  [
    'change',
    `select ${SCAN}, f.fingerprint, c.change, c.severity, c.reason ${OF} join finding_changes c on c.scan_id = s.id join findings f on f.id = c.finding_id where t.namespace = $1`,
  ],
  [
    'resource',
    `select type, location, resource_id, listed_at, arn, name, owner_id, tags, data, gone_at is null as is_there from resources where namespace = $1`,
  ],
  [
    'finding',
    `select fingerprint, check_id, severity, name, evidence, state, resolved_reason, reopened from findings where namespace = $1`,
  ],
  ['gap', `select source, operation, location, type, resource_id, kind, reason from gaps where namespace = $1`],
]

export interface SeenStatus {
  readonly observedGeneration?: number
  readonly conditions?: readonly {
    readonly type: string
    readonly status: string
    readonly reason: string
    readonly message: string
  }[]
  readonly lastHandledScanNow?: string
  readonly activeScan?: object
  readonly lastScan?: { readonly id: string; readonly result: string }
  readonly findings?: object
  readonly coveragePercent?: number
  readonly topGaps?: readonly object[]
}

export async function readStatus({ parts }: Stage, namespace: string): Promise<SeenStatus> {
  const { status, body } = await parts.cluster.request(
    'GET',
    `/apis/vedette.dev/v1alpha1/namespaces/${namespace}/scantargets/small`,
  )
  if (status !== 200) throw new Error(`the target answers ${status}`)
  return (body as { readonly status?: SeenStatus }).status ?? {} // a ScanTarget
}

function settledStatus({ conditions = [], lastScan, ...status }: SeenStatus): object {
  return {
    result: lastScan?.result,
    conditions: conditions.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
    observedGeneration: status.observedGeneration,
    lastHandledScanNow: status.lastHandledScanNow,
    activeScan: status.activeScan,
    findings: status.findings,
    coveragePercent: status.coveragePercent,
    topGaps: status.topGaps,
  }
}

/** What has to be empty, and is not yet. */
export async function leftOver(stage: Stage): Promise<string | undefined> {
  const { rows } = await stage.database.query<{ count: number }>('select count(*)::int as count from outbox')
  const depth = await stage.queueDepth()
  const rest = rows[0]?.count ?? 0
  return rest + depth === 0 ? undefined : `${rest} rows in the outbox, ${depth} messages on the queue`
}

/** Lines that only one of them has. */
export function difference(expected: readonly string[], seen: readonly string[]): readonly string[] {
  return [
    ...expected.filter((line) => !seen.includes(line)).map((line) => `- ${line}`),
    ...seen.filter((line) => !expected.includes(line)).map((line) => `+ ${line}`),
    ...(expected.length === seen.length ? [] : [`${expected.length} rows were expected, ${seen.length} are there`]),
  ]
}
