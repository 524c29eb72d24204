import type { ReportRow } from './account.ts'
import { queryAnswer, refuse } from './answer.ts'
import type { Repair } from './repair.ts'
import { findAll } from './xml.ts'

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
const COLUMNS = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  'access_key_1_active',
  'access_key_1_last_rotated',
  'access_key_1_last_used_date',
  'access_key_1_last_used_region',
  'access_key_1_last_used_service',
  'access_key_2_active',
  'access_key_2_last_rotated',
  'access_key_2_last_used_date',
  'access_key_2_last_used_region',
  'access_key_2_last_used_service',
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
] as const

export const ROOT = '<root_account>'
const FOUR_HOURS = 4 * 3_600_000

/** GenerateCredentialReport: a fresh report takes some polls, and one younger than four hours is given again. */
export const generateCredentialReport: Repair = async ({ call, account, world }) => {
  const { report } = account
  const fresh = report.generatedAt !== undefined && world.now() - report.generatedAt < FOUR_HOURS
  const answer = (state: string, description: string) =>
    queryAnswer(call, `<State>${state}</State><Description>${description}</Description>`)
  if (fresh) return answer('COMPLETE', '')
  if (report.pollsLeft > 0) {
    account.report = { ...report, pollsLeft: report.pollsLeft - 1, generatedAt: undefined }
    return report.pollsLeft === report.polls
      ? answer('STARTED', 'No report exists. Starting a new report generation task')
      : answer('INPROGRESS', '')
  }
  account.report = { ...report, generatedAt: world.now(), pollsLeft: report.polls }
  return answer('COMPLETE', '')
}

/** GetCredentialReport: AWS's columns and its row for the root user, over moto's users and what tests say about them. */
export const getCredentialReport: Repair = async ({ call, account, world, principal }) => {
  const { report } = account
  if (report.generatedAt === undefined) {
    const started = report.pollsLeft < report.polls
    return started
      ? refuse(call, { status: 404, code: 'ReportInProgress', message: 'Credential report is not ready' })
      : refuse(call, { status: 410, code: 'ReportNotPresent', message: 'Credential report not present' })
  }
  if (world.now() - report.generatedAt >= FOUR_HOURS) {
    return refuse(call, { status: 410, code: 'ReportExpired', message: 'Credential report has expired' })
  }
  const place = { account: principal.account, service: 'iam', region: 'us-east-1' }
  await world.backend.ask(place, 'GenerateCredentialReport')
  const content = findAll(await world.backend.ask(place, 'GetCredentialReport'), 'Content')[0]?.text ?? ''

  const root: ReportRow = {
    user: ROOT,
    arn: `arn:aws:iam::${account.id}:root`,
    user_creation_time: '2019-03-01T08:00:00+00:00',
    password_enabled: 'not_supported',
    password_last_used: 'no_information',
    password_last_changed: 'not_supported',
    password_next_rotation: 'not_supported',
    mfa_active: String(account.root.mfa !== 'none'),
    access_key_1_active: String(account.root.accessKeys > 0),
    access_key_2_active: String(account.root.accessKeys > 1),
  }
  const rows = [root, ...parseCsv(Buffer.from(content, 'base64').toString())]
  const lines = rows.map((row) => {
    const full = { ...row, ...report.rows[row['user'] ?? ''] }
    return COLUMNS.map((column) => full[column] ?? (column.endsWith('_active') ? 'false' : 'N/A')).join(',')
  })
  const csv = [COLUMNS.join(','), ...lines].join('\n')
  return queryAnswer(
    call,
    `<Content>${Buffer.from(csv).toString('base64')}</Content><ReportFormat>text/csv</ReportFormat>` +
      `<GeneratedTime>${new Date(report.generatedAt).toISOString()}</GeneratedTime>`,
  )
}

function parseCsv(text: string): readonly ReportRow[] {
  const [header = '', ...lines] = text.trim().split('\n')
  const names = header.split(',')
  return lines.map((line) => {
    const row = Object.fromEntries(line.split(',').map((value, index) => [names[index] ?? '', value]))
    // moto says not_supported where AWS says N/A: of passwords and keys that are not there, or never used.
    for (const name of names) {
      if (name.includes('_last_used_') && row[name] === 'not_supported') row[name] = 'N/A'
    }
    if (row['password_enabled'] === 'false') row['password_last_used'] = row['password_last_changed'] = 'N/A'
    row['password_next_rotation'] = 'N/A'
    return row
  })
}
