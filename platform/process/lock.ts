import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** A lock that is not touched for so long has no holder any more, whatever lives under its pid by now. */
const ABANDONED_MS = 15_000
const TOUCH_EVERY_MS = 5_000

export type TakenLock =
  | { readonly kind: 'taken'; release(): Promise<void> }
  /** Another process, perhaps of another machine that shares the folder. */
  | { readonly kind: 'held'; readonly pid: number; readonly host: string }

/**
 * Takes a lock file, or says who has it. The file names its holder, who touches it every 5 s: the lock of a process that
 * died is taken over, at once on its own machine, after 15 s on others (a container that was replaced).
 *
 * Two that find a dead holder at the same instant may both get it: what runs under it must notice that itself.
 */
export async function takeLock(path: string): Promise<TakenLock> {
  await mkdir(dirname(path), { recursive: true })
  for (;;) {
    if (await created(path)) return held(path)
    const holder = await readHolder(path)
    if (holder === undefined) continue
    if (holder.isAlive) return { kind: 'held', pid: holder.pid, host: holder.host }
    await rm(path, { force: true })
  }
}

/**
 * Runs `work` while no other process runs its own under the same lock file. `onWait` is told the holder, once, when
 * there is something to wait for.
 */
export async function withLock<T>(
  path: string,
  options: { readonly onWait?: (holder: number) => void; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  let told = false
  for (;;) {
    const lock = await takeLock(path)
    if (lock.kind === 'taken') {
      try {
        return await work()
      } finally {
        await lock.release()
      }
    }
    if (!told) options.onWait?.(lock.pid)
    told = true
    await wait(200, undefined, { signal: options.signal })
  }
}

function held(path: string): TakenLock {
  const touching = setInterval(() => {
    const now = new Date()
    // Whoever took it away meanwhile will be told apart by what runs under the lock.
    utimes(path, now, now).catch(() => undefined)
  }, TOUCH_EVERY_MS)
  touching.unref()
  return {
    kind: 'taken',
    release: async () => {
      clearInterval(touching)
      await rm(path, { force: true })
    },
  }
}

/** By a link, so that the file is never seen without its holder in it. */
async function created(path: string): Promise<boolean> {
  const mine = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  await writeFile(mine, `${process.pid} ${hostname()}\n`)
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

/** Undefined: it was given back meanwhile. */
async function readHolder(
  path: string,
): Promise<{ readonly pid: number; readonly host: string; readonly isAlive: boolean } | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    const [pid = '', host = ''] = text.trim().split(' ')
    const isFresh = Date.now() - mtimeMs < ABANDONED_MS
    const isAlive = isFresh && (host !== hostname() || isRunning(Number(pid)))
    return { pid: Number(pid), host, isAlive }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
