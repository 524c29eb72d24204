import { suggestion } from '#core/nearest.ts'
import { scrub } from '#platform/log/scrub.ts'
import { SETTINGS, type Process, type Setting, type Settings } from './settings.ts'

/** Every setting that was refused, in one message: what was wrong with each, and what it takes. */
export class SettingsRefused extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(
      `settings refused:\n${faults.map((fault) => `  ${fault}`).join('\n')}\nAll settings: docs/reference/settings.md`,
    )
    this.name = 'SettingsRefused'
    this.faults = faults
  }
}

/** What Kubernetes itself puts into the environment of a pod beside a Service named vedette-…: not a setting. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT|PORT_\d+_(TCP|UDP)(_\w+)?)$/

/**
 * Reads the settings of a process once. Throws `SettingsRefused` with all faults at once: missing ones, bad ones, and
 * names beginning with VEDETTE_ that no process knows (a misspelt setting must not fall back to its default).
 */
export function parseSettings<P extends Process>(
  process: P,
  environment: Readonly<Record<string, string | undefined>>,
): Settings<P> {
  const rows: readonly (readonly [string, Setting<unknown>])[] = Object.entries(SETTINGS)
  const faults: string[] = []
  const values: Record<string, unknown> = {}

  for (const [key, row] of rows) {
    if (!row.processes.includes(process)) continue
    const text = environment[row.name]
    if (text === undefined || text === '') {
      if ('default' in row) values[key] = row.default
      else faults.push(`${row.name} is missing: ${row.meaning}`)
      continue
    }
    const parsed = row.parse(text)
    if (parsed.ok) values[key] = parsed.value
    else faults.push(`${row.name} takes ${parsed.expects}${row.secret === true ? '' : `, not "${scrub(text)}"`}`)
  }
  const known = new Set(rows.map(([, row]) => row.name))
  for (const name of Object.keys(environment)) {
    if (name.startsWith('VEDETTE_') && !known.has(name) && !SERVICE_LINK.test(name))
      faults.push(`${name} is unknown${suggestion(name, known)}`)
  }
  if (faults.length > 0) throw new SettingsRefused(faults.sort())
  // Each row parsed its own value, so the record has the types of the table.
  return Object.freeze(values) as Settings<P>
}
