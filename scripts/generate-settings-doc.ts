// Writes docs/reference/settings.md from platform/config. With --check: fails when the file is not what it would write.
import { SETTINGS, type Setting } from '#platform/config/settings.ts'
import { writeGenerated } from './write-generated.ts'

const rows: readonly Setting<unknown>[] = Object.values(SETTINGS)
const cell = (text: string): string => text.replaceAll('|', '\\|')
const shown = (row: Setting<unknown>): string =>
  !('default' in row)
    ? 'required'
    : row.default === null
      ? 'none'
      : `\`${JSON.stringify(row.default).replaceAll('"', '')}\``

const markdown = `<!-- Generated from platform/config/settings.ts by \`make generate\`. -->
# Settings

Both processes read their settings from the environment, once, at start. A name beginning with \`VEDETTE_\` that is not
in this table is refused, so a misspelt setting never falls back to its default in silence.

| name | read by | type | default | unit | meaning |
|---|---|---|---|---|---|
${rows
  .map(
    (row) =>
      `| \`${row.name}\` | ${row.processes.join(', ')} | ${cell(row.type)} | ${shown(row)} | ${row.unit ?? ''} | ${cell(row.meaning)} |`,
  )
  .join('\n')}
`
await writeGenerated('docs/reference/settings.md', markdown)
