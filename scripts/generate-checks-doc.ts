// Writes docs/reference/checks.md from the catalogue. With --check: fails when the file is not what it would write.
import { CHECKS } from '#checks/registry.ts'
import { operationsOf, type Check } from '#core/check.ts'
import { TYPES_BY_NAME } from '#resources/registry.ts'
import { writeGenerated } from './write-generated.ts'

function section(check: Check): string {
  const parameters = Object.entries(check.defaults as Readonly<Record<string, unknown>>)
  return `## ${check.id}

**${check.title}.** ${check.severity}, on \`${check.on.type}\`

${check.why}

- Fix in the console: ${check.fix.console}
- Fix by CLI: \`${check.fix.cli}\`
- Fix in Terraform: \`${check.fix.terraform}\`
${parameters.map(([name, value]) => `- Parameter \`${name}\`, default \`${JSON.stringify(value)}\`\n`).join('')}- Reads: ${operationsOf(
    check,
    TYPES_BY_NAME,
  )
    .map((operation) => `\`${operation}\``)
    .join(', ')}
${check.notExamined === undefined ? '' : `- Not examined: ${check.notExamined.join('; ')}\n`}${
    check.aliases.length === 0 ? '' : `- Also known as: ${check.aliases.map((alias) => `\`${alias}\``).join(', ')}\n`
  }${check.references.map((reference) => `- <${reference}>\n`).join('')}`
}

const rows = CHECKS.map(
  (check) => `| [${check.id}](#${check.id}) | ${check.title} | ${check.severity} | \`${check.on.type}\` |`,
)
await writeGenerated(
  'docs/reference/checks.md',
  `<!-- Generated from checks/ by \`make generate\`. -->
# Checks

${CHECKS.length} checks. Wherever an id is taken, the ids of Prowler and Checkov are taken too.

| id | what is right | severity | on |
|---|---|---|---|
${rows.join('\n')}

${CHECKS.map(section).join('\n')}`,
)
