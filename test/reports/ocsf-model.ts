import { z } from 'zod'

// The class Compliance Finding of OCSF 1.5.0 with the profile cloud, as far as a report has anything to say: attributes,
// which of them are required, the numbers and captions of enumerations, and that nothing else is there. Written from
// schema.ocsf.io/1.5.0/classes/compliance_finding; no npm package carries the schema.

type Captions = Readonly<Record<number, string>>
const SEVERITIES: Captions = { 2: 'Low', 3: 'Medium', 4: 'High', 5: 'Critical' }
const CHECK_STATUSES: Captions = { 1: 'Pass', 2: 'Warning', 3: 'Fail' }
const ACTIVITIES: Captions = { 1: 'Create', 2: 'Update', 3: 'Close' }
const FINDING_STATUSES: Captions = { 1: 'New', 3: 'Suppressed', 4: 'Resolved' }

/** An enumeration and its sibling: the caption is the number's own; 99, Other, takes the source's word. */
const agree = (captions: Captions, id: number, caption: string): boolean =>
  id === 99 ? !Object.values(captions).includes(caption) : captions[id] === caption

const severity = { severity_id: z.int(), severity: z.string() }
const checkStatus = { status_id: z.int(), status: z.string() }
const severityAgrees = (of: { severity_id: number; severity: string }): boolean =>
  of.severity_id !== 99 && agree(SEVERITIES, of.severity_id, of.severity)
const checkStatusAgrees = (of: { status_id: number; status: string }): boolean =>
  agree(CHECK_STATUSES, of.status_id, of.status)

const text = z.string().min(1)
const texts = z.array(z.string())
/** UTC, in milliseconds since 1970. */
const time = z.int().min(0)
const json = z.record(z.string(), z.json())

const Check = z
  .strictObject({ uid: text, name: text, standards: texts, ...severity, ...checkStatus })
  .refine(severityAgrees)
  .refine(checkStatusAgrees)

const Compliance = z
  .strictObject({
    control: text,
    desc: text.optional(),
    standards: texts,
    requirements: texts,
    status_details: texts,
    checks: z.array(Check),
    ...checkStatus,
  })
  .refine(checkStatusAgrees)

const Cloud = z.strictObject({
  provider: text,
  region: z.string().optional(),
  account: z.strictObject({ uid: text, type_id: z.literal(10), type: z.literal('AWS Account') }).optional(),
})

const Finding = z.strictObject({
  uid: text,
  title: text,
  desc: text.optional(),
  last_seen_time: time,
  types: texts,
  analytic: z.strictObject({ uid: text, name: text, type_id: z.literal(1), type: z.literal('Rule') }),
})

/** At least one of name and uid is required. */
const Resource = z.strictObject({
  uid: z.string(),
  name: z.string().optional(),
  type: text.optional(),
  region: z.string().optional(),
  cloud_partition: z.string().optional(),
  labels: texts.optional(),
  data: json.optional(),
})

export const ComplianceFinding = z
  .strictObject({
    activity_id: z.int(),
    activity_name: text,
    ...severity,
    category_uid: z.literal(2),
    category_name: z.literal('Findings'),
    class_uid: z.literal(2003),
    class_name: z.literal('Compliance Finding'),
    type_uid: z.int(),
    type_name: text,
    time,
    message: text,
    status_id: z.int().optional(),
    status: text.optional(),
    status_detail: z.string().optional(),
    comment: z.string().optional(),
    metadata: z.strictObject({
      version: z.literal('1.5.0'),
      profiles: z.tuple([z.literal('cloud')]),
      event_code: text,
      original_time: z.iso.datetime(),
      product: z.strictObject({ name: text, vendor_name: text, uid: text, version: text }),
    }),
    cloud: Cloud,
    finding_info: Finding,
    compliance: Compliance,
    remediation: z.strictObject({ desc: text, references: texts }).optional(),
    resources: z.array(Resource).min(1),
    evidences: z.array(z.strictObject({ name: text, data: json })).optional(),
  })
  .refine(severityAgrees, 'captions are those of their numbers')
  .refine((event) => agree(ACTIVITIES, event.activity_id, event.activity_name), 'so is the activity')
  .refine(
    ({ status_id: id, status }) => (id === undefined ? undefined : FINDING_STATUSES[id]) === status,
    'so is the status',
  )
  .refine((event) => event.type_uid === 200_300 + event.activity_id, 'type_uid is class × 100 + activity')
