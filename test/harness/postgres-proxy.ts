import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { firstMessage, messageReader, strings, writesOf, type Message } from './postgres-messages.ts'

/** What becomes durable by one message of a client: a commit, or a statement outside a transaction. */
export interface DatabaseEffect {
  readonly kind: 'commit' | 'statement'
  /** What it writes, without values, each once: `update jobs.state, delete outbox, notify`. */
  readonly template: string
  readonly applicationName: string
}

/**
 * What becomes of an effect: passed on; cut, the connection breaks before the server hears of it; cut after, the server
 * has done it and the connection breaks before the client hears of that.
 */
export type Verdict = 'pass' | 'cut' | 'cut-after'

/** A Postgres in front of a real one that sees what is written, and can hold it, cut it off or lose its answer. */
export interface PostgresProxy {
  /** The same database through the proxy. */
  through(url: string): string
  /**
   * Asks `decide` about every effect from here on; undefined: all pass. An effect is held until its promise settles; when
   * its client goes meanwhile, the server never hears of it.
   */
  intercept(decide: ((effect: DatabaseEffect) => Verdict | Promise<Verdict>) | undefined): void
  /** Tells `heard` every statement of a client, as it arrives, also those that write nothing. Undefined: nobody. */
  listen(heard: ((statement: string) => void) | undefined): void
  /** While true, notifications do not arrive. */
  dropNotifications(on: boolean): void
  /** Breaks every open connection; new ones work. */
  reset(): void
  connections(): number
  stop(): Promise<void>
}

interface Faults {
  decide: ((effect: DatabaseEffect) => Verdict | Promise<Verdict>) | undefined
  heard: ((statement: string) => void) | undefined
  dropsNotifications: boolean
}

/** Starts one in front of the server that `serverUrl` leads to, on loopback. Without encryption: it has to read along. */
export async function startPostgresProxy(serverUrl: string): Promise<PostgresProxy> {
  const { hostname, port: serverPort } = new URL(serverUrl)
  const faults: Faults = { decide: undefined, heard: undefined, dropsNotifications: false }
  const clients = new Set<Socket>()
  const server = createServer((client) => {
    clients.add(client)
    client.once('close', () => clients.delete(client))
    serve(client, connect({ host: hostname, port: Number(serverPort) }), faults)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  const reset = (): void => {
    for (const client of clients) client.resetAndDestroy()
  }
  return {
    through: (url) => {
      const address = new URL(url)
      address.host = `127.0.0.1:${port}`
      return address.href
    },
    intercept: (decide) => void (faults.decide = decide),
    listen: (heard) => void (faults.heard = heard),
    dropNotifications: (on) => void (faults.dropsNotifications = on),
    reset,
    connections: () => clients.size,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      reset()
      await closed
    },
  }
}

function serve(client: Socket, upstream: Socket, faults: Faults): void {
  const link = openLink(client, upstream)
  const fromClient = messageReader()
  const fromServer = messageReader()
  const conversation = converse(link, faults)
  let order = Promise.resolve()
  client.on('data', (chunk: Buffer) => {
    order = order.then(async () => {
      for (const message of fromClient(chunk, () => link.isStarted)) await conversation.fromClient(message)
    }, link.cut)
  })
  upstream.on('data', (chunk: Buffer) => {
    for (const message of fromServer(chunk, () => true)) conversation.fromServer(message)
  })
}

/** The two ends of a connection, and how far it has come. */
interface Link {
  readonly client: Socket
  readonly upstream: Socket
  isStarted: boolean
  /** Breaks it at both ends. */
  readonly cut: () => void
}

function openLink(client: Socket, upstream: Socket): Link {
  const cut = (): void => {
    client.resetAndDestroy()
    upstream.resetAndDestroy()
  }
  for (const socket of [client, upstream]) {
    socket.setNoDelay(true)
    socket.on('error', cut)
  }
  // Also of a client that was killed while its commit is held: the server is to roll back at once.
  client.once('close', () => upstream.destroy())
  // In order: the server's last words are on their way.
  upstream.once('close', () => client.end())
  return { client, upstream, isStarted: false, cut }
}

function converse(
  link: Link,
  faults: Faults,
): { readonly fromClient: (message: Message) => Promise<void>; readonly fromServer: (message: Message) => void } {
  const { client, upstream } = link
  let applicationName = ''
  /** As the server said last: idle, in a transaction, in a failed one. */
  let state = 'I'
  let written = new Set<string>()
  let text = ''
  let isAnswerLost = false
  /** Of the extended protocol: parsed, not yet to be executed. */
  let unsent: Buffer[] = []

  const begin = (message: Message): void => {
    const first = firstMessage(message.body)
    if (first.kind === 'encryption') {
      client.write('N')
      return
    }
    if (first.kind === 'startup') {
      applicationName = first.applicationName
      link.isStarted = true
    }
    upstream.write(message.bytes)
  }
  /** Undefined: nothing becomes durable by it, yet. */
  const effectOf = (statement: string): DatabaseEffect | undefined => {
    const isInTransaction = state === 'T'
    if (/^\s*(commit|end)\b/i.test(statement)) {
      const template = [...written].join(', ')
      return isInTransaction && template !== '' ? { kind: 'commit', template, applicationName } : undefined
    }
    if (/^\s*(begin|start transaction|rollback)\b/i.test(statement)) written = new Set()
    const writes = writesOf(statement)
    if (isInTransaction) {
      for (const write of writes) written.add(write)
      return undefined
    }
    const template = [...new Set(writes)].join(', ')
    return template === '' ? undefined : { kind: 'statement', template, applicationName }
  }
  const execute = async (statement: string, bytes: Buffer): Promise<void> => {
    faults.heard?.(statement)
    const effect = effectOf(statement)
    const verdict = effect === undefined ? 'pass' : ((await faults.decide?.(effect)) ?? 'pass')
    if (verdict === 'cut' || client.destroyed) {
      link.cut()
      return
    }
    isAnswerLost = verdict === 'cut-after'
    upstream.write(bytes)
  }

  return {
    fromClient: async (message) => {
      if (!link.isStarted) return begin(message)
      if (message.type === 'Q') return execute(strings(message.body)[0] ?? '', message.bytes)
      if (message.type === 'P') text = strings(message.body)[1] ?? ''
      if (!'PBDECS'.includes(message.type)) {
        upstream.write(Buffer.concat([...unsent.splice(0), message.bytes]))
        return
      }
      unsent.push(message.bytes)
      if (message.type !== 'S') return
      const bytes = Buffer.concat(unsent)
      unsent = []
      await execute(text, bytes)
      text = ''
    },
    fromServer: ({ type, body, bytes }) => {
      if (type === 'Z') state = body.toString('latin1')
      if (type === 'A' && faults.dropsNotifications) return
      if (!isAnswerLost) client.write(bytes)
      else if (type === 'Z') link.cut()
    },
  }
}
