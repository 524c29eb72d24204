import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'

let echo: Server
let proxy: FaultProxy
beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const { port } = echo.address() as AddressInfo // it listens on TCP
  proxy = await startFaultProxy(`tcp://127.0.0.1:${port}`)
})
afterEach(async () => {
  await proxy.stop()
  echo.close()
})

test('it passes data and the end on', async () => {
  const socket = await open()
  expect(await say(socket, 'hello')).toBe('hello')
  expect(proxy.connections()).toBe(1)
  socket.end()
  await once(socket, 'close')
  await vi.waitFor(() => expect(proxy.connections()).toBe(0))
})

test('refuse turns new connections away and keeps the old; heal listens on the same port', async () => {
  const old = await open()
  await say(old, 'before')
  await proxy.refuse()
  await expect(open()).rejects.toThrow('ECONNREFUSED')
  expect(await say(old, 'still here')).toBe('still here')
  await proxy.heal()
  expect(await say(await open(), 'back')).toBe('back')
})

test('reset breaks open connections at both ends and serves new ones', async () => {
  const [socket, [served]] = await Promise.all([open(), once(echo, 'connection') as Promise<[Socket]>]) // net.Server's event
  await say(socket, 'before')
  const broken = Promise.all([once(socket, 'error'), once(served, 'error')])
  proxy.reset()
  expect((await broken).flat()).toMatchObject([{ code: 'ECONNRESET' }, { code: 'ECONNRESET' }])
  expect(await say(await open(), 'again')).toBe('again')
})

test('freeze keeps connections, passes nothing, not even the end; heal lets what was held through', async () => {
  const old = await open()
  await say(old, 'before')
  proxy.freeze()
  const fresh = await open()
  const answers = Promise.all([say(old, 'held'), say(fresh, 'held too')])
  expect(await Promise.race([answers, wait(200, 'nothing')])).toBe('nothing')
  expect(old.destroyed).toBe(false)
  await proxy.heal()
  expect(await answers).toEqual(['held', 'held too'])
})

test('freeze hides from a client that the server has gone', async () => {
  const [socket, [served]] = await Promise.all([open(), once(echo, 'connection') as Promise<[Socket]>]) // net.Server's event
  await say(socket, 'before')
  proxy.freeze()
  const closed = once(socket, 'end').then(() => 'told')
  served.end()
  expect(await Promise.race([closed, wait(200, 'not told')])).toBe('not told')
  await proxy.heal()
  expect(await closed).toBe('told')
})

test('delay holds every piece back in both directions', async () => {
  const socket = await open()
  proxy.delay(150)
  const asked = performance.now()
  await say(socket, 'slow')
  expect(performance.now() - asked).toBeGreaterThanOrEqual(290)
})

test('through exchanges host and port and keeps the rest', () => {
  const { port } = proxy
  expect(proxy.through('postgres://u:p@db:5432/x?a=1')).toBe(`postgres://u:p@127.0.0.1:${port}/x?a=1`)
  expect(proxy.through('https://127.0.0.1:6443')).toBe(`https://127.0.0.1:${port}`)
})

async function open(): Promise<Socket> {
  const socket = connect({ port: proxy.port, host: '127.0.0.1' })
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  return socket
}

async function say(socket: Socket, words: string): Promise<string> {
  socket.write(words)
  const [answer] = await once(socket, 'data')
  return String(answer)
}
