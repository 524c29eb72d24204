import { principalOf } from '#platform/aws/trust-policy.ts'
import {
  ABOUT_EXTERNAL_ID,
  ABOUT_PRINCIPAL,
  ABOUT_ROLE,
  policyParts,
  type PolicyStatement,
  type ScanRole,
} from './scan-role.ts'

/** The role as Terraform, formatted as `terraform fmt` would. */
export function asTerraform({ name, principal, externalId, policy }: ScanRole): string {
  const parts = policyParts(policy.Statement)
  const labels = parts.map((_, index) => (parts.length === 1 ? 'read' : `read_${index + 1}`))
  return `${[
    ...(principal === null ? [variable('principal_arn', ABOUT_PRINCIPAL)] : []),
    ...(externalId === null ? [variable('external_id', ABOUT_EXTERNAL_ID)] : []),
    trust(
      principal === null ? 'var.principal_arn' : quoted(principalOf(principal)),
      externalId === null ? 'var.external_id' : quoted(externalId),
    ),
    ...parts.map((statements, index) => document(labels[index] ?? '', statements)),
    `resource "aws_iam_role" "vedette" {
  name                 = ${quoted(name)}
  description          = ${quoted(ABOUT_ROLE)}
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.trust.json
}`,
    ...labels.map((label, index) => attached(label, `${name}Read${labels.length === 1 ? '' : index + 1}`)),
    `output "role_arn" {
  value = aws_iam_role.vedette.arn
}`,
  ].join('\n\n')}\n`
}

function variable(name: string, about: string): string {
  return `variable "${name}" {
  type        = string
  description = ${quoted(about)}
}`
}

function trust(principal: string, externalId: string): string {
  return `data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "AWS"
      identifiers = [${principal}]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [${externalId}]
    }
  }
}`
}

function document(label: string, statements: readonly PolicyStatement[]): string {
  const blocks = statements.map(
    ({ Sid, Action }) => `  statement {
    sid       = ${quoted(Sid)}
    resources = ["*"]
    actions = [
${Action.map((action) => `      ${quoted(action)},`).join('\n')}
    ]
  }`,
  )
  return `data "aws_iam_policy_document" "${label}" {\n${blocks.join('\n\n')}\n}`
}

function attached(label: string, name: string): string {
  return `resource "aws_iam_policy" "${label}" {
  name   = ${quoted(name)}
  policy = data.aws_iam_policy_document.${label}.json
}

resource "aws_iam_role_policy_attachment" "${label}" {
  role       = aws_iam_role.vedette.name
  policy_arn = aws_iam_policy.${label}.arn
}`
}

/** HCL's quoted text: JSON's, but that `${` and `%{` would begin a template. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/([$%])\{/g, '$1$1{')
}
