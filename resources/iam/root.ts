import type { Account } from '#core/account.ts'
import { any } from '#core/check.ts'
import type { Fields } from '#core/field.ts'
import type { Truth } from '#core/truth.ts'

/**
 * Whether anybody can act as the root user at all. An organization may remove the root credentials of its members;
 * AWS then reports no MFA either, and there is nothing that MFA could protect.
 */
export function hasRootCredentials(account: Fields<Account>): Truth {
  return any(
    account.rootPasswordPresent.isNot(0),
    account.rootAccessKeysPresent.isNot(0),
    account.rootSigningCertificatesPresent.isNot(0),
  )
}
