import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launch, type Parts } from '../../demo/parts.ts'
import { temporaryFolder } from '#platform/process/temporary-folder.ts'
import type { RunningProcess } from '../harness/process.ts'

export interface Answer {
  readonly status: number
  readonly text: string
}

export interface OperatorProcess {
  readonly process: RunningProcess
  readonly url: string
  /** The sum of all series whose line matches. */
  readonly metric: (line: RegExp) => Promise<number>
  /** All that it logged, line by line. */
  readonly log: () => Promise<readonly LogLine[]>
}

/** What a process answers; status 0 when nobody does. */
export async function ask(url: string): Promise<Answer> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) })
    return { status: answer.status, text: await answer.text() }
  } catch (error) {
    return { status: 0, text: String(error) }
  }
}

interface LogLine {
  readonly level: string
  readonly message: string
}

/** Starts `operator/main.ts` as the demo does, without workers, and waits until it says that it is ready. */
export async function launchOperator(
  parts: Parts,
  stops: (() => Promise<unknown>)[],
  environment: Readonly<Record<string, string>> = {},
): Promise<OperatorProcess> {
  const folder = await temporaryFolder('operator')
  stops.push(() => folder.remove())
  const { operator, urls } = await launch({ parts, stops, logFolder: folder.path, workers: 0, environment })
  const [url = ''] = urls
  return {
    process: operator,
    url,
    metric: async (line) => {
      const { text } = await ask(`${url}/metrics`)
      const found = text.split('\n').filter((one) => line.test(one))
      return found.reduce((sum, one) => sum + Number(one.slice(one.lastIndexOf(' '))), 0)
    },
    log: async () => {
      const text = await readFile(join(folder.path, 'operator.log'), 'utf8')
      return text
        .trim()
        .split('\n')
        .map((line) => (line.startsWith('{') ? JSON.parse(line) : { level: 'error', message: line }))
    },
  }
}
