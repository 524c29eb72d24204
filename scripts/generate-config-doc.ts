// Writes what there is to know of .vedette.yaml: docs/reference/vedette-yaml.md, and vedette-yaml.schema.json beside it for
// editors. With --check: fails when a file is not what it would write.
import { z } from 'zod'
import { ConfigSchema } from '#cli/config-schema.ts'
import { writeGenerated } from './write-generated.ts'

interface Node {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly additionalProperties?: unknown
  readonly anyOf?: readonly Node[]
}

const schema = z.toJSONSchema(ConfigSchema, {
  io: 'input',
  // zod writes its own pattern of a date beside `format`, which says it in one word.
  override: ({ jsonSchema }) => {
    if (jsonSchema.format !== undefined) delete jsonSchema.pattern
    // Read-only to TypeScript; to an editor it would mean that nobody may write it.
    delete jsonSchema.readOnly
  },
})

/** What may stand there, in few words. */
function takes(node: Node): string {
  if (node.enum !== undefined) return node.enum.join(', ')
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(takes))].join(' or ')
  if (node.items !== undefined) return node.items.properties === undefined ? `list of ${takes(node.items)}` : 'list'
  if (node.properties !== undefined) return 'keys'
  if (node.type === 'integer') return `${node.minimum} to ${node.maximum}`
  if (node.type === 'boolean') return 'true or false'
  if (node.type === 'object') return 'keys with values'
  if (node.format === 'date') return 'date'
  if (node.format === 'date-time') return 'instant'
  return node.type === 'string' ? 'text' : 'any'
}

function rows(node: Node, path: string): readonly string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, member]) => {
    const at = path === '' ? name : `${path}.${name}`
    const isRequired = node.required?.includes(name) === true
    const about = `${isRequired ? '**Required.** ' : ''}${member.description ?? ''}`
    return [`| \`${at}\` | ${takes(member)} | ${about} |`, ...rows(member, at), ...rows(member.items ?? {}, `${at}[]`)]
  })
}

await writeGenerated(
  'docs/reference/vedette-yaml.md',
  `<!-- Generated from cli/config-schema.ts by \`make generate\`. -->
# .vedette.yaml

The command reads the nearest one from the working directory upwards, up to the root of the repository, or \`--config FILE\`.
It holds for scans and plans alike; the command line wins over it. An unknown key or a value that cannot be understood ends
in exit 2. How it is used: [the guide](../guide/vedette-yaml.md). Editors complete it by
[its schema](vedette-yaml.schema.json): \`# yaml-language-server: $schema=…/docs/reference/vedette-yaml.schema.json\` as its
first line.

| key | takes | meaning |
|---|---|---|
${rows(schema as Node, '').join('\n')}
`,
)
await writeGenerated(
  'docs/reference/vedette-yaml.schema.json',
  `${JSON.stringify({ ...schema, title: '.vedette.yaml', description: 'What scans and plan gates of Vedette are configured with.' }, undefined, 2)}\n`,
)
