import type { ReportFormat } from './format.ts'
import { json } from './json.ts'
import { table } from './table.ts'

/** Every format there is, in the order in which help texts name them. */
export const FORMATS: readonly ReportFormat[] = [table, json]

export function findFormat(name: string): ReportFormat | undefined {
  return FORMATS.find((format) => format.name === name)
}
