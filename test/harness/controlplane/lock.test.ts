import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder, type TemporaryFolder } from '../folder.ts'
import { withLock } from './lock.ts'

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

test('the lock of a process that died is taken over', async () => {
  await withLock(path, {}, async () => undefined)
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(path, String(pid))
  expect(await withLock(path, {}, async () => 'in')).toBe('in')
})
