import { z } from 'zod'
import {
  cel,
  conditions,
  count,
  coveragePercent,
  formatted,
  observedGeneration,
  scanResult,
  scope,
  time,
  topGaps,
} from './fields.ts'
import type { Kind, KindObject } from './kind.ts'

const spec = z
  .object({
    request: z
      .object({
        targetName: formatted(
          253,
          /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
          'targetName is the name of a ScanTarget in this namespace, in lower case',
          'Name of the ScanTarget in this namespace.',
        ),
        scope: scope.optional(),
      })
      .meta({
        description: 'What to scan. Cannot be changed: create another ScanRequest instead.',
        ...cel({ rule: 'self == oldSelf', message: 'a request cannot be changed: create another ScanRequest instead' }),
      }),
    cancel: z
      .boolean()
      .meta({ description: 'Set to true to stop the scan. Nothing is judged then, and it cannot be taken back.' })
      .default(false),
    ttlSecondsAfterFinished: z
      .int()
      .min(0)
      .max(31_536_000)
      .meta({
        description:
          'Deletes the object this long after the scan ended. No default: a GitOps tool would create an expired one again, and scan for ever.',
        format: 'int32',
      })
      .optional(),
  })
  .meta({
    description: 'The scan that is asked for.',
    ...cel({
      rule: '!oldSelf.cancel || self.cancel',
      message: 'cancel cannot be taken back: create another ScanRequest instead',
    }),
  })

const status = z
  .object({
    observedGeneration,
    conditions: conditions('Finished'),
    scanId: z.string().max(64).meta({ description: 'Id of the scan that answers the request.' }).optional(),
    result: scanResult.optional(),
    startTime: time().meta({ description: 'When its first job started.', format: 'date-time' }).optional(),
    completionTime: time().meta({ description: 'When it ended.', format: 'date-time' }).optional(),
    jobs: z
      .object({
        total: count().meta({ description: 'Jobs known so far; grows once regions are known.', format: 'int32' }),
        done: count().meta({ description: 'Jobs that ended.', format: 'int32' }),
        failed: count().meta({ description: 'Of those, the ones that failed.', format: 'int32' }),
      })
      .meta({ description: 'Progress. Written at most every 30 seconds.' })
      .optional(),
    opened: count().meta({ description: 'Findings that are new.', format: 'int32' }).optional(),
    resolved: count().meta({ description: 'Findings that are gone.', format: 'int32' }).optional(),
    reopened: count().meta({ description: 'Findings that came back.', format: 'int32' }).optional(),
    coveragePercent,
    topGaps,
  })
  .meta({ description: 'How the scan is going, and how it ended. Written by Vedette.' })

export const ScanRequest = {
  kind: 'ScanRequest',
  plural: 'scanrequests',
  singular: 'scanrequest',
  shortNames: ['scanreq'],
  description:
    'ScanRequest is one scan that a person or a pipeline asks for: `kubectl create -f`, then `kubectl wait --for=condition=Finished`. Other scans have no object.',
  spec,
  status,
  columns: [
    { name: 'Target', type: 'string', jsonPath: '.spec.request.targetName', description: 'The ScanTarget' },
    {
      name: 'Finished',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Finished")].status',
      description: 'Has it ended?',
    },
    { name: 'Result', type: 'string', jsonPath: '.status.result', description: 'How it ended' },
    { name: 'Opened', type: 'integer', jsonPath: '.status.opened', description: 'New findings' },
    { name: 'Resolved', type: 'integer', jsonPath: '.status.resolved', description: 'Findings that are gone' },
    {
      name: 'Coverage',
      type: 'integer',
      jsonPath: '.status.coveragePercent',
      description: 'Percent of checks that could be judged',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'When it was created' },
    {
      name: 'Message',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Finished")].message',
      description: 'What happened',
      priority: 1,
    },
  ],
} as const satisfies Kind

export type ScanRequest = KindObject<typeof ScanRequest>
export type ScanRequestSpec = ScanRequest['spec']
export type ScanRequestStatus = NonNullable<ScanRequest['status']>
