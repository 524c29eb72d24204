import type { Client } from 'pg'
import type { Parts, Processes } from './parts.ts'
import { FORGOTTEN_ACTION, PROD } from './seed.ts'
import type { CoverageRow, FindingRow } from './report.ts'

export interface Shown {
  readonly parts: Parts
  readonly database: Client
  readonly processes: Processes
  readonly findings: readonly FindingRow[]
  readonly gaps: readonly CoverageRow[]
}

/** Holds what the demo showed against what was seeded. Returns what is not so; empty when all of it is. */
export async function verify(shown: Shown): Promise<readonly string[]> {
  const { parts, findings, gaps, processes } = shown
  const faults: string[] = []
  const expect = (holds: boolean, otherwise: string): void => void (holds || faults.push(otherwise))
  const has = (check: string, name: string): boolean =>
    findings.some((finding) => finding.check_id === check && finding.name === name)

  expect(has('s3-bucket-public', `vedette-${PROD}-assets`), 'the public bucket is not among the worst findings')
  expect(
    has('ec2-sg-open-all-ports', 'debug'),
    'the security group "debug", open to everybody, is not among the worst findings',
  )

  const [dev, prod] = gaps
  expect(
    prod?.coverage === 100 && prod.gaps.length === 0,
    `payments-prod should be covered by 100 %, not ${prod?.coverage} %`,
  )
  expect(
    dev !== undefined && dev.coverage < 100,
    'payments-dev denies an action, and its coverage should be below 100 %',
  )
  expect(
    dev?.gaps.some(({ action }) => action === FORGOTTEN_ACTION) === true,
    'the gap of payments-dev should name the action that its role forgets',
  )

  for (const target of ['payments-prod', 'payments-dev']) {
    const { stdout } = await parts.cluster.kubectl(['get', 'scantarget', target, '-n', 'cloud-security', '-o', 'json'])
    const { status } = JSON.parse(stdout)
    const open = await openFindings(shown.database, target)
    for (const [severity, count] of Object.entries(open)) {
      expect(
        status?.findings?.[severity] === count,
        `${target}: status says ${status?.findings?.[severity]} ${severity}, the database ${count}`,
      )
    }
    expect(JSON.stringify(status).length < 4096, `${target}: its status is larger than 4 KB`)
  }
  for (const url of processes.urls) {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      const answer = await fetch(`${url}${path}`)
      expect(answer.ok, `${url}${path} answered ${answer.status}`)
    }
  }
  return faults
}

async function openFindings(database: Client, target: string): Promise<Readonly<Record<string, number>>> {
  const { rows } = await database.query<{ severity: string; count: number }>(
    `select severity, count(*)::int as count from findings join targets on targets.id = target_id
     where state = 'open' and targets.name = $1 group by severity`,
    [target],
  )
  return {
    critical: 0,
    high: 0,
    medium: 0,
    low: 0,
    ...Object.fromEntries(rows.map(({ severity, count }) => [severity, count])),
  }
}
