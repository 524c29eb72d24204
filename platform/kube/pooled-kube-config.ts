import { createHash } from 'node:crypto'
import { KubeConfig, type Cluster, type DispatcherOptions, type RequestContext } from '@kubernetes/client-node'
import { Agent, ProxyAgent, type Dispatcher } from 'undici'

type AgentOptions = Parameters<KubeConfig['createDispatcherOptions']>[1]
type PooledOptions = Extract<DispatcherOptions, { readonly type: 'agent' | 'proxy' }>

/**
 * A KubeConfig whose calls share one pool of connections.
 *
 * The stock class (2.0.1) makes a new undici Agent, and with it a new TLS connection, for every single call and leaves
 * it open until undici's idle timeout. This one keeps the Agent for as long as the TLS material (CA, client certificate)
 * is the same: the files are read again at each call, so a rotated certificate is picked up without a restart. Calls and
 * watches under way on the old pool finish on it.
 *
 * Load it like any other: `loadFromDefault()`, `loadFromFile()`, `loadFromCluster()`. Call {@link close} at the end.
 */
export class PooledKubeConfig extends KubeConfig {
  #pool: { readonly key: string; readonly dispatcher: Dispatcher } | undefined

  /** Called by the base class while it builds a request; `none` keeps it from making an Agent of its own. */
  override createDispatcherOptions(cluster: Cluster | null, agentOptions: AgentOptions): DispatcherOptions {
    const options = super.createDispatcherOptions(cluster, agentOptions)
    // SOCKS needs a connector that client-node keeps to itself: such a cluster gets the stock behaviour.
    if (options.type !== 'agent' && options.type !== 'proxy') return options
    this.#usePoolFor(options)
    return { type: 'none' }
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context)
    if (context.getDispatcher() === undefined && this.#pool !== undefined) context.setDispatcher(this.#pool.dispatcher)
  }

  /** Ends every connection, those of open watches too. The config makes a new pool when it is used again. */
  async close(): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    await pool?.dispatcher.destroy()
  }

  #usePoolFor(options: PooledOptions): void {
    const key = digestOf(options)
    if (this.#pool?.key === key) return
    // `close` lets what is under way finish; it ends when the last watch on the old pool does.
    void this.#pool?.dispatcher.close()
    this.#pool = { key, dispatcher: createPool(options) }
  }
}

function digestOf(options: PooledOptions): string {
  const material = options.type === 'proxy' ? { ...options.requestTls, uri: options.uri } : options.connect
  const hash = createHash('sha256')
  for (const [name, value] of Object.entries(material)) {
    hash.update(`${name}\0`).update(Buffer.isBuffer(value) ? value : JSON.stringify(value ?? null))
  }
  return hash.digest('hex')
}

function createPool(options: PooledOptions): Dispatcher {
  const common = {
    // HTTP/1.1: a watch has its connection to itself, so one broken connection is one broken watch.
    allowH2: false,
    // Below the API server's 90 s and the 60 s of common load balancers, so that we close idle connections first.
    keepAliveTimeout: 30_000,
    // Calls have a timeout of their own; this one is for a watch that is never answered.
    headersTimeout: 60_000,
    // A quiet watch is not a broken one: `Watch` has an inactivity timer.
    bodyTimeout: 0,
  }
  // Node's and undici's types of the same TLS options differ in how they spell "absent".
  const connect = { ...options.connect, timeout: 10_000 } as Agent.Options['connect'] & object
  if (options.type === 'agent') return new Agent({ ...common, connect })
  const requestTls = options.requestTls as ProxyAgent.Options['requestTls'] & object
  return new ProxyAgent({ ...common, uri: options.uri, requestTls, connect })
}
