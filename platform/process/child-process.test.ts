import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { withFreePorts } from './free-ports.ts'
import { startProcess } from './child-process.ts'

const node = (code: string) => ({ name: 'a server', command: process.execPath, args: ['-e', code] })
const stayUp = 'setInterval(() => {}, 1000);'

test('is ready at the line that says so, and stop leaves no process', async () => {
  const server = await startProcess({ ...node(`${stayUp} console.log('listening')`), ready: { line: /^listening$/ } })
  expect(alive(server.pid)).toBe(true)
  expect(await server.stop()).toEqual({ code: null, signal: 'SIGTERM' })
  expect(alive(server.pid)).toBe(false)
})

test('is ready once its probe says so', async () => {
  const answers = [false, false, true]
  const server = await startProcess({ ...node(stayUp), ready: { probe: async () => answers.shift() ?? true } })
  expect(answers).toEqual([])
  await server.stop()
})

test('a process that ends before it is ready is an error with its last lines', async () => {
  const ended = startProcess({
    ...node(`console.error('no such flag'); process.exit(3)`),
    ready: { line: /listening/ },
  })
  await expect(ended).rejects.toThrow(/a server ended \(exit code 3\)[^]*no such flag/)
  const probed = startProcess({ ...node(`console.error('bad'); process.exit(4)`), ready: { probe: async () => false } })
  await expect(probed).rejects.toThrow(/exit code 4[^]*bad/)
})

test('a process that is not ready in time is an error with its last lines, and is stopped', async () => {
  const late = startProcess({
    ...node(`console.log('pid ' + process.pid); ${stayUp}`),
    ready: { line: /listening/ },
    readyWithinMs: 500,
  })
  const error = await late.then(() => 'it was ready', String)
  expect(error).toMatch(/in 500 ms, no line like \/listening\//)
  expect(alive(Number(/pid (\d+)/.exec(error)?.[1]))).toBe(false)
})

test('a start that is called off stops the process', async () => {
  const call = new AbortController()
  const starting = startProcess({
    ...node(`console.log('pid ' + process.pid); ${stayUp}`),
    ready: { line: /listening/ },
    signal: call.signal,
  })
  setTimeout(() => call.abort(), 300)
  await expect(starting).rejects.toThrow(/ended \(SIGKILL\)/)
})

test('a command that does not exist is named', async () => {
  const missing = startProcess({ name: 'a server', command: '/nowhere/server', args: [] })
  await expect(missing).rejects.toThrow(/a server could not be started \(\/nowhere\/server\)/)
})

test('a process that ignores the request to stop is killed after the grace', async () => {
  const code = `process.on('SIGTERM', () => console.log('no')); ${stayUp} console.log('up')`
  const server = await startProcess({ ...node(code), ready: { line: /up/ } })
  expect(await server.stop(200)).toEqual({ code: null, signal: 'SIGKILL' })
})

test('a child dies, and its folder goes, with a parent that is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-orphan-'))
  const started = join(folder, 'pid')
  const code = `
    import { writeFileSync } from 'node:fs'
    import { startProcess } from ${JSON.stringify(join(import.meta.dirname, 'child-process.ts'))}
    const child = await startProcess({ name: 'child', command: process.execPath, folder: ${JSON.stringify(folder)},
      args: ['-e', 'setInterval(() => {}, 1000); console.log("up")'], ready: { line: /up/ } })
    writeFileSync(${JSON.stringify(started)}, String(child.pid))`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const pid = await vi.waitFor(() => Number(readFileSync(started, 'utf8') || undefined), { timeout: 10_000 })
    expect(alive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await vi.waitFor(() => expect([alive(pid), existsSync(folder)]).toEqual([false, false]), { timeout: 10_000 })
  } finally {
    parent.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a port taken between the look and the start is exchanged for another', async () => {
  const tried: number[] = []
  await withFreePorts(1, async ([port = 0]) => {
    tried.push(port)
    if (tried.length === 1) {
      const thief = createServer().listen(port, '127.0.0.1')
      await once(thief, 'listening')
      try {
        await once(createServer().listen(port, '127.0.0.1'), 'listening')
      } finally {
        thief.close()
      }
    }
  })
  expect(new Set(tried).size).toBe(2)
})

test('output is kept in the log file too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-log-'))
  const logFile = join(folder, 'server.log')
  const server = await startProcess({ ...node(`console.log('one'); console.error('two')`), logFile })
  await server.exited
  expect(server.output().split('\n').sort()).toEqual(['one', 'two'])
  await vi.waitFor(() => expect(readFileSync(logFile, 'utf8').trim().split('\n').sort()).toEqual(['one', 'two']))
  rmSync(folder, { recursive: true })
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
