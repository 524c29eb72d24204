import { NOW } from './world.ts'

// Stored data with nothing wrong in it, for table tests that change what they are about.

export const daysAgo = (days: number): string => new Date(NOW.getTime() - days * 86_400_000).toISOString()

const NO_KEY = { active: false, lastRotated: null, lastUsed: null }
/** An active access key: made, and last used (null: never), so many days ago. */
export const key = (madeDaysAgo: number, usedDaysAgo: number | null) => ({
  active: true,
  lastRotated: daysAgo(madeDaysAgo),
  lastUsed: usedDaysAgo === null ? null : daysAgo(usedDaysAgo),
})

/** A user with neither password nor keys; `report` is the row of the credential report. */
export const user = ({
  report = {},
  ...rest
}: { readonly report?: object } & Readonly<Record<string, unknown>> = {}) => ({
  created: daysAgo(400),
  groups: [],
  attachedPolicies: [],
  inlinePolicies: [],
  permissionsBoundary: null,
  report: {
    observedAt: daysAgo(0),
    passwordEnabled: false,
    passwordLastUsed: null,
    passwordLastChanged: null,
    mfaActive: false,
    accessKey1: NO_KEY,
    accessKey2: NO_KEY,
    ...report,
  },
  ...rest,
})

/** An account whose settings are all as they should be. */
export const account = (settings: object = {}) => ({
  s3PublicAccessBlock: blocked(true),
  rootAccessKeysPresent: 0,
  rootMfaEnabled: true,
  rootPasswordPresent: 1,
  rootSigningCertificatesPresent: 0,
  passwordPolicy: { present: true, minimumLength: 14, reusePrevention: 24 },
  rootUse: {
    observedAt: daysAgo(0),
    passwordLastUsed: daysAgo(300),
    accessKey1LastUsed: null,
    accessKey2LastUsed: null,
  },
  ...settings,
})

/** The four flags of a public access block. */
export const blocked = (all: boolean, but: object = {}) => ({
  blockPublicAcls: all,
  ignorePublicAcls: all,
  blockPublicPolicy: all,
  restrictPublicBuckets: all,
  ...but,
})

/** A bucket called `r-1`, as AWS makes it since April 2023 but with nothing blocked. */
export const bucket = (settings: object = {}) => ({
  name: 'r-1',
  created: daysAgo(100),
  publicAccessBlock: blocked(false),
  policy: null,
  acl: [],
  objectOwnership: 'BucketOwnerEnforced',
  encryption: { hasDefault: true, algorithm: 'AES256', kmsKeyId: null },
  versioning: { status: 'Off', mfaDelete: false },
  ...settings,
})

/** A policy document of these statements. */
export const policy = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements })
