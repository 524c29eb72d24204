import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CHECKS } from '#checks/registry.ts'
import type { ReportResult } from '#core/report.ts'
import { createLogger } from '#platform/log/logger.ts'
import { openEmbeddedPostgres } from '#platform/postgres/embedded.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import { describeWhy, identifyResource } from '#reports/describe-result.ts'
import { RESOURCE_TYPES } from '#resources/registry.ts'
import { newestJudgedScans } from '#store/judged-scans.ts'
import { readScan } from '#store/scans.ts'
import type { Io } from '../command.ts'
import { judgeAccount } from '../scan/judged-account.ts'
import { notEvaluated } from '../stop.ts'
import type { Explained } from './report-file.ts'

/**
 * What the last scan of each account in a state folder found, judged again from what it stored, passes and unknowns
 * included. Asks AWS nothing. Throws `Stop` (exit 3) for a folder that holds no scan, or that another process uses.
 */
export async function readStateFolder(state: string, io: Io): Promise<readonly Explained[]> {
  const folder = resolve(io.cwd, state)
  // Opening it would make a new one.
  const isThere = await access(join(folder, 'postgres')).then(
    () => true,
    () => false,
  )
  if (!isThere) throw notEvaluated(`${state} is no state folder`, { hint: 'vedette scan --state DIR makes one.' })
  const opened = await openEmbeddedPostgres({ state: folder, signal: io.signal })
  if (opened.kind === 'refused') throw notEvaluated(opened.message)
  const log = createLogger({
    process: 'vedette',
    level: 'error',
    destination: { write: (line) => void io.stderr.write(line) },
  })
  const pool = createPool({ connectionString: opened.postgres.url, applicationName: 'vedette', max: 4, log })
  try {
    const results = await judgedIn({ pool, clock: io.clock, log, catalogue: CHECKS, types: RESOURCE_TYPES }, io.signal)
    if (results.length === 0) throw notEvaluated(`${state} holds no scan that was judged`)
    return results.map(explained)
  } finally {
    await pool.end()
    await opened.postgres.close()
  }
}

async function judgedIn(
  deps: Parameters<typeof judgeAccount>[0] & { readonly pool: Pool },
  signal: AbortSignal,
): Promise<readonly ReportResult[]> {
  const all: ReportResult[] = []
  for (const scanId of await newestJudgedScans(deps.pool)) {
    const scan = await readScan(deps.pool, scanId)
    if (scan === undefined) continue
    const { results } = await judgeAccount(deps, { scan, results: 'all', signal })
    for (const result of results) all.push(result)
  }
  return all
}

function explained(result: ReportResult): Explained {
  const { resource, evidence } = result
  const why = describeWhy(result)
  return {
    check: result.checkId,
    status: result.verdict,
    severity: result.severity,
    account: result.accountId,
    region: result.location,
    resourceType: resource?.type ?? null,
    resource: identifyResource(result),
    name: resource?.name ?? null,
    arn: resource?.arn ?? null,
    address: resource?.address ?? null,
    // What a field holds came out of JSON; what was not set has no place there.
    evidence: evidence.map(({ field, value, basis }) => ({ field, basis, value: (value ?? null) as JsonValue })),
    reason: why === '' ? null : why,
    source: result.source,
    fingerprint: result.fingerprint,
    history: result.history,
    accepted: null,
  }
}

type JsonValue = Explained['evidence'][number]['value']
