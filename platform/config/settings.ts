/** Which process reads a setting. */
export type Process = 'operator' | 'worker'

type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly expects: string }

/** One row of the table: all there is to know of a setting. */
export interface Setting<T> {
  /** The environment variable. */
  readonly name: string
  readonly processes: readonly Process[]
  /** What people read under "type". */
  readonly type: string
  readonly parse: (text: string) => Parsed<T>
  /** Absent: the setting is required. */
  readonly default?: T
  readonly unit?: string
  readonly meaning: string
  /** Never shown, not even when it is refused. */
  readonly secret?: true
}

const BOTH: readonly Process[] = ['operator', 'worker']

function wholeNumber(min: number, max: number): Pick<Setting<number>, 'type' | 'parse'> {
  const expects = `a whole number from ${min} to ${max}`
  return {
    type: expects,
    parse: (text) => {
      const value = Number(text)
      return /^\d+$/.test(text) && value >= min && value <= max ? { ok: true, value } : { ok: false, expects }
    },
  }
}

function url(...protocols: readonly string[]): Pick<Setting<string>, 'type' | 'parse'> {
  const expects = `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`
  return {
    type: expects,
    parse: (text) =>
      URL.canParse(text) && protocols.includes(new URL(text).protocol)
        ? { ok: true, value: text }
        : { ok: false, expects },
  }
}

function oneOf<const V extends string>(...values: readonly V[]): Pick<Setting<V>, 'type' | 'parse'> {
  const expects = `one of ${values.join(', ')}`
  return {
    type: expects,
    parse: (text) => {
      const value = values.find((known) => known === text)
      return value === undefined ? { ok: false, expects } : { ok: true, value }
    },
  }
}

function matching(expects: string, pattern: RegExp): Pick<Setting<string>, 'type' | 'parse'> {
  return { type: expects, parse: (text) => (pattern.test(text) ? { ok: true, value: text } : { ok: false, expects }) }
}

const setting = <T>(row: Setting<T>): Setting<T> => row

/** Every setting of every process. `docs/reference/settings.md` is made from it. */
export const SETTINGS = {
  databaseUrl: setting({
    name: 'VEDETTE_DATABASE_URL',
    processes: BOTH,
    ...url('postgres:', 'postgresql:'),
    secret: true,
    meaning: 'Postgres, primary endpoint. Not through a pooler in transaction mode: NOTIFY needs a session.',
  }),
  databasePoolSize: setting({
    name: 'VEDETTE_DATABASE_POOL_SIZE',
    processes: BOTH,
    ...wholeNumber(2, 200),
    default: 10,
    unit: 'connections',
    meaning: 'Connections that one process keeps at most; one more is kept for NOTIFY by the operator.',
  }),
  queueUrl: setting({
    name: 'VEDETTE_QUEUE_URL',
    processes: BOTH,
    ...url('http:', 'https:'),
    meaning: 'URL of the SQS queue (standard) that carries the jobs.',
  }),
  deadLetterQueueUrl: setting({
    name: 'VEDETTE_DEAD_LETTER_QUEUE_URL',
    processes: ['worker'],
    ...url('http:', 'https:'),
    meaning: 'URL of the dead-letter queue for messages that cannot be understood.',
  }),
  awsRegion: setting({
    name: 'AWS_REGION',
    processes: BOTH,
    ...matching('a region such as eu-central-1', /^[a-z]{2}(-[a-z]+)+-\d+$/),
    meaning: 'Region of the queue, and of the STS endpoint that roles are assumed at. EKS and ECS set it.',
  }),
  awsEndpointUrl: setting<string | null>({
    name: 'AWS_ENDPOINT_URL',
    processes: BOTH,
    ...url('http:', 'https:'),
    default: null,
    meaning: 'Another endpoint for all AWS calls: for tests and for `make demo`.',
  }),
  logLevel: setting<'debug' | 'info' | 'warn' | 'error'>({
    name: 'VEDETTE_LOG_LEVEL',
    processes: BOTH,
    ...oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
    meaning: 'How much is logged. At info a scan is told in a few lines.',
  }),
  httpHost: setting({
    name: 'VEDETTE_HTTP_HOST',
    processes: BOTH,
    ...matching('a host name or address', /^[A-Za-z0-9.:-]+$/),
    default: '0.0.0.0',
    meaning: 'Where /metrics, /healthz and /readyz listen.',
  }),
  httpPort: setting({
    name: 'VEDETTE_HTTP_PORT',
    processes: BOTH,
    ...wholeNumber(0, 65_535),
    default: 8080,
    meaning: 'Port of /metrics, /healthz and /readyz. 0 takes a free one and logs it.',
  }),
  jobsPerTarget: setting({
    name: 'VEDETTE_JOBS_PER_TARGET',
    processes: BOTH,
    ...wholeNumber(1, 100),
    default: 4,
    unit: 'jobs',
    meaning:
      'Jobs of one target that are on the queue or under way at once, so that a large account does not starve small ones.',
  }),
  resendSeconds: setting({
    name: 'VEDETTE_RESEND_SECONDS',
    processes: BOTH,
    ...wholeNumber(5, 86_400),
    default: 900,
    unit: 'seconds',
    meaning:
      'A job that was put on the queue this long ago and that no worker took up is put there again, as after a purge of the queue; twice as long each further time. Keep it above the time that jobs usually wait on the queue.',
  }),
  shutdownSeconds: setting({
    name: 'VEDETTE_SHUTDOWN_SECONDS',
    processes: BOTH,
    ...wholeNumber(1, 900),
    default: 25,
    unit: 'seconds',
    meaning:
      'How long SIGTERM waits for work under way before it is given back. Keep it below the grace period of the pod.',
  }),
  namespace: setting({
    name: 'VEDETTE_NAMESPACE',
    processes: ['operator'],
    ...matching('the name of a namespace', /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
    meaning: 'Namespace that the operator runs in; the leader Lease lives there.',
  }),
  workerPrincipalArn: setting<string | null>({
    name: 'VEDETTE_WORKER_PRINCIPAL_ARN',
    processes: ['worker'],
    ...matching('the ARN of an IAM role', /^arn:[a-z-]+:iam::\d{12}:role\/.+$/),
    default: null,
    meaning: 'The role that workers run as, as trust policies must name it. Left out, it is asked from STS.',
  }),
  jobLeaseSeconds: setting({
    name: 'VEDETTE_JOB_LEASE_SECONDS',
    processes: ['worker'],
    ...wholeNumber(2, 43_200),
    default: 120,
    unit: 'seconds',
    meaning: 'How long a job stays with a worker that gives no sign of life. Renewed every third of it.',
  }),
  jobAttempts: setting({
    name: 'VEDETTE_JOB_ATTEMPTS',
    processes: ['worker'],
    ...wholeNumber(1, 100),
    default: 3,
    unit: 'attempts',
    meaning: 'A job whose worker died this often is failed. Delays and shutdowns cost no attempt.',
  }),
  jobConcurrency: setting({
    name: 'VEDETTE_JOB_CONCURRENCY',
    processes: ['worker'],
    ...wholeNumber(1, 64),
    default: 4,
    unit: 'jobs',
    meaning: 'Jobs that one worker does at once. Memory grows with it.',
  }),
  retentionDays: setting({
    name: 'VEDETTE_RETENTION_DAYS',
    processes: ['operator'],
    ...wholeNumber(1, 3650),
    default: 90,
    unit: 'days',
    meaning: 'How long ended scans, resolved findings, resources that are gone and deleted targets are kept.',
  }),
} as const

type Table = typeof SETTINGS
type ValueOf<S> = S extends Setting<infer T> ? T : never
type KeysFor<P extends Process> = {
  [K in keyof Table]: P extends Table[K]['processes'][number] ? K : never
}[keyof Table]

/** The settings of one process, by their names in code. */
export type Settings<P extends Process> = { readonly [K in KeysFor<P>]: ValueOf<Table[K]> }
