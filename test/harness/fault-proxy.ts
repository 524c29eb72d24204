import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** A TCP proxy on loopback whose network can be broken at will. TLS passes through unopened. */
export interface FaultProxy {
  readonly port: number
  /** The same address through the proxy: host and port exchanged, all else kept. */
  through(url: string): string
  /** Connections now open, those that are frozen included. */
  connections(): number
  /** New connections are refused; those that are open live on. */
  refuse(): Promise<void>
  /** Sends RST to both ends of every open connection; new ones work. */
  reset(): void
  /** Half-open: connections stay, new ones are accepted, and not a byte nor a FIN passes, as when a cable is pulled. */
  freeze(): void
  /** Every piece of data waits `ms` before it is passed on, in both directions; 0 for no delay. */
  delay(ms: number): void
  /** Ends all faults: listens, and passes on what was held back. */
  heal(): Promise<void>
  stop(): Promise<void>
}

interface Network {
  delayMs: number
  /** Pending while the network is frozen. */
  passable: Promise<void>
}

/** Starts a proxy to `target`, the address of a TCP server as a URL (`https://127.0.0.1:6443`, `postgres://…`). */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port: targetPort } = new URL(target)
  const network: Network = { delayMs: 0, passable: Promise.resolve() }
  const sockets = new Set<Socket>()
  const clients = new Set<Socket>()
  let thaw: (() => void) | undefined

  const track = (socket: Socket): void => {
    sockets.add(socket)
    socket.setNoDelay(true)
    // What broke is told to the other end by `pump`.
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  }
  const serve = async (client: Socket): Promise<void> => {
    track(client)
    clients.add(client)
    client.once('close', () => clients.delete(client))
    await network.passable
    const upstream = connect({ host: hostname, port: Number(targetPort), allowHalfOpen: true })
    track(upstream)
    await Promise.all([pump(client, upstream, network), pump(upstream, client, network)])
  }
  const listen = async (port: number): Promise<Server> => {
    const server = createServer({ allowHalfOpen: true }, (client) => void serve(client))
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  }
  let server: Server | undefined = await listen(0)
  const { port } = server.address() as AddressInfo // it listens on TCP
  const destroyAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const unfreeze = (): void => {
    thaw?.()
    thaw = undefined
    network.passable = Promise.resolve()
  }
  const refuse = async (): Promise<void> => {
    // Not awaited: `close` calls back only when the last connection has gone.
    server?.close()
    server = undefined
  }

  return {
    port,
    through: (url) => {
      const address = new URL(url)
      address.host = `127.0.0.1:${port}`
      return url.endsWith('/') ? address.href : address.href.replace(/\/$/, '')
    },
    connections: () => clients.size,
    refuse,
    reset: destroyAll,
    freeze: () => {
      // A second promise would leave those who wait for the first one waiting for ever.
      if (thaw === undefined) network.passable = new Promise((resolve) => (thaw = resolve))
    },
    delay: (ms) => {
      network.delayMs = ms
    },
    heal: async () => {
      network.delayMs = 0
      unfreeze()
      server ??= await listen(port)
    },
    stop: async () => {
      await refuse()
      destroyAll()
      unfreeze()
    },
  }
}

/** Passes on data, the end and a break from one socket to the other, as far as the network lets it. */
async function pump(from: Socket, to: Socket, network: Network): Promise<void> {
  try {
    for await (const chunk of from) {
      if (network.delayMs > 0) await wait(network.delayMs)
      await network.passable
      if (to.destroyed) break
      if (!to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')])
    }
    await network.passable
    to.end()
  } catch {
    await network.passable
    to.resetAndDestroy()
  }
}
