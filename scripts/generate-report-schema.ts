// Writes docs/reference/report.schema.json: the shape of `--output json`. With --check: fails when it is another.
import { z } from 'zod'
import { JsonReport } from '#reports/json-schema.ts'
import { writeGenerated } from './write-generated.ts'

const schema = {
  ...z.toJSONSchema(JsonReport, {
    io: 'input',
    // zod's own bounds and patterns say in many words what `integer` and `date-time` say.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      // Fields may be added: a program that validates must not break on them.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  }),
  title: 'Report of Vedette',
  description: 'Written by `--output json`. Generated from reports/json-schema.ts by `make generate`.',
}
await writeGenerated('docs/reference/report.schema.json', `${JSON.stringify(schema, null, 2)}\n`)
