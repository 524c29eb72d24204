import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * Runs `work` while no other process of this machine runs its own under the same lock file. The file names its holder's pid, so
 * the lock of a process that died is taken over. `onWait` is told the holder, once, when there is something to wait for.
 *
 * Two waiters that find a dead holder at the same instant may both get in: what runs under it must stay correct then
 * (here: temporary names and a rename), only doubly done.
 */
export async function withLock<T>(
  path: string,
  options: { readonly onWait?: (holder: number) => void; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  let told = false
  while (!(await acquired(path))) {
    const holder = Number(await readFile(path, 'utf8').catch(() => 'gone'))
    if (Number.isNaN(holder)) continue
    if (!isAlive(holder)) {
      await rm(path, { force: true })
      continue
    }
    if (!told) options.onWait?.(holder)
    told = true
    await wait(200, undefined, { signal: options.signal })
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

/** By a link, so that the file is never seen without the pid in it. */
async function acquired(path: string): Promise<boolean> {
  const mine = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  await writeFile(mine, String(process.pid))
  try {
    await link(mine, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(mine, { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
