import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { startProcess } from '../process.ts'
import type { BinaryName, BuildOptions } from './build.ts'
import { envtestVersion } from './versions.ts'

/** What the archive holds; the controller manager is not part of it. */
export const archived = ['etcd', 'kube-apiserver', 'kubectl'] as const satisfies readonly BinaryName[]

/** Where the Kubernetes project publishes binaries for tests, and their sums (https://book.kubebuilder.io/reference/envtest). */
export const official = {
  index: 'https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml',
  archives: 'https://github.com/kubernetes-sigs/controller-tools/releases/download',
}

/**
 * Puts the official binaries into `folder` where their site can be reached: true. False, and said why, when it cannot be within
 * three seconds or has nothing for this platform. An archive that does not match its published SHA-512 is an error, never used.
 */
export async function downloadArchive(
  folder: string,
  options: Pick<BuildOptions, 'say' | 'signal'> & { readonly from?: typeof official },
): Promise<boolean> {
  const { say, from = official } = options
  const file = `envtest-v${envtestVersion}-${platform()}-${arch() === 'x64' ? 'amd64' : arch()}.tar.gz`
  const index = await get(from.index, 3_000, options.signal)
  if (index instanceof Error) return no(say, index.message)
  const expected = new RegExp(`${file.replaceAll('.', '\\.')}:\\s+hash: ([0-9a-f]{128})`).exec(index.toString())?.[1]
  if (expected === undefined) return no(say, `${from.index} does not list ${file}`)

  say(`Downloading ${file} (about 70 MB).`)
  const archive = await get(`${from.archives}/envtest-v${envtestVersion}/${file}`, 300_000, options.signal)
  if (archive instanceof Error) return no(say, archive.message)
  const found = createHash('sha512').update(archive).digest('hex')
  if (found !== expected) {
    throw new Error(
      `${file} does not match its published SHA-512: expected ${expected}, got ${found}. It was not used.`,
    )
  }
  await unpack(archive, folder)
  return true
}

function no(say: (line: string) => void, why: string): false {
  say(`No official binaries for the test control plane: ${why}.`)
  return false
}

async function get(url: string, withinMs: number, signal: AbortSignal | undefined): Promise<Buffer | Error> {
  try {
    const deadline = AbortSignal.timeout(withinMs)
    const response = await fetch(url, { signal: signal ? AbortSignal.any([deadline, signal]) : deadline })
    if (!response.ok) return new Error(`${url} answers ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  } catch (error) {
    signal?.throwIfAborted()
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return new Error(`${url} cannot be reached (${cause instanceof Error ? cause.message : 'unknown'})`)
  }
}

async function unpack(archive: Buffer, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const temporary = await mkdtemp(join(folder, '.archive-'))
  try {
    const file = join(temporary, 'archive.tar.gz')
    await writeFile(file, archive)
    const tar = await startProcess({ name: 'tar', command: 'tar', args: ['-xzf', file, '-C', temporary] })
    const { code } = await tar.exited
    if (code !== 0) throw new Error(`The archive could not be unpacked.\n${tar.output()}`)
    for (const name of archived) {
      const from = join(temporary, 'controller-tools/envtest', name)
      await chmod(from, 0o755)
      await rename(from, join(folder, name))
    }
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}
