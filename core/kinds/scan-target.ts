import { z } from 'zod'
import {
  cel,
  conditions,
  count,
  coveragePercent,
  matching,
  observedGeneration,
  regions,
  scanResult,
  services,
  targetChecks,
  time,
  topGaps,
} from './fields.ts'
import type { Kind, KindObject } from './kind.ts'

const ACCOUNT_ID = /^[0-9]{12}$/
const ROLE_NAME = /^[A-Za-z0-9+=,.@_-]+$/
const ROLE_PATH = /^\/([!-~]+\/)?$/

const ACCOUNT_ID_FORM = 'accountId takes the 12 digits of an AWS account in quotes, without dashes: "123456789012"'
const ROLE_NAME_FORM = 'roleName is the name of the role only, not its ARN or path: letters, digits and +=,.@_-'
const ROLE_PATH_FORM = 'rolePath begins and ends with a slash, such as / or /security/'

const spec = z
  .object({
    accountId: z
      .string()
      .max(64)
      .regex(ACCOUNT_ID, ACCOUNT_ID_FORM)
      .meta({
        description: 'The 12 digits of the AWS account to watch. Cannot be changed: create another ScanTarget instead.',
        ...cel(matching(ACCOUNT_ID, ACCOUNT_ID_FORM), {
          rule: 'self == oldSelf',
          message: 'accountId cannot be changed: delete this ScanTarget and create one for the other account',
        }),
      }),
    partition: z
      .enum(['aws', 'aws-us-gov', 'aws-cn'])
      .meta({
        description: 'The AWS partition of the account. Cannot be changed.',
        ...cel({ rule: 'self == oldSelf', message: 'partition cannot be changed: create another ScanTarget instead' }),
      })
      .default('aws'),
    roleName: z
      .string()
      .min(1)
      .max(64)
      .regex(ROLE_NAME, ROLE_NAME_FORM)
      .meta({
        ...cel(matching(ROLE_NAME, ROLE_NAME_FORM)),
        description:
          'Name of the read-only role in the account. Its trust policy must name the workers and require the ExternalId that status.externalId shows.',
      })
      .default('VedetteScan'),
    rolePath: z
      .string()
      .min(1)
      .max(512)
      .regex(ROLE_PATH, ROLE_PATH_FORM)
      .meta({
        ...cel(matching(ROLE_PATH, ROLE_PATH_FORM)),
        description: 'IAM path of the role; begins and ends with a slash.',
      })
      .default('/'),
    regions: regions(
      'Only these regions are looked at, and global services. Left out: every region that the account has enabled.',
    ).optional(),
    services: services(
      'Only these services are looked at, by their IAM prefix (ec2, s3, iam). Left out: all that Vedette knows.',
    ).optional(),
    checks: targetChecks
      .meta({ description: 'Which checks are judged, and with which parameters. Left out: all, with their defaults.' })
      .optional(),
    suspend: z
      .boolean()
      .meta({
        description: 'Stops scans by schedule and by spec change. The scan-now annotation and ScanRequests still run.',
      })
      .default(false),
    deadlineSeconds: z
      .int()
      .min(60)
      .max(43_200)
      .meta({
        description:
          'How long a scan may take, from the moment its first job starts. What is not collected by then is unknown; what is collected is judged.',
        format: 'int32',
      })
      .default(3600),
  })
  .meta({ description: 'Which account to look at, as which role, and how far.' })

const status = z
  .object({
    observedGeneration,
    conditions: conditions('Ready, Reconciling, Stalled and LastScanComplete'),
    externalId: z
      .string()
      .max(256)
      .meta({
        description:
          "The ExternalId that the role's trust policy must require. One per namespace, generated; put it into the trust policy as it is.",
      })
      .optional(),
    lastHandledScanNow: z
      .string()
      .max(256)
      .meta({ description: 'The value of the annotation vedette.dev/scan-now that was last taken up.' })
      .optional(),
    activeScan: z
      .object({
        id: z.string().max(64).meta({ description: 'Id of the scan.' }),
        trigger: z.string().max(64).meta({ description: 'What asked for it: spec, annotation, schedule or request.' }),
        jobs: z
          .object({
            total: count().meta({ description: 'Jobs known so far; grows once regions are known.', format: 'int32' }),
            done: count().meta({ description: 'Jobs that ended.', format: 'int32' }),
            failed: count().meta({ description: 'Of those, the ones that failed.', format: 'int32' }),
          })
          .meta({
            description:
              'Jobs when the scan started. The status of a target is written at the start and the end of a scan only; a ScanRequest and the metrics show progress.',
          }),
        since: time().meta({ description: 'When it started.', format: 'date-time' }),
      })
      .meta({ description: 'The scan that is under way; absent when there is none.' })
      .optional(),
    lastScan: z
      .object({
        id: z.string().max(64).meta({ description: 'Id of the scan.' }),
        result: scanResult,
        startTime: time().meta({ description: 'When it started.', format: 'date-time' }),
        completionTime: time().meta({ description: 'When it ended.', format: 'date-time' }),
      })
      .meta({ description: 'The scan that ended last.' })
      .optional(),
    lastSuccessfulTime: time()
      .meta({ description: 'When a scan last ended as Succeeded or PartiallySucceeded.', format: 'date-time' })
      .optional(),
    findings: z
      .object({
        critical: count().meta({ description: 'Open findings of severity critical.', format: 'int32' }),
        high: count().meta({ description: 'Open findings of severity high.', format: 'int32' }),
        medium: count().meta({ description: 'Open findings of severity medium.', format: 'int32' }),
        low: count().meta({ description: 'Open findings of severity low.', format: 'int32' }),
        excepted: count().meta({
          description: 'Open findings under an exception; counted here only.',
          format: 'int32',
        }),
      })
      .meta({ description: 'Open findings by severity, over all regions and checks.' })
      .optional(),
    coveragePercent,
    topGaps,
  })
  .meta({ description: "The account's verdict. Written by Vedette." })

export const ScanTarget = {
  kind: 'ScanTarget',
  plural: 'scantargets',
  singular: 'scantarget',
  shortNames: ['scantgt'],
  description:
    'ScanTarget is one AWS account to watch. Apply it, put status.externalId into the trust policy of the role, and its status becomes the verdict on the account.',
  spec,
  status,
  columns: [
    { name: 'Account', type: 'string', jsonPath: '.spec.accountId', description: 'AWS account' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Can the account be looked at?',
    },
    { name: 'Critical', type: 'integer', jsonPath: '.status.findings.critical', description: 'Open critical findings' },
    { name: 'High', type: 'integer', jsonPath: '.status.findings.high', description: 'Open high findings' },
    {
      name: 'Coverage',
      type: 'integer',
      jsonPath: '.status.coveragePercent',
      description: 'Percent of checks that could be judged',
    },
    {
      name: 'Last Scan',
      type: 'date',
      jsonPath: '.status.lastScan.completionTime',
      description: 'When the last scan ended',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'When it was created' },
    {
      name: 'Reason',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
      description: 'Why it is ready or not',
      priority: 1,
    },
    {
      name: 'Medium',
      type: 'integer',
      jsonPath: '.status.findings.medium',
      description: 'Open medium findings',
      priority: 1,
    },
    { name: 'Low', type: 'integer', jsonPath: '.status.findings.low', description: 'Open low findings', priority: 1 },
    {
      name: 'Result',
      type: 'string',
      jsonPath: '.status.lastScan.result',
      description: 'How the last scan ended',
      priority: 1,
    },
    {
      name: 'Message',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].message',
      description: 'What to do',
      priority: 1,
    },
  ],
  selectableFields: ['.spec.accountId'],
} as const satisfies Kind

export type ScanTarget = KindObject<typeof ScanTarget>
export type ScanTargetSpec = ScanTarget['spec']
export type ScanTargetStatus = NonNullable<ScanTarget['status']>

/** Any new value asks for a scan; `status.lastHandledScanNow` acknowledges it. */
export const SCAN_NOW_ANNOTATION = 'vedette.dev/scan-now'
