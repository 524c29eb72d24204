import { execFile } from 'node:child_process'
import { open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStage, type Stage } from '../../bench/support/stage.ts'
import { temporaryFolder } from '#platform/process/temporary-folder.ts'
import { migrate } from '#store/migrate.ts'
import { never, silent, testPool } from '#test/builders/store.ts'
import { startPostgres } from '#test/harness/postgres.ts'
import { ended, eventually, furnish, request, watch } from '../support/accounts.ts'

// A Postgres whose disk (a small tmpfs, which takes root to mount) is filled in the middle of a scan, and has room again.

const run = promisify(execFile)
const stops: (() => Promise<unknown>)[] = []
let stage: Stage
let disk: string
let databaseUrl: string

beforeAll(async () => {
  stage = await startStage()
  stops.push(() => stage.stop())
  const folder = await temporaryFolder('small-disk')
  stops.push(() => folder.remove())
  disk = folder.path
  await run('mount', ['-t', 'tmpfs', '-o', 'size=150m,mode=1777', 'none', disk])
  stops.push(() => run('umount', ['-l', disk]))
  // Where the harness makes its folders, for this one server.
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = disk
  try {
    const server = await startPostgres({ settings: { max_wal_size: '48MB', min_wal_size: '32MB' } })
    stops.push(() => server.stop())
    databaseUrl = server.url
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
})
afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
})

/** Takes every free byte of the disk. */
async function fill(): Promise<void> {
  const file = await open(join(disk, 'ballast'), 'w')
  const chunk = Buffer.alloc(1 << 20)
  try {
    for (;;) await file.write(chunk)
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  } finally {
    await file.close()
  }
  expect((await statfs(disk)).bfree).toBe(0)
}

test('a full disk delays a scan: no job is failed for it, no attempt is counted, and it ends when there is room', async () => {
  const pool = testPool(databaseUrl, 6)
  stops.push(() => pool.end())
  await migrate(pool, { signal: never, log: silent })
  const target = await watch(pool, '111122223333')
  await furnish(stage.aws, target)
  const slow = stage.aws.faults.add({ service: 'ec2', operation: 'DescribeVpcs', fault: { kind: 'delay', ms: 1500 } })
  const worker = await stage.startWorker({
    environment: { VEDETTE_DATABASE_URL: databaseUrl, VEDETTE_JOB_LEASE_SECONDS: '30' },
  })
  const scans = await request(pool, [target])
  await eventually(async () => (slow.hits() > 0 ? true : undefined))
  await fill()
  await worker.line(/No space left on device|"DatabaseAway"|"53100"/)
  await rm(join(disk, 'ballast'))
  const [scan] = await ended(pool, scans, 120_000)
  const { rows } = await pool.query('select sum(lost_leases)::int as lost, sum(delays)::int as delays from jobs')
  console.log('disk full:', scan, rows)
  expect(scan).toMatchObject({ state: 'Succeeded', coveragePercent: 100 })
  expect(rows).toMatchObject([{ lost: 0 }])
  expect(worker.output()).not.toContain('a defect')
  expect(await worker.stop()).toEqual({ code: 0, signal: null })
})
