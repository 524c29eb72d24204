import * as fc from 'fast-check'
import { CHECKS } from '#checks/registry.ts'
import { GROUP_VERSION, type Kind } from '#core/kinds/kind.ts'
import { SCAN_NOW_ANNOTATION } from '#core/kinds/scan-target.ts'
import type { KubeObject } from '#platform/kube/object.ts'
import { anyJson, damaged, oddText } from './arbitrary-json.ts'

// Objects as an API server may have them stored: metadata is what it always checks, spec and status are whatever an
// older schema, or none, let through.

export type StoredObject = KubeObject & { readonly spec?: unknown; readonly status?: object }

const rarely = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })
const digits = fc.nat({ max: 999_999_999_999 }).map((n) => String(n).padStart(12, '0'))
const regions = fc.subarray(['eu-central-1', 'us-east-1', 'ap-southeast-2', 'eu-north-1'], { minLength: 1 })
const services = fc.subarray(['ec2', 's3', 'iam', 'kms'], { minLength: 1 })
const checkIds = fc.subarray([...CHECKS.slice(0, 6).flatMap(({ id, aliases }) => [id, ...aliases]), 'no-such-check'], {
  minLength: 1,
})
const parameters = fc.array(
  fc.record({
    check: fc.constantFrom(...CHECKS.map(({ id }) => id)),
    name: fc.oneof(fc.constantFrom('ports', 'minPasswordLength', 'passwordReuse', 'minutes'), oddText),
    value: fc.oneof(fc.constantFrom('["22/tcp"]', '14', '5', '[]'), oddText),
  }),
  { maxLength: 3 },
)
const selection = { include: rarely(checkIds), exclude: rarely(checkIds), minSeverity: rarely(fc.constant('high')) }
const scope = fc.record({ regions: rarely(regions), services: rarely(services), checks: rarely(fc.record(selection)) })

export const targetSpec: fc.Arbitrary<unknown> = fc.record({
  accountId: digits,
  roleName: rarely(fc.constantFrom('VedetteScan', 'a+b=c,d.e@f-g_')),
  rolePath: rarely(fc.constantFrom('/', '/security/')),
  regions: rarely(regions),
  services: rarely(services),
  checks: rarely(fc.record({ ...selection, parameters: rarely(parameters) })),
  suspend: rarely(fc.boolean()),
  deadlineSeconds: rarely(fc.integer({ min: 60, max: 43_200 })),
})

const cronField = (max: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.nat({ max }).map(String),
    fc.tuple(fc.nat({ max }), fc.nat({ max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.integer({ min: 1, max }).map((step) => `*/${step}`),
    fc.constantFrom('L', '?', '1#1', '5L', 'LW', '15W', '1,1,1', '0-99999999999', '*/0', '7-0', 'JAN', 'mon-fri', '+1'),
  )
const cron = fc.oneof(
  fc.tuple(cronField(59), cronField(23), cronField(31), cronField(12), cronField(7)).map((fields) => fields.join(' ')),
  fc.constantFrom('@daily', '@yearly', '0 0 30 2 *', '0 0 29 2 *', '0 0 31 2,4,6 *', '* * * * *', '0 0 29 2 1'),
  fc.array(oddText, { minLength: 5, maxLength: 5 }).map((fields) => fields.join(' ')),
)
const label = fc.oneof(fc.constantFrom('team', 'env', 'constructor', 'toString', 'valueOf'), oddText)
const labelValue = fc.constantFrom('', 'a', 'prod')

export const scheduleSpec: fc.Arbitrary<unknown> = fc.record({
  schedule: cron,
  timeZone: rarely(
    fc.oneof(fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'Local', '+02:00', 'UTC', 'GMT0'), oddText),
  ),
  targetSelector: fc.oneof(
    fc.constant({}),
    fc.record({
      matchLabels: rarely(fc.dictionary(label, labelValue, { maxKeys: 2 })),
      matchExpressions: rarely(
        fc.array(
          fc.record({
            key: label,
            operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
            values: rarely(fc.array(labelValue, { maxLength: 2 })),
          }),
          { maxLength: 2 },
        ),
      ),
    }),
  ),
  scope: rarely(scope),
  jitterSeconds: rarely(fc.nat({ max: 86_400 })),
  startingDeadlineSeconds: rarely(fc.integer({ min: 10, max: 2_592_000 })),
  suspend: rarely(fc.boolean()),
})

export const requestSpec: fc.Arbitrary<unknown> = fc.record({
  request: fc.record({ targetName: fc.constantFrom('well', 'well', 'well', 'nobody', 'broken'), scope: rarely(scope) }),
  cancel: rarely(fc.boolean()),
  ttlSecondsAfterFinished: rarely(fc.nat({ max: 31_536_000 })),
})

const time = fc.constantFrom(
  '2026-11-25T04:00:00Z',
  '2026-02-30T99:00:00Z',
  '',
  'yesterday',
  '9999-12-31T23:59:59Z',
  '0000-00-00',
)
const condition = fc.record({
  type: fc.constantFrom('Ready', 'Finished', 'Stalled', 'LastScanComplete'),
  status: fc.constantFrom('True', 'False', 'Unknown'),
  observedGeneration: rarely(fc.nat({ max: 3 })),
  lastTransitionTime: time,
  reason: fc.constantFrom('Succeeded', 'InvalidSpec'),
  message: fc.constant('as it was'),
})
const someStatus = fc.record({
  observedGeneration: rarely(fc.nat({ max: 3 })),
  conditions: rarely(fc.array(condition, { maxLength: 3 })),
  externalId: rarely(fc.constant('vedette-of-before')),
  scanId: rarely(fc.constant('a-scan-of-before')),
  result: rarely(fc.constantFrom('Succeeded', 'Failed')),
  completionTime: rarely(time),
  lastHandledScanNow: rarely(fc.string({ maxLength: 10 })),
  lastScan: rarely(
    fc.record({ id: fc.constant('x'), result: fc.constant('Failed'), startTime: time, completionTime: time }),
  ),
  nextScheduleTime: rarely(time),
  coveragePercent: rarely(fc.nat({ max: 100 })),
})

const labels = fc.dictionary(fc.constantFrom('team', 'env', 'tier'), labelValue, { maxKeys: 3 })
const annotations = fc.record(
  { [SCAN_NOW_ANNOTATION]: oddText, 'vedette.dev/adopt': oddText, 'example.com/other': oddText },
  { requiredKeys: [] },
)

/** Objects of a kind around specs that are well more often than not; their names are given by whoever stores them. */
export function storedObject(kind: Kind, spec: fc.Arbitrary<unknown>): fc.Arbitrary<StoredObject> {
  return fc
    .record({
      uid: fc.uuid(),
      generation: fc.integer({ min: 1, max: 2 ** 40 }),
      labels: rarely(labels),
      annotations: rarely(annotations),
      spec: fc.oneof(
        { weight: 4, arbitrary: spec },
        { weight: 5, arbitrary: damaged(spec) },
        { weight: 1, arbitrary: fc.option(anyJson, { nil: undefined }) },
      ),
      status: fc.oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        { weight: 2, arbitrary: someStatus },
        { weight: 3, arbitrary: damaged(someStatus) },
        { weight: 1, arbitrary: anyJson },
      ),
    })
    .map(({ uid, generation, labels, annotations, spec, status }) => ({
      apiVersion: GROUP_VERSION,
      kind: kind.kind,
      metadata: {
        name: '',
        uid,
        generation,
        resourceVersion: '0',
        creationTimestamp: '2026-11-25T04:00:00Z',
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations: withoutUndefined(annotations) }),
      },
      ...(spec === undefined ? {} : { spec: plain(spec) }),
      // What another schema let through need not be an object: the controllers have to find that out.
      ...(status === undefined ? {} : { status: plain(status) as object }),
    }))
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null')
}

function withoutUndefined(record: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  // Members that are there are texts.
  return JSON.parse(JSON.stringify(record)) as Record<string, string>
}
