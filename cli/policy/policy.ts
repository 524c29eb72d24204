import { leastPrivilege, type LeastPrivilege } from '#core/least-privilege.ts'
import { EXIT } from '#core/report.ts'
import { REGION_OPERATIONS } from '#platform/aws/region-operations.ts'
import { actionsOf } from '#resources/operations.ts'
import { RESOURCE_TYPES, TYPES_BY_NAME } from '#resources/registry.ts'
import { defineVerb } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { choice, text, under } from '../option.ts'
import { chooseChecks, type Chosen } from '../select.ts'
import { CONFIG_OPTION, SELECTION_OPTIONS } from '../selection-options.ts'
import { wrongUse } from '../stop.ts'
import { asCloudFormation } from './cloudformation.ts'
import type { ScanRole } from './scan-role.ts'
import { asTerraform } from './terraform.ts'

const WRITERS = { terraform: asTerraform, cloudformation: asCloudFormation } as const

export const policy = defineVerb({
  name: 'policy',
  summary: 'the least that a role must allow, as policy or as a whole role',
  about:
    'Writes the least-privilege IAM policy for the checks that are chosen, made from what those checks read; or the read-only role with that policy, the trust policy and the ExternalId, as Terraform or CloudFormation. Asks AWS nothing.',
  examples: [
    { command: 'vedette policy', what: 'All that a scan of everything may ask for' },
    { command: 'vedette policy --framework cis-aws-5.0', what: 'Only what the checks of CIS read' },
    {
      command: 'vedette policy -o terraform --principal arn:aws:iam::999988887777:role/vedette-worker',
      what: 'The role for the account to be watched, in Terraform; the ExternalId is a variable',
    },
    { command: 'vedette policy -o cloudformation', what: 'The same for a StackSet' },
  ],
  operands: [],
  options: {
    output: choice(['json', 'terraform', 'cloudformation'], {
      short: 'o',
      placeholder: 'FORMAT',
      help: 'The policy alone, or the role with it; default json',
    }),
    ...under('The role', {
      roleName: text({ placeholder: 'NAME', help: 'Its name; default VedetteScan, which a ScanTarget expects' }),
      principal: text({ placeholder: 'ARN', help: 'Who may assume it; left out, it is a variable of the result' }),
      externalId: text({
        placeholder: 'ID',
        help: "The ExternalId that it asks for, from a ScanTarget's status; left out, it is a variable of the result",
      }),
    }),
    ...SELECTION_OPTIONS,
    ...CONFIG_OPTION,
  },
  run: async ({ options }, io) => {
    const chosen = chooseChecks(options, await loadConfig(options.config, io.cwd))
    const document = policyFor(chosen, options.services.length > 0 || options.excludeServices.length > 0)
    const { output, principal, externalId } = options
    if (output === null || output === 'json') {
      const given = [options.roleName, principal, externalId]
      if (given.some((one) => one !== null)) {
        throw wrongUse(
          '--role-name, --principal and --external-id are about the role: add -o terraform or -o cloudformation',
        )
      }
      await io.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`)
      return EXIT.clean
    }
    const role = checked({ name: options.roleName ?? 'VedetteScan', principal, externalId, policy: document })
    await io.stdout.write(WRITERS[output](role))
    return EXIT.clean
  },
})

/** A scan of everything lists the inventory too; whoever chose checks or services asks for no more than those read. */
function policyFor({ checks, selection }: Chosen, isByService: boolean): LeastPrivilege {
  const isAll = selection.include === null && !isByService
  return leastPrivilege({
    checks: checks.map(({ check }) => check),
    inventory: isAll ? RESOURCE_TYPES : [],
    operations: REGION_OPERATIONS,
    types: TYPES_BY_NAME,
    actionsOf,
  })
}

/** Source of the patterns: IAM and STS API References, RoleName and ExternalId. */
function checked(role: ScanRole): ScanRole {
  const { name, principal, externalId } = role
  if (!/^[\w+=,.@-]{1,64}$/.test(name)) throw wrongUse(`--role-name: ${name} is no name of a role`)
  if (principal !== null && !/^arn:[a-z-]+:(iam|sts)::\d{12}:[\x21-\x7E]+$/.test(principal)) {
    throw wrongUse(`--principal takes the ARN of a role, a user or an account's root, not "${principal}"`)
  }
  if (externalId !== null && !/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) {
    throw wrongUse('--external-id takes 2 to 1,224 letters, digits and +=,.@:/-')
  }
  return role
}
