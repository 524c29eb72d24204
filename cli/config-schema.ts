import { z } from 'zod'
import { SEVERITIES } from '#core/check.ts'
import { ExceptionSchema } from '#core/exception.ts'

const ids = (description: string) =>
  z.array(z.string().trim().min(1, 'write the id of a check')).readonly().optional().meta({ description })

const PERCENT = 'takes a whole number from 0 to 100'

const parameter = z.strictObject({
  check: z.string().min(1).meta({ description: 'Id of the check that the parameter belongs to.' }),
  name: z.string().min(1).meta({ description: 'Name of the parameter, as `vedette checks show ID` lists it.' }),
  value: z.json().meta({ description: 'Its value: a number, a text, a list.' }),
})

/** What `.vedette.yaml` may say, for scans and plans alike. `checks` is written as in a ScanTarget. */
export const ConfigSchema = z.strictObject({
  checks: z
    .strictObject({
      include: ids("Only these checks. Prowler's and Checkov's ids are understood too. Left out: all."),
      exclude: ids('Not these checks; wins over include.'),
      minSeverity: z
        .enum(SEVERITIES)
        .optional()
        .meta({ description: 'Only checks of this severity or a worse one. Left out: all.' }),
      parameters: z
        .array(parameter)
        .readonly()
        .optional()
        .meta({ description: 'Parameters of checks that differ from their defaults.' }),
    })
    .optional()
    .meta({ description: 'Which checks are asked, and with which parameters: as in the spec of a ScanTarget.' }),
  thresholds: z
    .strictObject({
      failOn: z.enum(SEVERITIES).optional().meta({
        description:
          'The least severity of a finding that breaks the gate. Left out: high for plans, critical for scans.',
      }),
      minCoverage: z
        .int(PERCENT)
        .min(0, PERCENT)
        .max(100, PERCENT)
        .optional()
        .meta({ description: 'Percent that has to be judged without an unknown. Left out: 80.' }),
      strict: z.boolean('takes true or false').optional().meta({
        description: 'Whether an unknown of a severity that would break the gate breaks it too. Left out: false.',
      }),
    })
    .optional()
    .meta({ description: 'What breaks the gate.' }),
  exceptions: z
    .array(ExceptionSchema)
    .readonly()
    .optional()
    .meta({ description: 'Risks that were accepted. One that has expired counts as none, and is reported.' }),
})
