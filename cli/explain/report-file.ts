import { z } from 'zod'
import { SEVERITIES } from '#core/check.ts'
import { VERDICTS } from '#core/judge.ts'
import { notEvaluated } from '../stop.ts'

// Less than the published shape, and open: a report of another version can be explained too.

const text = z.string()

const Explained = z.object({
  check: text,
  status: z.enum(VERDICTS),
  severity: z.enum(SEVERITIES),
  account: text.nullable(),
  region: text.nullable(),
  resourceType: text.nullable(),
  resource: text.nullable(),
  name: text.nullable(),
  arn: text.nullable(),
  address: text.nullable(),
  evidence: z.array(z.object({ field: text, value: z.json(), basis: text })).readonly(),
  reason: text.nullable(),
  source: z.object({ file: text, startLine: z.int() }).nullable(),
  fingerprint: text.nullable(),
  history: text.nullable(),
  accepted: z.object({ reason: text, approvedBy: text.nullable(), expiresAt: text.nullable(), from: text }).nullable(),
})

/** A result as `explain` needs it. */
export type Explained = Readonly<z.infer<typeof Explained>>

const ReportFile = z.object({ formatVersion: z.literal(1), results: z.array(Explained).readonly() })

/** Reads what `-o json` wrote. Throws `Stop` (exit 3) that says what it is instead. */
export function readReportFile(content: string, name: string): readonly Explained[] {
  let json: unknown
  try {
    json = JSON.parse(content)
  } catch {
    throw notEvaluated(`${name} is no report: it is not JSON`, {
      hint: 'vedette scan and scan-plan write one with -o json.',
    })
  }
  const parsed = ReportFile.safeParse(json)
  if (parsed.success) return parsed.data.results
  const [issue] = parsed.error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')}: ${issue.message})`
  throw notEvaluated(`${name} is no report of vedette${where}`, {
    hint: 'vedette scan and scan-plan write one with -o json.',
  })
}
