import { GenerateCredentialReportCommand, GetCredentialReportCommand } from '@aws-sdk/client-iam'
import type { AwsCalls, Failure, Operation } from '#core/aws-call.ts'
import { parseReport, REPORT, type ReportRow } from './credential-report.ts'

export const REPORT_OPERATIONS: readonly Operation[] = ['iam:GenerateCredentialReport', REPORT]

export type CredentialReport =
  | { readonly ok: true; readonly generatedAt: Date; readonly rows: ReadonlyMap<string, ReportRow> }
  | { readonly ok: false; readonly failure: Failure }

const POLL_EVERY_MS = 2_000
/** AWS makes a report in seconds; what takes longer than this is said to be unknown, and the next scan finds it made. */
const POLLS = 30

/** Two collectors read the report, and a job that runs both needs it once; forgotten with the job's calls. */
const fetched = new WeakMap<AwsCalls, Promise<CredentialReport>>()

/**
 * The account's credential report, made first where AWS has none or only one older than 4 hours; the same one for all
 * who ask within a job. Cost: 1 call where a report is ready, else 3 and one per 2 seconds of making it.
 */
export function fetchReport(aws: AwsCalls): Promise<CredentialReport> {
  const known = fetched.get(aws) ?? ask(aws)
  fetched.set(aws, known)
  return known
}

async function ask(aws: AwsCalls): Promise<CredentialReport> {
  let answer = await aws.call(REPORT, new GetCredentialReportCommand({}))
  for (let poll = 0; poll < POLLS && !answer.ok && isNotReady(answer.failure); poll++) {
    if (poll > 0) await aws.clock.sleep(POLL_EVERY_MS, aws.signal)
    // Asks for a report, and once asked, for how far it is.
    const asked = await aws.call('iam:GenerateCredentialReport', new GenerateCredentialReportCommand({}))
    if (!asked.ok) return { ok: false, failure: asked.failure }
    if (asked.value.State === 'COMPLETE') answer = await aws.call(REPORT, new GetCredentialReportCommand({}))
  }
  if (!answer.ok) {
    if (!isNotReady(answer.failure)) return { ok: false, failure: answer.failure }
    const seconds = (POLLS * POLL_EVERY_MS) / 1000
    return { ok: false, failure: fault('ReportInProgress', `AWS is still making the report after ${seconds} s`) }
  }
  const { Content, GeneratedTime } = answer.value
  if (Content === undefined || GeneratedTime === undefined || Number.isNaN(GeneratedTime.getTime())) {
    return { ok: false, failure: fault('NoContent', 'the answer holds no report, or not when it was made') }
  }
  return { ok: true, generatedAt: GeneratedTime, rows: parseReport(new TextDecoder().decode(Content)) }
}

/** There is none, it is older than 4 hours, or AWS is making it: answers, not failures to look. */
function isNotReady({ category }: Failure): boolean {
  return category === 'absent_config'
}

function fault(code: string, message: string): Failure {
  return {
    category: 'malformed',
    operation: REPORT,
    code,
    message,
    reason: { kind: 'fault', operation: REPORT, detail: message },
  }
}
