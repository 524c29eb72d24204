import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { temporaryFolder, type TemporaryFolder } from '../process/temporary-folder.ts'
import { openEmbeddedPostgres, type EmbeddedPostgres } from './embedded.ts'

const signal = new AbortController().signal
const isRoot = process.getuid?.() === 0
let folder: TemporaryFolder
let state: string
beforeEach(async () => {
  folder = await temporaryFolder('embedded-test')
  chmodSync(folder.path, 0o711)
  state = join(folder.path, 'state')
})
afterEach(() => folder.remove())

const open = async (where: string | null): Promise<EmbeddedPostgres> => {
  const opened = await openEmbeddedPostgres({ state: where, signal })
  if (opened.kind !== 'opened') throw new Error(opened.message)
  return opened.postgres
}
const refusal = async (where: string): Promise<string> => {
  const opened = await openEmbeddedPostgres({ state: where, signal })
  if (opened.kind === 'opened') {
    await opened.postgres.close()
    throw new Error('it was opened')
  }
  return opened.message
}
const rows = async (url: string, sql: string): Promise<readonly unknown[]> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

test('without a state folder nothing stays', async () => {
  const postgres = await open(null)
  expect(await rows(postgres.url, 'select 1 as x')).toEqual([{ x: 1 }])
  const [where] = await rows(postgres.url, 'show data_directory')
  const data = String((where as Record<string, unknown>)['data_directory'])
  expect(data.startsWith(tmpdir())).toBe(true)

  await postgres.close()

  expect([existsSync(dirname(dirname(data))), isAlive(postgres.pid)]).toEqual([false, false])
})

test('a state folder keeps what was written, is closed to others, and leaves nothing else behind', async () => {
  const first = await open(state)
  await rows(first.url, 'create table t as select 1 as x')
  const leftOver = join(state, 'postgres.new')
  await first.close()
  mkdirSync(leftOver)

  const second = await open(state)

  expect(await rows(second.url, 'select x from t')).toEqual([{ x: 1 }])
  expect(statSync(join(state, 'postgres')).mode & 0o077).toBe(0)
  await second.close()
  expect(readdirSync(state).filter((name) => name !== 'postgres.new')).toEqual(['postgres'])
})

test('a state folder has one user at a time; the others are told who it is', async () => {
  const first = await open(state)
  expect(await refusal(state)).toContain(`is in use by process ${process.pid} on `)
  await first.close()
  await (await open(state)).close()
})

test('a start that was cut short leaves nothing that the next one trips over', async () => {
  mkdirSync(join(state, 'postgres.new', 'data'), { recursive: true })
  writeFileSync(join(state, 'postgres.new', 'data', 'PG_VERSION'), '18\n')
  await (await open(state)).close()
})

test.each([
  ['a state folder', () => state],
  ['a temporary folder', () => null],
])('a process that is killed takes its server along, and %s is sound or gone afterwards', async (_, where) => {
  const told = join(folder.path, 'told')
  const code = `
    import { writeFileSync, renameSync } from 'node:fs'
    import pg from ${JSON.stringify(import.meta.resolve('pg'))}
    import { openEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))}
    const { postgres } = await openEmbeddedPostgres({ state: ${JSON.stringify(where())}, signal: new AbortController().signal })
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    await client.query('create table t as select 1 as x')
    const { rows: [at] } = await client.query('show data_directory')
    writeFileSync(${JSON.stringify(`${told}.part`)}, JSON.stringify({ pid: postgres.pid, data: at.data_directory }))
    renameSync(${JSON.stringify(`${told}.part`)}, ${JSON.stringify(told)})
    setInterval(() => undefined, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const { pid, data } = await vi.waitFor(
      () => JSON.parse(readFileSync(told, 'utf8')) as { readonly pid: number; readonly data: string },
      { timeout: 20_000 },
    )
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    if (where() === null) {
      await vi.waitFor(() => expect([isAlive(pid), existsSync(data)]).toEqual([false, false]), { timeout: 10_000 })
      return
    }
    // At once: the old server may still be on its way out.
    const postgres = await open(state)
    // Whoever adopted it takes note of its end, in its own time.
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 })
    expect(await rows(postgres.url, 'select x from t')).toEqual([{ x: 1 }])
    await postgres.close()
  } finally {
    parent.kill('SIGKILL')
  }
})

test('data of another major version of Postgres is told in a sentence, and left alone', async () => {
  await (await open(state)).close()
  const version = join(state, 'postgres', 'data', 'PG_VERSION')
  writeFileSync(version, '17\n')
  expect(await refusal(state)).toMatch(
    /state\/postgres was written by Postgres 17, and this version of Vedette brings Postgres 18, which cannot read it: scan with another state folder/,
  )
  expect(readFileSync(version, 'utf8')).toBe('17\n')
  // The lock was given back.
  expect(await refusal(state)).toContain('Postgres 17')
})

test('where only its owner may pass, an owner is at home, and root, who runs Postgres as somebody else, is told', async () => {
  const closed = join(folder.path, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const inside = join(closed, 'state')
  if (isRoot) expect(await refusal(inside)).toMatch(/refuses to run as root .* may not enter .*\/closed: choose/)
  else await (await open(inside)).close()
})

test('data of another user is told in a sentence', async () => {
  await (await open(state)).close()
  if (isRoot) chownSync(join(state, 'postgres', 'data'), 12_345, 12_345)
  else vi.spyOn(process, 'getuid').mockReturnValue(12_345)
  try {
    expect(await refusal(state)).toMatch(
      /belongs to the user with id \d+, and Postgres runs as the one with id \d+: scan as/,
    )
  } finally {
    vi.restoreAllMocks()
  }
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
