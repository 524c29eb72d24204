import { expect, test } from 'vitest'
import { vedette } from '#test/cli/vedette.ts'
import { ACCOUNT, ROLE, seed, useWorker } from './worker-fixture.ts'

const worker = useWorker()

test('a scan by hand finds what a worker finds, and sees as much', { timeout: 180_000 }, async () => {
  const { aws, pool, request, startWorker, ended, externalId } = worker.now
  await seed(worker.now)
  startWorker()
  const byWorker = await ended(await request())
  const { rows } = await pool.query<{ fingerprint: string; check: string; severity: string }>(
    `select fingerprint, check_id as check, severity from findings where state = 'open' order by fingerprint`,
  )

  const role = ['--role-arn', `arn:aws:iam::${ACCOUNT}:role/${ROLE}`, '--external-id', externalId]
  const byHand = await vedette(['scan', ...role, '-o', 'json', '--quiet'], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...aws.env() },
  })

  const report: {
    readonly coveragePercent: number
    readonly results: readonly { readonly fingerprint: string; readonly check: string; readonly severity: string }[]
  } = JSON.parse(byHand.stdout)
  const found = report.results
    .map(({ fingerprint, check, severity }) => ({ fingerprint, check, severity }))
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
  expect(rows.length).toBeGreaterThan(10)
  expect(found).toEqual(rows)
  expect(report.coveragePercent).toBe(byWorker.summary?.coveragePercent)
})
