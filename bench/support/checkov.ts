import { pythonWith, type PythonKit } from '#test/harness/python.ts'

const CHECKOV: PythonKit = {
  name: 'checkov',
  what: 'what the plan gate is measured against',
  requirements: new URL('./checkov-requirements.txt', import.meta.url),
  takes: 'about a minute',
}

/** How Checkov is asked about a plan file. */
export interface Checkov {
  readonly command: string
  readonly args: (file: string) => readonly string[]
}

/** Checkov in a virtual environment of its own, or why it cannot be had on this machine. */
export async function findCheckov(log: (line: string) => void): Promise<Checkov | { readonly absent: string }> {
  try {
    const command = await pythonWith(CHECKOV, { env: process.env, log, signal: AbortSignal.timeout(600_000) })
    // Asks nobody: the checks that it brings along, on this file.
    const args = ['--framework', 'terraform_plan', '--skip-download', '--quiet', '--compact', '--output', 'json']
    return { command, args: (file) => ['-m', 'checkov.main', '--file', file, ...args] }
  } catch (error) {
    return { absent: error instanceof Error ? error.message : String(error) }
  }
}
