import type { LeastPrivilege } from '#core/least-privilege.ts'

/** The read-only role of an account that is to be watched. */
export interface ScanRole {
  readonly name: string
  /** Who may assume it; null: whoever applies the result says so. */
  readonly principal: string | null
  readonly externalId: string | null
  readonly policy: LeastPrivilege
}

export type PolicyStatement = LeastPrivilege['Statement'][number]

export const ABOUT_ROLE = 'Read-only: what Vedette needs to look at this account'
export const ABOUT_PRINCIPAL = "ARN of the role that Vedette's workers run as"
export const ABOUT_EXTERNAL_ID = 'The ExternalId that status.externalId of the ScanTarget shows'

/** Characters of a managed policy, white space not counted. Source: IAM User Guide, "IAM and AWS STS quotas". */
const LARGEST_POLICY = 6_144
/** What surrounds the statements: version, brackets. */
const AROUND = 64

/** Shares statements out among as few managed policies as they fit into, in order; a statement that is too large is split. */
export function policyParts(
  statements: readonly PolicyStatement[],
  largest = LARGEST_POLICY,
): readonly (readonly PolicyStatement[])[] {
  const parts: PolicyStatement[][] = []
  let room = 0
  for (const statement of statements.flatMap((one) => split(one, largest - AROUND))) {
    const size = sizeOf(statement)
    const part = parts.at(-1)
    if (part !== undefined && size <= room) part.push(statement)
    else {
      parts.push([statement])
      room = largest - AROUND
    }
    room -= size
  }
  return parts
}

function split(statement: PolicyStatement, largest: number): readonly PolicyStatement[] {
  if (sizeOf(statement) <= largest || statement.Action.length < 2) return [statement]
  const half = Math.ceil(statement.Action.length / 2)
  return [statement.Action.slice(0, half), statement.Action.slice(half)]
    .map((Action, index) => ({ ...statement, Sid: `${statement.Sid}${index + 1}`, Action }))
    .flatMap((one) => split(one, largest))
}

/** With the comma after it. */
function sizeOf(statement: PolicyStatement): number {
  return JSON.stringify(statement).length + 1
}
