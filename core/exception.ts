import { z } from 'zod'

/** A risk that people accepted, as they wrote it down: for which results, why, who approved it, until when. */
export interface Exception {
  /** Ids or aliases of checks; null: all. */
  readonly checks: readonly string[] | null
  /** ARNs or addresses, in which `*` and `?` are wildcards; null: all. */
  readonly resources: readonly string[] | null
  readonly regions: readonly string[] | null
  readonly accounts: readonly string[] | null
  /** All of them; values may have wildcards. */
  readonly tags: Readonly<Record<string, string>>
  readonly reason: string
  readonly approvedBy: string
  /** The first moment at which it counts no more; null: for good. */
  readonly expiresAt: Date | null
  /** Where it is written, for people: `.vedette.yaml`. */
  readonly from: string
}

const DAY_MS = 86_400_000
const DAY = /^\d{4}-\d\d-\d\d$/

const words = (what: string, description: string) =>
  z
    .array(z.string().trim().min(1).max(2048))
    .min(1, `name at least one, or leave it out to mean all ${what}`)
    .readonly()
    .optional()
    .meta({ description })
const sentence = (message: string, description: string) =>
  z.string(message).trim().min(1, message).max(1024).meta({ description })

/** A day lasts until it ends, in UTC: `expiresAt: 2027-01-31` still counts on that day. */
const expiry = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], 'a date such as 2027-01-31, or an ISO 8601 instant')
  .transform((text) => new Date(Date.parse(text) + (DAY.test(text) ? DAY_MS : 0)))

/** An entry of `exceptions` in a configuration file, without where it stands. Messages say what to write. */
export const ExceptionSchema = z
  .strictObject({
    checks: words('checks', "Ids of checks; Prowler's and Checkov's are understood too. Left out: all checks."),
    resources: words('resources', 'ARNs, or addresses in Terraform; * and ? are wildcards. Left out: all resources.'),
    regions: words('regions', 'Only in these regions. Left out: in all.'),
    accounts: z
      .array(z.string().regex(/^\d{12}$/, 'an account has 12 digits; put them in quotes'))
      .min(1, 'name at least one, or leave it out to mean all accounts')
      .readonly()
      .optional()
      .meta({ description: 'Only in these accounts, by their 12 digits in quotes. Left out: in all.' }),
    tags: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'Only resources that have all of these tags; values may have wildcards.' }),
    reason: sentence('say why the risk is accepted', 'Why the risk is accepted.'),
    approvedBy: sentence('say who approved it', 'Who approved it.'),
    expiresAt: expiry.optional().meta({
      description: 'The last day on which it counts, or an instant. Left out: it counts for good.',
    }),
  })
  .refine(
    ({ checks, resources, tags }) => checks !== undefined || resources !== undefined || tags !== undefined,
    'name checks, resources or tags: an exception for everything would be no gate',
  )
  .transform(({ checks, resources, regions, accounts, tags, expiresAt, ...rest }): Omit<Exception, 'from'> => ({
    ...rest,
    checks: checks ?? null,
    resources: resources ?? null,
    regions: regions ?? null,
    accounts: accounts ?? null,
    tags: tags ?? {},
    expiresAt: expiresAt ?? null,
  }))
