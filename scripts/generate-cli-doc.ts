// Writes docs/reference/cli.md from the verbs' own tables. With --check: fails when the file is not what it would write.
import type { Verb } from '#cli/command.ts'
import { EXIT_MEANINGS, optionRow } from '#cli/help.ts'
import { VERBS } from '#cli/registry.ts'
import { writeGenerated } from './write-generated.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/<(?=\w)/g, '&lt;')

function table(head: string, rows: readonly (readonly [string, string])[]): string {
  return `| ${head} | |\n|---|---|\n${rows.map(([left, right]) => `| \`${left}\` | ${cell(right)} |`).join('\n')}`
}

function section({ name, about, examples, operands, options, exits }: Verb): string {
  const rows = Object.entries(options)
  const headings = [...new Set(rows.map(([, { heading }]) => heading))]
  const shown = operands.map(({ placeholder, isOptional }) => (isOptional ? `[${placeholder}]` : placeholder))
  return [
    `## vedette ${name}`,
    about,
    `\`\`\`sh\n${examples.map(({ command, what }) => `# ${what}\n${command}`).join('\n')}\n\`\`\``,
    `Usage: \`${['vedette', name, ...(rows.length > 0 ? ['[OPTIONS]'] : []), ...shown].join(' ')}\``,
    ...(operands.length === 0
      ? []
      : [
          table(
            'operand',
            operands.map(({ placeholder, help }) => [placeholder, help] as const),
          ),
        ]),
    ...headings.map((heading) =>
      table(
        (heading ?? 'options').toLowerCase(),
        rows.filter(([, option]) => option.heading === heading).map(([key, option]) => optionRow(key, option)),
      ),
    ),
    ...(Object.keys(exits).length === 0
      ? []
      : [
          `Exit codes as above; here ${Object.entries(exits)
            .map(([code, means]) => `${code}: ${means}`)
            .join('; ')}.`,
        ]),
  ].join('\n\n')
}

const verbs = await Promise.all(VERBS.map(({ load }) => load()))
await writeGenerated(
  'docs/reference/cli.md',
  `<!-- Generated from cli/ by \`make generate\`. -->
# The command

\`bin/vedette\` works from a checkout after \`make install\`. \`vedette VERB --help\` says the same as this page.

| verb | for |
|---|---|
${verbs.map(({ name, summary }) => `| [${name}](#vedette-${name.replaceAll(' ', '-')}) | ${summary} |`).join('\n')}

The exit codes of every verb:

| code | means |
|---|---|
${Object.entries(EXIT_MEANINGS)
  .map(([code, means]) => `| ${code} | ${means} |`)
  .join('\n')}

${verbs.map(section).join('\n\n')}
`,
)
