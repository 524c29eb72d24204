import { z } from 'zod'
import { cel, conditions, count, matching, observedGeneration, scope, time } from './fields.ts'
import type { Kind, KindObject } from './kind.ts'

const SCHEDULE = /^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|[^@\s]\S*(\s+\S+){4})$/
const SCHEDULE_FORM =
  'schedule takes five fields (minute hour day-of-month month day-of-week), such as "0 3 * * *", or one of @hourly, @daily, @weekly, @monthly, @yearly'
const labelValue = z.string().max(63)

const targetSelector = z
  .object({
    matchLabels: z
      .record(z.string(), labelValue)
      .meta({ description: 'Labels that a target must carry, all of them.', maxProperties: 64 })
      .optional(),
    matchExpressions: z
      .array(
        z
          .object({
            key: z.string().min(1).max(317).meta({ description: 'Key of a label.' }),
            operator: z
              .enum(['In', 'NotIn', 'Exists', 'DoesNotExist'])
              .meta({ description: 'In, NotIn, Exists or DoesNotExist.' }),
            values: z
              .array(labelValue)
              .max(64)
              .meta({ description: 'Values for In and NotIn.', 'x-kubernetes-list-type': 'atomic' })
              .optional(),
          })
          .meta(
            cel({
              rule: "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : !has(self.values) || size(self.values) == 0",
              message: 'In and NotIn need at least one value; Exists and DoesNotExist take none',
            }),
          ),
      )
      .max(32)
      .meta({ description: 'Further requirements, all of them.', 'x-kubernetes-list-type': 'atomic' })
      .optional(),
  })
  .meta({
    description:
      'Which ScanTargets of this namespace are scanned, by label. An empty selector, {}, selects all of them. Required, so that nobody scans everything by leaving it out.',
  })

const spec = z
  .object({
    schedule: z
      .string()
      .min(1)
      .max(256)
      .regex(SCHEDULE, SCHEDULE_FORM)
      .meta({
        description:
          'When, as a cron expression of five fields (minute, hour, day of month, month, day of week) or @hourly, @daily, @weekly, @monthly, @yearly.',
        ...cel(
          { rule: "!self.contains('TZ')", message: 'the time zone belongs in spec.timeZone, not in schedule' },
          matching(SCHEDULE, SCHEDULE_FORM),
        ),
      }),
    timeZone: z
      .string()
      .min(1)
      .max(64)
      .meta({
        description:
          'IANA name of the zone that the schedule is read in. A time that daylight saving skips runs when the gap ends; one that it repeats runs once.',
      })
      .default('Etc/UTC'),
    targetSelector,
    scope: scope.optional(),
    jitterSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .meta({
        description:
          'Spreads the targets over this many seconds after the scheduled time; the delay of a target is always the same.',
        format: 'int32',
      })
      .default(0),
    startingDeadlineSeconds: z
      .int()
      .min(10)
      .max(2_592_000)
      .meta({
        description:
          'A time missed by more than this is skipped and shown as lastMissedTime. Left out: the latest missed time always runs, once.',
        format: 'int32',
      })
      .optional(),
    concurrencyPolicy: z
      .enum(['Forbid'])
      .meta({ description: 'Forbid: a target whose scan is still under way is left out this time. Acts per target.' })
      .default('Forbid'),
    suspend: z.boolean().meta({ description: 'Starts no scans. Scans under way go on.' }).default(false),
  })
  .meta({ description: 'When to scan, and which targets.' })

const status = z
  .object({
    observedGeneration,
    conditions: conditions('Ready, Reconciling and Stalled'),
    matchedTargets: count()
      .meta({ description: 'How many ScanTargets the selector matches.', format: 'int32' })
      .optional(),
    active: count().meta({ description: 'How many scans of this schedule are under way.', format: 'int32' }).optional(),
    lastScheduleTime: time()
      .meta({ description: 'The scheduled time that was last started.', format: 'date-time' })
      .optional(),
    nextScheduleTime: time()
      .meta({ description: 'The next scheduled time; absent while suspended.', format: 'date-time' })
      .optional(),
    lastMissedTime: time()
      .meta({
        description: 'The last scheduled time that was skipped because its deadline had passed.',
        format: 'date-time',
      })
      .optional(),
  })
  .meta({ description: 'What the schedule did and will do. Written by Vedette.' })

export const ScanSchedule = {
  kind: 'ScanSchedule',
  plural: 'scanschedules',
  singular: 'scanschedule',
  shortNames: ['scansched'],
  description:
    'ScanSchedule scans the ScanTargets that its selector matches at set times. It follows CronJob, but starts scans in the database and creates no objects.',
  spec,
  status,
  columns: [
    { name: 'Schedule', type: 'string', jsonPath: '.spec.schedule', description: 'When' },
    { name: 'Time Zone', type: 'string', jsonPath: '.spec.timeZone', description: 'Zone of the schedule' },
    { name: 'Suspend', type: 'boolean', jsonPath: '.spec.suspend', description: 'Starts nothing while true' },
    {
      name: 'Targets',
      type: 'integer',
      jsonPath: '.status.matchedTargets',
      description: 'Targets that the selector matches',
    },
    { name: 'Active', type: 'integer', jsonPath: '.status.active', description: 'Scans under way' },
    {
      name: 'Last',
      type: 'date',
      jsonPath: '.status.lastScheduleTime',
      description: 'Last scheduled time that was started',
    },
    { name: 'Next', type: 'string', jsonPath: '.status.nextScheduleTime', description: 'Next scheduled time' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'When it was created' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Is the schedule understood?',
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
} as const satisfies Kind

export type ScanSchedule = KindObject<typeof ScanSchedule>
export type ScanScheduleSpec = ScanSchedule['spec']
export type ScanScheduleStatus = NonNullable<ScanSchedule['status']>
