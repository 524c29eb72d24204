import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const OLDEST_PYTHON = 9

/** Something from PyPI that runs in a virtual environment of its own. */
export interface PythonKit {
  /** Of the package, and of its folder in the cache. */
  readonly name: string
  /** What it is to us, for people. */
  readonly what: string
  /** What pip installs, pinned. */
  readonly requirements: URL
  /** For people: "about half a minute". */
  readonly takes: string
}

export const MOTO: PythonKit = {
  name: 'moto',
  what: 'the AWS API of tests and demo',
  requirements: new URL('./aws/requirements.txt', import.meta.url),
  takes: 'about half a minute',
}

export interface VenvOptions {
  readonly env: NodeJS.ProcessEnv
  readonly log: (line: string) => void
  readonly signal: AbortSignal
}

/**
 * The Python that has a kit installed, as a path. The first call on a machine makes a virtual environment in the cache;
 * later ones cost one `stat`. Safe when several processes ask at once.
 *
 * @throws Error that names Python and what it is needed for, when it is missing, too old or lacks `venv`.
 */
export async function pythonWith(kit: PythonKit, options: VenvOptions): Promise<string> {
  const requirements = await readFile(kit.requirements)
  const hash = createHash('sha256').update(requirements).digest('hex').slice(0, 16)
  const cache = join(options.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'vedette', kit.name)
  const folder = join(cache, hash)
  const python = join(folder, 'bin', 'python')
  if (await exists(python)) return python

  await mkdir(cache, { recursive: true })
  await underLock(`${folder}.lock`, options.signal, async () => {
    if (await exists(python)) return
    await install(kit, folder, options)
  })
  return python
}

async function install(kit: PythonKit, folder: string, { env, log, signal }: VenvOptions): Promise<void> {
  const base = await findPython(kit, env, signal)
  const draft = `${folder}.${process.pid}`
  log(`Installing ${kit.name}, ${kit.what}, into ${folder} (once, ${kit.takes})`)
  try {
    await run(base, ['-m', 'venv', draft], { env, signal })
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--requirement',
      kit.requirements.pathname,
    ]
    await run(join(draft, 'bin', 'python'), pip, { env, signal, maxBuffer: 16 * 1024 * 1024 })
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw new Error(
      `Could not install ${kit.name} with ${base}. Check that pip reaches a package index, then try again.`,
      { cause: error },
    )
  }
}

async function findPython(kit: PythonKit, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const probe = 'import sys, venv, ensurepip; print(*sys.version_info[:2])'
  const seen: string[] = []
  for (const candidate of env['PYTHON'] === undefined ? ['python3', 'python'] : [env['PYTHON']]) {
    try {
      const { stdout } = await run(candidate, ['-c', probe], { env, signal })
      const [major = 0, minor = 0] = stdout.trim().split(' ').map(Number)
      if (major === 3 && minor >= OLDEST_PYTHON) return candidate
      seen.push(`${candidate} is ${major}.${minor}`)
    } catch (error) {
      signal.throwIfAborted()
      seen.push(`${candidate}: ${lastLine(error)}`)
    }
  }
  throw new Error(
    `Python 3.${OLDEST_PYTHON} or newer with its venv module is needed to run ${kit.name}, ${kit.what} ` +
      `(${seen.join('; ')}). Install python3 and python3-venv, or set PYTHON to the one to use.`,
  )
}

/** One process at a time; a lock whose owner has died is taken over. */
async function underLock(path: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!(await tryLock(path))) {
    await wait(200, undefined, { signal })
  }
  try {
    await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    await removeIfOrphan(path)
    return false
  }
}

async function removeIfOrphan(path: string): Promise<void> {
  const owner = Number(await readFile(path, 'utf8').catch(() => ''))
  // Empty: its owner is between creating and writing it, or the file is gone already.
  if (owner === 0) return
  try {
    process.kill(owner, 0)
  } catch (error) {
    if (hasCode(error, 'ESRCH')) await rm(path, { force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function lastLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? ''
}
