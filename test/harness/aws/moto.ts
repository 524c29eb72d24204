import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { motoPython } from './venv.ts'

const SERVER = new URL('./moto_server.py', import.meta.url).pathname

export interface Moto {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string
  /** Forgets every resource of every account. */
  reset(): Promise<void>
  /** Makes moto itself obey identity policies (actions only: it knows no session policies), or stop doing so. */
  enforceIam(on: boolean): Promise<void>
  /** Ends the process. It also ends by itself when this process does. */
  stop(): Promise<void>
}

export interface MotoOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly log?: (line: string) => void
  readonly signal?: AbortSignal
}

/**
 * Starts moto on a free loopback port, installing it first where that was never done (see `motoPython`). Ready in about
 * two seconds. No fixture AMIs and snapshots, but AWS's managed policies, as checks need them.
 */
export async function startMoto(options: MotoOptions = {}): Promise<Moto> {
  const env = options.env ?? process.env
  const signal = options.signal ?? AbortSignal.timeout(300_000)
  const python = await motoPython({ env, log: options.log ?? console.error, signal })

  const child = spawn(python, ['-W', 'ignore', SERVER], {
    env: {
      ...env,
      MOTO_EC2_LOAD_DEFAULT_AMIS: 'false',
      MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
      PYTHONDONTWRITEBYTECODE: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    // stdin stays open for as long as we live: moto ends when it closes.
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const url = `http://127.0.0.1:${await firstPort(child, signal)}`

  const post = async (path: string, body: string): Promise<void> => {
    const response = await fetch(`${url}/moto-api/${path}`, { method: 'POST', body })
    if (!response.ok) throw new Error(`moto answered ${response.status} to ${path}: ${await response.text()}`)
    await response.body?.cancel()
  }
  return {
    url,
    reset: () => post('reset', ''),
    enforceIam: (on) => post('reset-auth', on ? '0' : 'Infinity'),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function firstPort(child: ChildProcess, signal: AbortSignal): Promise<number> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('moto was started without pipes')
  const complaints: string[] = []
  stderr.on('data', (chunk: Buffer) => {
    complaints.push(chunk.toString())
    if (complaints.length > 50) complaints.shift()
  })

  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: stdout }).once('line', resolve)
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`moto ended with ${code} before it was ready:\n${complaints.join('')}`))
    })
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  stdout.resume()

  const ready: unknown = JSON.parse(line)
  if (typeof ready === 'object' && ready !== null && 'port' in ready && typeof ready.port === 'number')
    return ready.port
  throw new Error(`moto's first line should tell its port, but was: ${line}`)
}
