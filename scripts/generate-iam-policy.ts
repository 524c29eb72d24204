// Writes docs/reference/iam-policy.json: all that the role in an account has to allow. With --check: fails when the file
// is not what it would write.
import { CHECKS } from '#checks/registry.ts'
import { leastPrivilege } from '#core/least-privilege.ts'
import { REGION_OPERATIONS } from '#platform/aws/region-operations.ts'
import { COLLECTORS } from '#resources/collectors.ts'
import { actionsOf } from '#resources/operations.ts'
import { TYPES_BY_NAME } from '#resources/registry.ts'
import { writeGenerated } from './write-generated.ts'

const policy = leastPrivilege({
  checks: CHECKS,
  operations: [...REGION_OPERATIONS, ...COLLECTORS.flatMap(({ operations }) => operations)],
  types: TYPES_BY_NAME,
  actionsOf,
})
await writeGenerated('docs/reference/iam-policy.json', `${JSON.stringify(policy, undefined, 2)}\n`)
