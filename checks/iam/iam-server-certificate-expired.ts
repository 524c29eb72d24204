import { isOlderThan } from '#core/age.ts'
import { defineCheck } from '#core/check.ts'
import { ServerCertificate } from '#resources/iam/server-certificate.ts'

export const iamServerCertificateExpired = defineCheck(ServerCertificate, {
  id: 'iam-server-certificate-expired',
  title: 'No expired certificate is kept in IAM',
  severity: 'medium',
  why: 'An expired certificate that is deployed by mistake breaks every client, or teaches them to click warnings away.',
  fix: {
    console: 'The console does not show them: use the CLI, and keep new certificates in Certificate Manager.',
    cli: 'aws iam delete-server-certificate --server-certificate-name NAME',
    terraform: 'Replace aws_iam_server_certificate by aws_acm_certificate.',
  },
  aliases: ['iam_no_expired_server_certificates_stored'],
  references: [
    'https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-26',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs.html',
  ],

  failsWhen: (certificate, { now }) => certificate.expires.test((expires) => isOlderThan(expires, 0, now)),
})
