import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder, type TemporaryFolder } from '#platform/process/temporary-folder.ts'
import { binariesFolder, findBinaries, findKubectl } from './binaries.ts'
import { envtestVersion } from './versions.ts'

const unreachable = { index: 'http://127.0.0.1:9/index', archives: 'http://127.0.0.1:9' }
let folder: TemporaryFolder
let said: string[]
let site: Server | undefined
const say = (line: string): void => void said.push(line)
beforeEach(async () => {
  folder = await temporaryFolder('binaries')
  said = []
})
afterEach(async () => {
  site?.close()
  site = undefined
  await folder.remove()
})

test('KUBEBUILDER_ASSETS goes before the cache, the cache before a download; nothing is fetched then', async () => {
  const env = { XDG_CACHE_HOME: folder.path, KUBEBUILDER_ASSETS: join(folder.path, 'assets') }
  place(env.KUBEBUILDER_ASSETS, 'etcd')
  place(binariesFolder(env), 'etcd', 'kubectl')
  expect(await findBinaries(['etcd', 'kubectl'], { env, say, from: unreachable })).toEqual({
    etcd: join(folder.path, 'assets/etcd'),
    kubectl: join(binariesFolder(env), 'kubectl'),
  })
  expect(said).toEqual([])
})

test('an archive that can be reached is verified, unpacked and kept', async () => {
  const env = { XDG_CACHE_HOME: folder.path }
  const from = await publish({})
  const found = await findBinaries(['etcd', 'kube-apiserver'], { env, say, from })
  expect(readFileSync(found.etcd, 'utf8')).toBe('the etcd of the archive')
  expect(readdirSync(binariesFolder(env)).sort()).toEqual(['etcd', 'kube-apiserver', 'kubectl'])
  site?.close()
  expect(await findBinaries(['etcd', 'kube-apiserver'], { env, say, from: unreachable })).toEqual(found)
})

test('an archive that does not match its sum is never used', async () => {
  const env = { XDG_CACHE_HOME: folder.path }
  const from = await publish({ sum: '0'.repeat(128) })
  await expect(findBinaries(['etcd'], { env, say, from })).rejects.toThrow(/does not match its published SHA-512/)
  expect(existsSync(join(binariesFolder(env), 'etcd'))).toBe(false)
})

test('without Go the error says what it is needed for and what to do', async () => {
  const env = { XDG_CACHE_HOME: folder.path, PATH: '/nowhere' }
  const missing = findBinaries(['kube-apiserver'], { env, say, from: unreachable })
  await expect(missing).rejects.toThrow(
    /Go is not on PATH\. It is needed to build kube-apiserver: .*Install Go 1\.24 or newer/,
  )
  expect(said[0]).toMatch(/No official binaries .* cannot be reached/)
})

test('a Go that is too old is named with its version', async () => {
  const bin = join(folder.path, 'bin')
  script(bin, 'go', 'echo go1.23.4')
  const env = { XDG_CACHE_HOME: folder.path, PATH: `${bin}:/bin:/usr/bin` }
  const old = findBinaries(['etcd'], { env, say, from: unreachable })
  await expect(old).rejects.toThrow(/^Go 1\.23 is too old\. .*Go 1\.24 or newer/)
})

test('two runs at once build once; a failed build leaves nothing and is told with its output', async () => {
  const bin = join(folder.path, 'bin')
  const log = join(folder.path, 'builds')
  const build = `sleep 1; echo built >> ${log}; while [ "$1" != -o ]; do shift; done; echo binary > "$2"`
  script(bin, 'go', `if [ "$1" = env ]; then echo go1.26.0; else ${build}; fi`)
  const env = { XDG_CACHE_HOME: folder.path, PATH: `${bin}:/bin:/usr/bin` }
  const find = () => findBinaries(['etcd'], { env, say, from: unreachable })
  const [one, two] = await Promise.all([find(), find()])
  expect(one).toEqual(two)
  expect(readFileSync(log, 'utf8')).toBe('built\n')
  expect(said.some((line) => line.includes(`Process ${process.pid} is already building`))).toBe(true)
  expect(readdirSync(binariesFolder(env))).toEqual(['etcd'])

  script(bin, 'go', 'if [ "$1" = env ]; then echo go1.26.0; else echo no space left >&2; exit 1; fi')
  const failed = findBinaries(['kubectl'], { env, say, from: unreachable })
  await expect(failed).rejects.toThrow(/Building kubectl failed \(exit code 1\)\.\nno space left/)
  expect(readdirSync(binariesFolder(env))).toEqual(['etcd'])
})

test('the kubectl on PATH is used when it is recent enough, else ours', async () => {
  const bin = join(folder.path, 'bin')
  const env = { XDG_CACHE_HOME: folder.path, PATH: `${bin}:/bin` }
  place(binariesFolder(env), 'kubectl')
  const version = (minor: number) => script(bin, 'kubectl', `echo '{ "clientVersion": { "minor": "${minor}" } }'`)
  version(33)
  expect(await findKubectl({ env, say, from: unreachable })).toBe('kubectl')
  version(24)
  expect(await findKubectl({ env, say, from: unreachable })).toBe(join(binariesFolder(env), 'kubectl'))
})

function place(where: string, ...names: readonly string[]): void {
  mkdirSync(where, { recursive: true })
  for (const name of names) writeFileSync(join(where, name), '')
}

function script(where: string, name: string, body: string): void {
  mkdirSync(where, { recursive: true })
  writeFileSync(join(where, name), `#!/bin/sh\n${body}\n`)
  chmodSync(join(where, name), 0o755)
}

/** A site with an index and an archive like the official one. */
async function publish(published: { readonly sum?: string }): Promise<typeof unreachable> {
  const content = join(folder.path, 'site/controller-tools/envtest')
  mkdirSync(content, { recursive: true })
  for (const name of ['etcd', 'kube-apiserver', 'kubectl'])
    writeFileSync(join(content, name), `the ${name} of the archive`)
  const archive = execFileSync('tar', ['-czf', '-', '-C', join(folder.path, 'site'), 'controller-tools'])
  const file = `envtest-v${envtestVersion}-${platform()}-${arch() === 'x64' ? 'amd64' : arch()}.tar.gz`
  const sum = published.sum ?? createHash('sha512').update(archive).digest('hex')
  const index = `releases:\n  v${envtestVersion}:\n    ${file}:\n      hash: ${sum}\n      selfLink: https://example.com/${file}\n`
  site = createServer((request, response) => {
    if (request.url === '/index') response.end(index)
    else if (request.url === `/archives/envtest-v${envtestVersion}/${file}`) response.end(archive)
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  const { port } = site.address() as AddressInfo // it listens on TCP
  return { index: `http://127.0.0.1:${port}/index`, archives: `http://127.0.0.1:${port}/archives` }
}
