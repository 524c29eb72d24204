import { Account, AccountRegion } from '#core/account.ts'
import type { ResourceType } from '#core/resource.ts'

/**
 * Every resource type there is, those of `inventory.ts` included. Imports no AWS client, so that everybody can.
 * One per line, sorted by CloudFormation name.
 */
export const RESOURCE_TYPES: readonly ResourceType[] = [Account, AccountRegion]

/** Types by name. */
export const TYPES_BY_NAME: ReadonlyMap<string, ResourceType> = new Map(RESOURCE_TYPES.map((type) => [type.type, type]))
