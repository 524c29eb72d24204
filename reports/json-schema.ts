import { z } from 'zod'
import { SEVERITIES } from '#core/check.ts'
import { RESOLVED_REASONS } from '#core/finding.ts'
import { VERDICTS } from '#core/judge.ts'

// The published shape of `--output json`. Fields are added, never renamed or removed, while `formatVersion` is 1.

const text = z.string()
const maybe = <T extends z.ZodType>(type: T, description: string) => type.nullable().meta({ description })
const many = z.int().min(0)

const Reason = z
  .looseObject({ kind: text.meta({ description: 'denied, throttled, fault, gone, not_collected, after_apply, …' }) })
  .meta({ description: 'Why something could not be learnt, with what there is to know of it' })

const Evidence = z.strictObject({
  field: text,
  value: z.json().meta({ description: 'What the field held; "(sensitive)" in the place of a secret' }),
  basis: z.enum(['observed', 'configured', 'refreshed', 'aws_default', 'assumed_default']),
})

export const JsonResult = z.strictObject({
  check: text.meta({ description: 'Id of the check' }),
  status: z.enum(VERDICTS),
  severity: z.enum(SEVERITIES),
  account: maybe(text, 'Null: not known'),
  region: maybe(text, 'A region, or global; null: not known'),
  resourceType: maybe(text, 'As CloudFormation names it'),
  resource: maybe(text, 'Its address, its ARN, or its id; null: the result is about every resource of the type there'),
  name: maybe(text, 'What people call it'),
  arn: maybe(text, 'Null: it has none, or none yet'),
  address: maybe(text, 'Where it is declared in configuration'),
  evidence: z.array(Evidence).readonly().meta({ description: 'The values that decided' }),
  reason: maybe(text, 'For people. Of an unknown: what could not be learnt, and why'),
  missing: z
    .array(z.strictObject({ field: text, reasons: z.array(Reason).readonly() }))
    .readonly()
    .meta({ description: 'The same for programs' }),
  source: maybe(
    z.strictObject({ file: text, startLine: z.int().min(1), endLine: z.int().min(1) }),
    'Where it is declared, relative to the folder that was given',
  ),
  fingerprint: maybe(text, 'Stays the same while the problem does'),
  history: maybe(z.enum(['new', 'unchanged', 'reopened']), 'Beside an earlier scan; null where there was none'),
  countsAs: maybe(
    z.enum(['failing', 'below', 'inBaseline', 'accepted', 'unknown']),
    'Which count of the outcome it is in: only failing ones break the gate',
  ),
  accepted: maybe(
    z.strictObject({
      reason: text,
      approvedBy: maybe(text, 'Null: a comment beside the resource'),
      expiresAt: maybe(z.iso.datetime(), 'Null: for good'),
      from: text,
    }),
    'Who accepted the risk, and why',
  ),
})

export const JsonReport = z.strictObject({
  formatVersion: z.literal(1),
  tool: z.strictObject({ name: z.literal('vedette'), version: text }),
  subject: text,
  file: maybe(text, 'The file that was read'),
  at: z.iso.datetime(),
  outcome: z.strictObject({
    exitCode: z.int().min(0).max(4),
    failing: many,
    below: many,
    inBaseline: many,
    accepted: many,
    unknown: many,
    sentence: text,
  }),
  coveragePercent: z.int().min(0).max(100),
  verdicts: z.strictObject({ pass: many, fail: many, unknown: many, not_applicable: many }),
  checks: z
    .array(
      z.strictObject({
        id: text,
        title: text,
        severity: z.enum(SEVERITIES),
        resourceType: text,
        why: text,
        fix: z.strictObject({ console: text, cli: text, terraform: text }),
        references: z.array(text).readonly(),
        aliases: z.array(text).readonly(),
        requirements: z
          .array(z.strictObject({ framework: text, id: text }))
          .readonly()
          .meta({ description: 'What the check answers in compliance frameworks' }),
      }),
    )
    .readonly(),
  gaps: z
    .array(z.strictObject({ reason: text, results: many, detail: Reason }))
    .readonly()
    .meta({ description: 'What stood in the way, most frequent first' }),
  notExamined: z
    .array(z.strictObject({ type: text, resources: many }))
    .readonly()
    .meta({ description: 'Types that are there and that no check reads' }),
  fixed: z
    .array(z.strictObject({ check: text, severity: z.enum(SEVERITIES), resource: text, why: z.enum(RESOLVED_REASONS) }))
    .readonly()
    .meta({ description: 'Known before, and gone' }),
  notices: z.array(text).readonly(),
  results: z.array(JsonResult).readonly().meta({ description: 'Worst first' }),
})
