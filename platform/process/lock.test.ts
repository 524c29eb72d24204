import { spawnSync } from 'node:child_process'
import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts'
import { takeLock, withLock } from './lock.ts'

let folder: TemporaryFolder
let path: string
beforeEach(async () => {
  folder = await temporaryFolder('lock')
  path = join(folder.path, 'new', '.lock')
})
afterEach(() => folder.remove())

test('one works at a time, the next when it is done, also after an error', async () => {
  let inside = 0
  const results = await Promise.allSettled(
    [1, 2, 3].map((n) =>
      withLock(path, {}, async () => {
        inside += 1
        await new Promise((resolve) => setImmediate(resolve))
        expect(inside).toBe(1)
        inside -= 1
        if (n === 2) throw new Error('failed')
        return n
      }),
    ),
  )
  expect(results.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(existsSync(path)).toBe(false)
})

test('who waits is told for whom, and may give up', async () => {
  let told: number | undefined
  const giveUp = new AbortController()
  await withLock(path, {}, async () => {
    const onWait = (holder: number): void => {
      told = holder
      giveUp.abort()
    }
    await expect(withLock(path, { onWait, signal: giveUp.signal }, async () => 'in')).rejects.toThrow('aborted')
  })
  expect(told).toBe(process.pid)
})

test('who does not wait is told who has it', async () => {
  const first = await takeLock(path)
  expect(await takeLock(path)).toEqual({ kind: 'held', pid: process.pid, host: hostname() })
  if (first.kind === 'taken') await first.release()
  expect(await takeLock(path)).toMatchObject({ kind: 'taken' })
})

test('the lock of a process that died is taken over at once', async () => {
  await withLock(path, {}, async () => undefined)
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(path, `${pid} ${hostname()}\n`)
  expect(await takeLock(path)).toMatchObject({ kind: 'taken' })
})

test('the lock of another machine is respected while it is touched, and no longer', async () => {
  await withLock(path, {}, async () => undefined)
  // No process of this machine has it; of the other one nobody here knows.
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(path, `${pid} elsewhere\n`)
  expect(await takeLock(path)).toEqual({ kind: 'held', pid, host: 'elsewhere' })
  abandon()
  expect(await takeLock(path)).toMatchObject({ kind: 'taken' })
})

test('a process that has the pid of a dead holder does not hold its lock', async () => {
  await withLock(path, {}, async () => undefined)
  writeFileSync(path, `${process.pid} ${hostname()}\n`)
  abandon()
  expect(await takeLock(path)).toMatchObject({ kind: 'taken' })
})

function abandon(): void {
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(path, longAgo, longAgo)
}
