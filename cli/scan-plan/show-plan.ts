import { spawn } from 'node:child_process'
import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Io } from '../command.ts'
import { notEvaluated } from '../stop.ts'

/** What may turn a binary plan into JSON, in the order in which they are tried. */
const PROGRAMS = ['terraform', 'tofu'] as const
/** Showing starts every provider of the plan once. */
const LONGEST_MS = 5 * 60_000
const MOST_BYTES = 1024 * 1024 * 1024
const MOST_COMPLAINT = 2_000

type Around = Pick<Io, 'env' | 'signal'> & { readonly showIn: string }

/**
 * Has terraform or tofu show a binary plan as JSON, in the folder where it was made. Throws `Stop` (exit 3) with what they
 * said where neither can. The plan is copied into a folder that only this user can read, and removed again.
 */
export async function showPlan(name: string, plan: Uint8Array, { env, signal, showIn }: Around): Promise<Uint8Array> {
  const programs = await Promise.all(PROGRAMS.map(async (program) => ((await isOnPath(program, env)) ? [program] : [])))
  const found = programs.flat()
  if (found.length === 0) {
    throw notEvaluated(`${name} is a binary plan, and neither terraform nor tofu is on the PATH to show it.`, {
      hint: 'Where it was made, run: terraform show -json PLANFILE > plan.json',
    })
  }
  const folder = await mkdtemp(join(tmpdir(), 'vedette-plan-'))
  try {
    const copy = join(folder, 'plan')
    await writeFile(copy, plan, { mode: 0o600 })
    const complaints: string[] = []
    for (const program of found) {
      const shown = await show(program, copy, { env, signal, showIn })
      if (shown.ok) return shown.json
      complaints.push(`${program} show: ${shown.complaint}`)
    }
    throw notEvaluated(`${name} is a binary plan and cannot be shown.\n${complaints.join('\n')}`, {
      hint: `It is shown in ${showIn}, where terraform init has to have run; --source names another folder.`,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function isOnPath(program: string, env: Io['env']): Promise<boolean> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    try {
      await access(join(folder, program), constants.X_OK)
      return true
    } catch {
      // It is in none of the folders, or in the next one.
    }
  }
  return false
}

type Shown = { readonly ok: true; readonly json: Uint8Array } | { readonly ok: false; readonly complaint: string }

/** Runs the program to its end, or kills it: when told to, after a while, or when it says more than any plan. */
async function show(program: string, plan: string, { env, signal, showIn }: Around): Promise<Shown> {
  const limit = AbortSignal.timeout(LONGEST_MS)
  const child = spawn(program, ['show', '-json', '-no-color', plan], {
    cwd: showIn,
    env: { ...env, TF_IN_AUTOMATION: '1', TF_INPUT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, limit]),
    killSignal: 'SIGKILL',
  })
  const chunks: Uint8Array[] = []
  let bytes = 0
  child.stdout.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes > MOST_BYTES) child.kill('SIGKILL')
    else chunks.push(chunk)
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < MOST_COMPLAINT) complaint += text
  })
  const ended = await new Promise<number | Error | null>((resolve) => {
    child.once('error', resolve)
    child.once('close', resolve)
  })
  signal.throwIfAborted()
  if (limit.aborted) return { ok: false, complaint: `no answer within ${LONGEST_MS / 60_000} minutes` }
  if (bytes > MOST_BYTES) return { ok: false, complaint: 'the plan is larger than 1 GiB' }
  if (ended instanceof Error) return { ok: false, complaint: ended.message }
  if (ended === 0) return { ok: true, json: Buffer.concat(chunks) }
  return { ok: false, complaint: complaint.trim().slice(0, MOST_COMPLAINT) || `it ended with ${ended}` }
}
