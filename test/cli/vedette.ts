import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const VEDETTE = fileURLToPath(new URL('../../bin/vedette', import.meta.url))

export interface Ended {
  /** Null: a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly stdin?: string
  /** Told of what it has written on stderr so far, with the process: to interrupt it at the right moment. */
  readonly onStderr?: (soFar: string, child: { kill(signal: NodeJS.Signals): boolean }) => void
}

/** Runs the real command, as people do, to its end. Its standard streams are pipes. */
export async function vedette(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return runToEnd(VEDETTE, args, options)
}

/** The same for another program: a bundle, a shell. */
export async function runToEnd(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { cwd, env = process.env, stdin = '', onStderr } = options
  const child = spawn(program, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    onStderr?.(stderr, child)
  })
  // A command that refuses its arguments does not read what is written to it.
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
