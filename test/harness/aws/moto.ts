import { startProcess } from '../process.ts'
import { MOTO, pythonWith } from '../python.ts'

const READY = /^\{"port": (\d+)\}$/m
const SERVER = new URL('./moto_server.py', import.meta.url).pathname

export interface Moto {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string
  /** Forgets every resource of every account. */
  reset(): Promise<void>
  /** Makes moto itself obey identity policies (actions only: it knows no session policies), or stop doing so. */
  enforceIam(on: boolean): Promise<void>
  /** Makes the ids to come depend on this number and on the order of calls only. */
  seedIds(seed: number): Promise<void>
  /** Ends the process. It also ends by itself when this process does. */
  stop(): Promise<void>
}

export interface MotoOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly log?: (line: string) => void
  readonly signal?: AbortSignal
}

/**
 * Starts moto on a free loopback port, installing it first where that was never done (see `pythonWith`). Ready in about
 * two seconds. No fixture AMIs and snapshots, but AWS's managed policies, as checks need them.
 */
export async function startMoto(options: MotoOptions = {}): Promise<Moto> {
  const env = options.env ?? process.env
  const signal = options.signal ?? AbortSignal.timeout(300_000)
  const python = await pythonWith(MOTO, { env, log: options.log ?? console.error, signal })

  const moto = await startProcess({
    name: 'moto',
    command: python,
    args: ['-W', 'ignore', SERVER],
    env: {
      ...env,
      MOTO_EC2_LOAD_DEFAULT_AMIS: 'false',
      MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
      PYTHONDONTWRITEBYTECODE: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    ready: { line: READY },
    signal,
  })
  const url = `http://127.0.0.1:${READY.exec(moto.output())?.[1]}`

  const post = async (path: string, body: string): Promise<void> => {
    const response = await fetch(`${url}/moto-api/${path}`, { method: 'POST', body })
    if (!response.ok) throw new Error(`moto answered ${response.status} to ${path}: ${await response.text()}`)
    await response.body?.cancel()
  }
  return {
    url,
    reset: () => post('reset', ''),
    enforceIam: (on) => post('reset-auth', on ? '0' : 'Infinity'),
    seedIds: (seed) => post(`seed?a=${seed}`, ''),
    stop: async () => {
      // It holds nothing worth an orderly end.
      moto.kill()
      await moto.exited
    },
  }
}
