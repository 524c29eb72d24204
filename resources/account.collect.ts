import { GetAccountPasswordPolicyCommand, GetAccountSummaryCommand, type SummaryKeyType } from '@aws-sdk/client-iam'
import { GetPublicAccessBlockCommand } from '@aws-sdk/client-s3-control'
import { Account } from '#core/account.ts'
import type { Operation } from '#core/aws-call.ts'
import { GLOBAL } from '#core/resource.ts'
import { awsDefault, unknown } from '#core/stored.ts'
import { COMPLETE, detail, resourceOf, type Collected, type Collector } from './collector.ts'
import { fetchReport, REPORT_OPERATIONS, type CredentialReport } from './iam/credential-report.collect.ts'
import { REPORT, ROOT_ROW } from './iam/credential-report.ts'
import { NOTHING_BLOCKED, publicAccessBlockOf } from './s3/public-access-block.ts'

const SUMMARY: Operation = 'iam:GetAccountSummary'
const PASSWORD_POLICY: Operation = 'iam:GetAccountPasswordPolicy'
const BLOCK: Operation = 's3:GetAccountPublicAccessBlock'

/** What AWS asks of passwords where the account has no policy. Source: IAM User Guide, "Default password policy". */
const DEFAULT_PASSWORD_POLICY: Account['passwordPolicy'] = { present: false, minimumLength: 8, reusePrevention: null }

/** The account's settings, one resource whatever is denied. Cost: 3 calls, and those of the credential report (once per job). */
export const account: Collector = {
  types: [Account],
  listed: 'global',
  operations: [SUMMARY, PASSWORD_POLICY, BLOCK, ...REPORT_OPERATIONS],
  async *collect(aws) {
    const report = await fetchReport(aws)
    const summary = await aws.call(SUMMARY, new GetAccountSummaryCommand({}))
    const passwords = await aws.call(PASSWORD_POLICY, new GetAccountPasswordPolicyCommand({}))
    const block = await aws.call(BLOCK, new GetPublicAccessBlockCommand({ AccountId: aws.accountId }))
    const inSummary = (key: SummaryKeyType) => detail(summary, ({ SummaryMap }) => SummaryMap?.[key])
    const settings = resourceOf(Account, {
      id: aws.accountId,
      arn: null,
      location: GLOBAL,
      data: {
        s3PublicAccessBlock: detail(
          block,
          ({ PublicAccessBlockConfiguration }) => publicAccessBlockOf(PublicAccessBlockConfiguration),
          awsDefault(NOTHING_BLOCKED),
        ),
        rootAccessKeysPresent: inSummary('AccountAccessKeysPresent'),
        // 0 or 1, as everything in this answer is a count.
        rootMfaEnabled: detail(summary, ({ SummaryMap }) => toFlag(SummaryMap?.['AccountMFAEnabled'])),
        rootPasswordPresent: inSummary('AccountPasswordPresent'),
        rootSigningCertificatesPresent: inSummary('AccountSigningCertificatesPresent'),
        passwordPolicy: detail(
          passwords,
          ({ PasswordPolicy }) => ({
            present: true,
            minimumLength: PasswordPolicy?.MinimumPasswordLength ?? null,
            reusePrevention: PasswordPolicy?.PasswordReusePrevention ?? null,
          }),
          awsDefault(DEFAULT_PASSWORD_POLICY),
        ),
        rootUse: rootUseOf(report),
      },
    })
    if (settings !== undefined) yield [settings]
    return report.ok ? { ...COMPLETE, observedAt: report.generatedAt } : COMPLETE
  },
}

function rootUseOf(report: CredentialReport): Collected<Account['rootUse']> {
  if (!report.ok) return unknown(report.failure.reason)
  const root = report.rows.get(ROOT_ROW)
  if (root === undefined) {
    return unknown({ kind: 'fault', operation: REPORT, detail: 'the credential report has no row of the root user' })
  }
  return {
    observedAt: report.generatedAt.toISOString(),
    passwordLastUsed: root.time('password_last_used'),
    accessKey1LastUsed: root.time('access_key_1_last_used_date'),
    accessKey2LastUsed: root.time('access_key_2_last_used_date'),
  }
}

function toFlag(count: number | undefined): boolean | undefined {
  return count === undefined ? undefined : count > 0
}
