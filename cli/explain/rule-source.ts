import { readFile } from 'node:fs/promises'
import { serviceOfCheck } from '#core/selection.ts'

/** The rule of a check as it is written. */
export interface RuleSource {
  /** `checks/s3/s3-bucket-public.ts` */
  readonly file: string
  readonly startLine: number
  /** Indented as in a file of its own. */
  readonly lines: readonly string[]
}

const ROOT = new URL('../../', import.meta.url)

/** Reads a rule out of the check's own file: from its first condition to the end of the definition. */
export async function ruleSource(checkId: string): Promise<RuleSource> {
  const file = `checks/${serviceOfCheck({ id: checkId })}/${checkId}.ts`
  const lines = (await readFile(new URL(file, ROOT), 'utf8')).split('\n')
  const start = lines.findIndex((line) => /^ {2}(appliesWhen|failsWhen)\b/.test(line))
  const end = lines.indexOf('})', start)
  if (start === -1 || end === -1) throw new Error(`${file} is not written as checks are: it has no rule at its end`)
  return { file, startLine: start + 1, lines: lines.slice(start, end).map((line) => line.replace(/^ {2}/, '')) }
}
