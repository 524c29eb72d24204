import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readPlanFile } from '#terraform/plan-file.ts'
import type { Plan } from '#terraform/plan.ts'
import type { Io } from '../command.ts'
import { notEvaluated } from '../stop.ts'
import { showPlan } from './show-plan.ts'
import { fileError } from '../file-error.ts'

type Around = Pick<Io, 'stdin' | 'stderr' | 'cwd' | 'env' | 'signal'> & {
  /** Where terraform runs, which has the providers that a binary plan needs to be shown. */
  readonly showIn: string
}

/**
 * Reads a plan from a file or standard input; what terraform wrote in its own form is shown by terraform or tofu first.
 * Throws `Stop` (exit 3) that says why it cannot be judged. Memory: the plan's text and what it says.
 */
export async function readPlan(file: string, around: Around): Promise<Plan> {
  const name = file === '-' ? 'standard input' : file
  const bytes = file === '-' ? await readStdin(around) : await readBytes(file, around)
  const read = readPlanFile(bytes)
  if (read.kind === 'plan') return read.plan
  if (read.kind === 'refused') throw refused(name, read.why)
  const shown = readPlanFile(await showPlan(name, bytes, around))
  if (shown.kind === 'plan') return shown.plan
  throw refused(name, shown.kind === 'refused' ? shown.why : 'What was shown of it is no JSON.')
}

async function readBytes(file: string, { cwd, signal }: Around): Promise<Uint8Array> {
  try {
    return await readFile(resolve(cwd, file), { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw refused(file, `It cannot be read: ${fileError(error)}.`)
  }
}

async function readStdin({ stdin, stderr, signal }: Around): Promise<Uint8Array> {
  if (stdin.isTTY === true) await stderr.write('vedette: reading a plan from the keyboard; end it with Ctrl-D\n')
  const chunks: Uint8Array[] = []
  const stop = (): void => void stdin.destroy(new Error('interrupted'))
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  } catch (error) {
    signal.throwIfAborted()
    throw refused('standard input', `It cannot be read: ${fileError(error)}.`)
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return Buffer.concat(chunks)
}

function refused(name: string, why: string): Error {
  return notEvaluated(`${name} is not judged. ${why}`)
}
