import type { Aws } from './aws.ts'
import { clientsFor } from './clients.ts'
import type { Clients } from './clients.ts'
import { createRole } from './roles.ts'
import { seedAccountSettings, seedUsers } from './seed/identity.ts'
import { seedInstances } from './seed/instances.ts'
import { seedNetwork } from './seed/network.ts'
import { bucketName, seedBuckets } from './seed/buckets.ts'

/** How an account was looked after: `neglected` has something wrong of every kind, `tended` only a few slips. */
export type Upkeep = 'neglected' | 'tended'

export interface ScannerRole {
  readonly name: string
  readonly path?: string
  /** Who may assume it, with the condition on the ExternalId. */
  readonly trust: object
  readonly policy?: object
  readonly managedPolicyArns?: readonly string[]
}

export interface SeedOptions {
  /** At least one; the first is where most things are. Default: eu-central-1, eu-west-1, us-east-1. */
  readonly regions?: readonly string[]
  readonly upkeep?: Upkeep
  readonly scannerRole?: ScannerRole
  /** What ages are counted from; default: now. */
  readonly now?: Date
}

export interface Seeded {
  readonly account: string
  readonly regions: readonly string[]
  /** Undefined when no scanner role was asked for. */
  readonly scannerRoleArn: string | undefined
  /** By what they are for: `logs`, `backups`, `assets`, `website`, `uploads`. */
  readonly buckets: Readonly<Record<string, { readonly name: string; readonly region: string }>>
}

/** What every part of the seed gets. */
export interface Soil {
  readonly aws: Aws
  readonly account: string
  readonly tended: boolean
  readonly now: Date
  readonly regions: readonly string[]
  readonly home: string
  in(region: string): Clients
}

/**
 * Fills an account with a realistic mix of good and bad: networks, instances, buckets, users, settings, over several regions.
 * About 200 calls, two to four seconds. The same account id gets the same resource ids every time, as long as nothing else
 * is created in between: seed accounts one after the other, right after `startAws` or `reset`.
 */
export async function seedAccount(aws: Aws, account: string, options: SeedOptions = {}): Promise<Seeded> {
  const { regions = ['eu-central-1', 'eu-west-1', 'us-east-1'], upkeep = 'neglected', scannerRole } = options
  const [home] = regions
  if (home === undefined) throw new Error('seedAccount needs at least one region to put things into')
  await aws.seedIds(Number(account.slice(-9)))
  aws.account(account).enableRegions(regions)

  const known = new Map<string, Clients>()
  const soil: Soil = {
    aws,
    account,
    tended: upkeep === 'tended',
    now: options.now ?? new Date(),
    regions,
    home,
    in: (region) => {
      const clients = known.get(region) ?? clientsFor(aws.url, aws.adminCredentials(account), region)
      known.set(region, clients)
      return clients
    },
  }
  await seedUsers(soil)
  await seedAccountSettings(soil)
  const buckets = await seedBuckets(soil)
  for (const region of regions) {
    const network = await seedNetwork(soil, region, bucketName(soil, 'logs'))
    await seedInstances(soil, region, network)
  }
  const scannerRoleArn = scannerRole === undefined ? undefined : await createRole(aws, account, scannerRole)
  return { account, regions, scannerRoleArn, buckets }
}
