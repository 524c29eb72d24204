import { parseDocument } from 'yaml'
import { z } from 'zod'

/** One account of an accounts file. */
export interface AccountRow {
  /** What people call it; null: its account id. */
  readonly name: string | null
  /** What the account must turn out to be; null: nothing is asked. */
  readonly accountId: string | null
  readonly roleArn: string | null
  readonly externalId: string | null
  readonly profile: string | null
}

export type AccountsFile =
  | {
      readonly ok: true
      readonly rows: readonly AccountRow[]
      /** Rows that cannot be used: which one, and what is wrong with it. The others stand. */
      readonly faults: readonly { readonly row: string; readonly why: string }[]
    }
  /** A sentence: nothing of the file can be used. */
  | { readonly ok: false; readonly fault: string }

const word = (max: number) => z.string().trim().min(1).max(max)

/** `arn:aws:iam::111122223333:role/security/VedetteScan` */
export const ROLE_ARN = /^arn:([a-z-]+):iam::(\d{12}):role\/[\w+=,.@/-]+$/

const Row = z
  .strictObject({
    name: word(128).optional(),
    accountId: z
      .string('has to be text: put the 12 digits in quotes')
      .regex(/^\d{12}$/, 'an account has 12 digits')
      .optional(),
    roleArn: word(2048)
      .regex(ROLE_ARN, 'a role is named by its ARN, such as arn:aws:iam::111122223333:role/VedetteScan')
      .optional(),
    // Source: STS API Reference, AssumeRole, parameter ExternalId.
    externalId: word(1224)
      .regex(/^[\w+=,.@:/-]{2,}$/, 'has 2 to 1,224 letters, digits and +=,.@:/-')
      .optional(),
    profile: word(256).optional(),
  })
  .refine(({ roleArn, profile }) => roleArn !== undefined || profile !== undefined, 'name a roleArn, a profile or both')
  .refine(
    ({ roleArn, externalId }) => externalId === undefined || roleArn !== undefined,
    'an externalId belongs to a roleArn',
  )
  .refine(
    ({ roleArn, accountId }) =>
      roleArn === undefined || accountId === undefined || ROLE_ARN.exec(roleArn)?.[2] === accountId,
    'accountId is another account than the one of roleArn',
  )

const File = z.strictObject({ accounts: z.array(z.unknown()).min(1, 'names no account') })

/**
 * Reads an accounts file, which is YAML, and so JSON too: `accounts`, a list of `name`, `accountId`, `roleArn`,
 * `externalId`, `profile`. A bad row costs that row only.
 */
export function readAccountsFile(text: string, name: string): AccountsFile {
  const document = parseDocument(text, { prettyErrors: true })
  const [broken] = document.errors
  if (broken !== undefined)
    return { ok: false, fault: `${name} is neither YAML nor JSON: ${firstLine(broken.message)}.` }
  const file = File.safeParse(document.toJS())
  if (!file.success) {
    return { ok: false, fault: `${name} is no accounts file: ${sentences(file.error)}. It holds "accounts:", a list.` }
  }
  const rows: AccountRow[] = []
  const faults: { row: string; why: string }[] = []
  for (const [index, given] of file.data.accounts.entries()) {
    const parsed = Row.safeParse(given)
    if (parsed.success) {
      const { data } = parsed
      rows.push({
        name: data.name ?? null,
        accountId: data.accountId ?? null,
        roleArn: data.roleArn ?? null,
        externalId: data.externalId ?? null,
        profile: data.profile ?? null,
      })
    } else faults.push({ row: `accounts[${index}] of ${name}`, why: sentences(parsed.error) })
  }
  return { ok: true, rows, faults }
}

function sentences(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/:$/, '')
}
