import { readFile, writeFile } from 'node:fs/promises'

/** The most memory (RSS) that a process had at once, in MB, since it began or since `forgetPeak`. Linux only: proc(5). */
export async function peakMb(pid: number): Promise<number> {
  return (await statusKb(pid, 'VmHWM')) / 1024
}

/** The memory that a process has now, in MB. */
export async function residentMb(pid: number): Promise<number> {
  return (await statusKb(pid, 'VmRSS')) / 1024
}

/** Starts a new peak from what the process has now. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5')
}

async function statusKb(pid: number, name: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kb = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (kb === undefined) throw new Error(`/proc/${pid}/status has no ${name}`)
  return Number(kb)
}
