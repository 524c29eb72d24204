import type { Check } from '#core/check.ts'
import { ec2InstanceImdsv2 } from './ec2/ec2-instance-imdsv2.ts'

/** Every check there is: one per line, sorted by id; a test compares it with the folder. */
export const CHECKS: readonly Check[] = [ec2InstanceImdsv2]

const BY_ID: ReadonlyMap<string, Check> = new Map(
  CHECKS.flatMap((check) => [check.id, ...check.aliases].map((id) => [id, check] as const)),
)

/** Finds a check by its id or any id that people know it under (Prowler's, Checkov's). */
export function findCheck(idOrAlias: string): Check | undefined {
  return BY_ID.get(idOrAlias)
}
