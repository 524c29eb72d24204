import { z } from 'zod'
import { SEVERITIES } from '../check.ts'

/** A rule in CEL, with a message that says what to do. Evaluated by the API server; cost is bounded because every list is. */
export function cel(
  ...rules: readonly { readonly rule: string; readonly message: string; readonly optionalOldSelf?: true }[]
) {
  return { 'x-kubernetes-validations': rules }
}

/**
 * The CEL rule of a pattern. The CRD carries this instead of `pattern`, whose refusal would show people a regular
 * expression; zod keeps the pattern for objects that an older schema let through.
 */
export function matching(pattern: RegExp, message: string) {
  return { rule: `self.matches(r'${pattern.source.replaceAll('\\/', '/')}')`, message }
}

/** A string of a form that people can be told about. */
export function formatted(max: number, pattern: RegExp, message: string, description?: string) {
  return z
    .string()
    .min(1)
    .max(max)
    .regex(pattern, message)
    .meta({ ...cel(matching(pattern, message)), ...(description === undefined ? {} : { description }) })
}

/** Marks a list as a set: the API server refuses duplicates, and appliers merge members instead of replacing the list. */
export const SET = { 'x-kubernetes-list-type': 'set' } as const

export function listMap(...keys: readonly string[]) {
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys }
}

export const time = () => z.string().max(64).meta({ format: 'date-time' })
export const count = () => z.int().min(0).max(2_147_483_647).meta({ format: 'int32' })
const word = (max = 256) => z.string().min(1).max(max)

const region = () =>
  formatted(
    32,
    /^[a-z]{2}(-[a-z]+)+-[0-9]+$/,
    'a region is written like eu-central-1; leave global services out, they are always included',
  )
const service = () =>
  formatted(64, /^[a-z][a-z0-9-]*$/, 'a service is named by its IAM prefix in lower case, such as ec2, s3 or iam')
const checkId = (description?: string) =>
  formatted(
    128,
    /^[A-Za-z][A-Za-z0-9_-]*$/,
    'a check is named by its id, such as s3-bucket-public, without blanks',
    description,
  )

export const regions = (description: string) =>
  z
    .array(region())
    .min(1)
    .max(64)
    .meta({ description, ...SET })
export const services = (description: string) =>
  z
    .array(service())
    .min(1)
    .max(128)
    .meta({ description, ...SET })

const include = z
  .array(checkId())
  .min(1)
  .max(512)
  .meta({
    description:
      "Only these checks are judged. Ids of Vedette's catalogue; ids of Prowler and Checkov are accepted as aliases. Left out: all checks.",
    ...SET,
  })
const exclude = z
  .array(checkId())
  .max(512)
  .meta({ description: 'These checks are not judged. Wins over include. Takes the same ids.', ...SET })
const minSeverity = z.enum(SEVERITIES).meta({
  description: 'Checks below this severity are not judged: one of critical, high, medium, low. Left out: all.',
})

const parameter = z.object({
  check: checkId('Id of the check that the parameter belongs to.'),
  name: word(64).meta({ description: 'Name of the parameter, as `docs/reference/checks.md` lists it.' }),
  value: z.string().max(256).meta({
    description: 'The value: JSON, or plain text. Refused values show in the Stalled condition of the target.',
  }),
})

export const checkSelection = z.object({
  include: include.optional(),
  exclude: exclude.optional(),
  minSeverity: minSeverity.optional(),
})

export const targetChecks = checkSelection.extend({
  parameters: z
    .array(parameter)
    .max(128)
    .meta({
      description: 'Parameters of checks that differ from their defaults, for example how old an access key may be.',
      ...listMap('check', 'name'),
    })
    .optional(),
})

/** What a scan is narrowed to. Always intersected with the target's own spec: it never widens. */
export const scope = z
  .object({
    regions: regions(
      "Only these regions, of those that the target's spec names. Left out: all of the target's.",
    ).optional(),
    services: services(
      "Only these services, of those that the target's spec names. Left out: all of the target's.",
    ).optional(),
    checks: checkSelection
      .meta({ description: "Which of the target's checks are judged. Left out: all of them." })
      .optional(),
  })
  .meta({
    description:
      'Narrows the scan. It is intersected with the spec of the target and never widens it; findings outside of it are left as they are.',
  })

export const condition = z.object({
  type: word(64).meta({ description: 'Name of the condition, such as Ready.' }),
  status: z.enum(['True', 'False', 'Unknown']).meta({ description: 'True, False or Unknown.' }),
  observedGeneration: z
    .int()
    .min(0)
    .meta({ description: 'The metadata.generation that the condition was set for.', format: 'int64' })
    .optional(),
  lastTransitionTime: time().meta({ description: 'When status last changed.', format: 'date-time' }),
  reason: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .meta({ description: 'Why, in one CamelCase word. Part of the API: safe to match on.' }),
  message: z.string().max(1024).meta({ description: 'Why, and what to do, for people.' }),
})
export type Condition = z.output<typeof condition>

export const conditions = (types: string) =>
  z
    .array(condition)
    .max(8)
    .meta({ description: `The latest observations of the object's state: ${types}.`, ...listMap('type') })
    .optional()

export const observedGeneration = z
  .int()
  .min(0)
  .meta({ description: 'The metadata.generation that this status describes.', format: 'int64' })
  .optional()

export const topGaps = z
  .array(
    z.object({
      operation: word().meta({ description: 'The AWS operation that gave no answer, as service:Operation.' }),
      reason: word().meta({ description: 'Why: denied, throttled, fault, gone or not_collected.' }),
      action: word().meta({ description: 'The IAM action to allow, where the call was denied.' }).optional(),
      locations: z
        .array(word(32))
        .max(8)
        .meta({ description: 'Regions (or global) in which it happened; at most eight are shown.', ...SET })
        .optional(),
      count: count().meta({ description: 'How many listings and resources are affected.', format: 'int32' }),
    }),
  )
  .max(5)
  .meta({
    description: 'The gaps that hide most: what could not be looked at, and why. All of them are in the database.',
    'x-kubernetes-list-type': 'atomic',
  })
  .optional()

export const coveragePercent = z
  .int()
  .min(0)
  .max(100)
  .meta({
    description:
      'Of the planned pairs of check and region, how many percent were judged without an unknown. Below 100, see topGaps.',
    format: 'int32',
  })
  .optional()

export const scanResult = z
  .enum(['Succeeded', 'PartiallySucceeded', 'Failed', 'Cancelled'])
  .meta({ description: 'How the scan ended.' })
