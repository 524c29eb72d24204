import type { ReportRow, RootUser } from './account.ts'
import { connectBackend } from './backend.ts'
import { callLog } from './call-log.ts'
import type { CallFilter, LoggedCall } from './call-log.ts'
import { control } from './control.ts'
import { faults } from './faults.ts'
import type { Faults } from './faults.ts'
import { adminCredentials, workerCredentials, workerRoleArn } from './identity.ts'
import type { Credentials } from './identity.ts'
import { startMoto } from './moto.ts'
import type { MotoOptions } from './moto.ts'
import { parsePolicy } from './policy.ts'
import { startProxy } from './proxy.ts'
import { throttle } from './throttle.ts'
import type { ThrottleRule } from './throttle.ts'
import { createWorld } from './world.ts'

/** Accounts of tests and demo, obviously made up. The first holds the worker and its queue. */
export const HOME_ACCOUNT = '999999999999'

/** What only AWS itself can change about an account. */
export interface AccountHandle {
  readonly id: string
  /** Default: eu-central-1, eu-west-1, us-east-1. Calls into others fail as in a region that is not enabled. */
  enableRegions(regions: readonly string[]): void
  organization(id: string | undefined): void
  /** Policy documents that act in addition to FullAWSAccess. */
  serviceControlPolicies(documents: readonly object[]): void
  root(user: Partial<RootUser>): void
  /** Columns of the credential report that moto cannot know, by user; `ROOT` is the root user's row. */
  credentialReport(rows: Readonly<Record<string, ReportRow>>, options?: { readonly polls?: number }): void
}

/** An AWS to test against: moto behind AWS's own rules (see `pipeline.ts`), with faults, a call log and a clock. */
export interface Aws {
  /** One endpoint for all services, as in AWS_ENDPOINT_URL. */
  readonly url: string
  /** moto itself, without the rules. */
  readonly motoUrl: string
  /** May do everything in that account; its calls are neither counted nor hit by faults. */
  adminCredentials(account: string): Credentials
  /** A session of role `vedette-worker`, as a pod or task gets it: may use SQS and assume roles, so it is subject to chaining. */
  workerCredentials(account?: string): Credentials
  /** The ARN by which a trust policy names that worker. */
  workerRoleArn(account?: string): string
  /** Replaces what the worker's role allows. */
  workerPolicy(document: object): void
  /** Environment of a child process that is to call this AWS. */
  env(options?: { readonly credentials?: Credentials; readonly region?: string }): Readonly<Record<string, string>>
  account(id: string): AccountHandle

  readonly faults: Faults
  /** Token buckets per (account, region, operation); default 100 calls at once and 20 a second. */
  throttle(rule?: ThrottleRule): void
  unthrottle(): void
  /** Calls of everybody but administrators, oldest first. */
  calls(filter?: CallFilter): readonly LoggedCall[]
  counts(filter?: CallFilter): Readonly<Record<string, number>>
  clearCalls(): void
  /** At most so many items in any page. */
  pageLimit(items: number): void
  /** Bytes that session policies and tags may come to when packed; AWS's own limit is unpublished. */
  packedPolicyLimit(bytes: number): void
  /** Moves AWS's clock on: sessions end, reports expire, buckets refill. */
  advance(ms: number): void
  /** Refuses calls that were signed by a wrong clock, as AWS does. Off: `advance` would make every client's clock wrong. */
  checkClocks(on: boolean): void
  /** Also asks moto's own IAM, which knows actions of identity policies only. The rules above hold either way. */
  enforceIam(on: boolean): Promise<void>
  /** From here on, the ids that moto makes up depend on this number and on the order of calls only. */
  seedIds(seed: number): Promise<void>
  /** An AWS as new: no accounts, resources, sessions, faults or calls. */
  reset(): Promise<void>
  stop(): Promise<void>
}

export interface AwsOptions extends MotoOptions {
  /** Loopback port of the endpoint; default: a free one. */
  readonly port?: number
}

/** Starts moto and the proxy in front of it, on loopback; ready in about two seconds. Nothing survives `stop`. */
export async function startAws(options: AwsOptions = {}): Promise<Aws> {
  const moto = await startMoto(options)
  const backend = connectBackend(moto.url)
  let skew = 0
  const advance = (ms: number): void => void (skew += ms)
  const world = createWorld(backend, () => Date.now() + skew)
  const log = callLog()
  const active = faults()
  const buckets = throttle()
  const proxy = await startProxy({
    world,
    log,
    faults: active,
    throttle: buckets,
    control: control({ log, faults: active, throttle: buckets, advance }),
    ...(options.port === undefined ? {} : { port: options.port }),
  })

  return {
    url: proxy.url,
    motoUrl: moto.url,
    adminCredentials,
    workerCredentials: (account = HOME_ACCOUNT) => workerCredentials(account),
    workerRoleArn: (account = HOME_ACCOUNT) => workerRoleArn(account),
    workerPolicy: (document) => void (world.workerPolicy = parsePolicy(JSON.stringify(document))),
    env: ({ credentials = workerCredentials(HOME_ACCOUNT), region = 'eu-central-1' } = {}) => ({
      AWS_ENDPOINT_URL: proxy.url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
      AWS_EC2_METADATA_DISABLED: 'true',
    }),
    account: (id) => {
      const state = world.account(id)
      return {
        id,
        enableRegions: (regions) => void (state.enabledRegions = new Set(regions)),
        organization: (organizationId) => void (state.organizationId = organizationId),
        serviceControlPolicies: (documents) =>
          void (state.serviceControlPolicies = documents.map((document) => parsePolicy(JSON.stringify(document)))),
        root: (user) => void (state.root = { ...state.root, ...user }),
        credentialReport: (rows, { polls = state.report.polls } = {}) =>
          void (state.report = { ...state.report, rows: { ...state.report.rows, ...rows }, polls, pollsLeft: polls }),
      }
    },

    faults: active,
    throttle: (rule = {}) => buckets.set(rule),
    unthrottle: () => buckets.clear(),
    calls: (filter) => log.list(filter),
    counts: (filter) => log.counts(filter),
    clearCalls: () => log.clear(),
    pageLimit: (items) => void (world.pageLimit = items),
    packedPolicyLimit: (bytes) => void (world.packedPolicyLimit = bytes),
    advance,
    checkClocks: (on) => void (world.checksClocks = on),
    enforceIam: (on) => moto.enforceIam(on),
    seedIds: (seed) => moto.seedIds(seed),
    reset: async () => {
      world.forget()
      log.clear()
      active.clear()
      buckets.clear()
      skew = 0
      await moto.enforceIam(false)
      await moto.reset()
    },
    stop: async () => {
      await proxy.close()
      await backend.close()
      await moto.stop()
    },
  }
}
