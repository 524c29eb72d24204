import { readFile, writeFile } from 'node:fs/promises'
import { rounded } from './report.ts'

/** What a process took for a piece of work. */
export interface Cost {
  /** The most memory (RSS) that it had at once. */
  readonly peakMb: number
  /** User and system time of all its threads. */
  readonly cpuSeconds: number
}

/** Takes the cost of another process while `work` goes on. Linux only: proc(5). */
export async function costOf(pid: number, work: () => Promise<void>): Promise<Cost> {
  // Starts a new peak, from what it has now.
  await writeFile(`/proc/${pid}/clear_refs`, '5')
  const before = await cpuTicks(pid)
  await work()
  return {
    peakMb: Math.round(await statusMb(pid, 'VmHWM')),
    cpuSeconds: rounded(((await cpuTicks(pid)) - before) / TICKS_PER_SECOND, 1),
  }
}

/** The memory (RSS) that a process has now, in MB. */
export async function residentMb(pid: number): Promise<number> {
  return Math.round(await statusMb(pid, 'VmRSS'))
}

/** What the kernel's figures count in, on every platform that Node runs on: proc_pid_stat(5), sysconf(3). */
const TICKS_PER_SECOND = 100

async function statusMb(pid: number, name: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kb = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (kb === undefined) throw new Error(`/proc/${pid}/status has no ${name}`)
  return Number(kb) / 1024
}

async function cpuTicks(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The second field is a name in brackets, which may hold anything; user and system time are the 14th and 15th.
  const [user = '', system = ''] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return Number(user) + Number(system)
}
