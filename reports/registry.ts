import { csv } from './csv.ts'
import type { ReportFormat } from './format.ts'
import { html } from './html.ts'
import { json } from './json.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import { ocsf } from './ocsf.ts'
import { sarif } from './sarif.ts'
import { table } from './table.ts'

/** Every format there is, in the order in which help texts name them. */
export const FORMATS: readonly ReportFormat[] = [table, json, csv, html, sarif, junit, ocsf, markdown]

export function findFormat(name: string): ReportFormat | undefined {
  return FORMATS.find((format) => format.name === name)
}
