import { describe, expect, it } from 'vitest'
import { createLogger, type Logger } from '#platform/log/logger.ts'
import { scrub } from '#platform/log/scrub.ts'

/** Made-up secrets in the shapes of the real ones; `secret` is the part that must never be seen. */
const canaries = [
  { what: 'access key id', text: 'key AKIAIOSFODNN7EXAMPLE used', secret: 'AKIAIOSFODNN7EXAMPLE' },
  { what: 'temporary access key id', text: 'ASIAY34FZKBOKMUTVV7A', secret: 'ASIAY34FZKBOKMUTVV7A' },
  {
    what: 'bare secret key',
    text: 'got wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY back',
    secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  },
  {
    what: 'named secret key of another length',
    text: 'aws_secret_access_key = short/Secret+1',
    secret: 'short/Secret+1',
  },
  {
    what: 'JSON in a string',
    text: '{"SecretAccessKey":"abc+/def","Expiration":"2026-01-01"}',
    secret: 'abc+/def',
  },
  {
    what: 'JWT',
    text: 'token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW06c2EifQ.c2lnbmF0dXJl-_x end',
    secret: 'eyJzdWIiOiJzeXN0ZW06c2EifQ',
  },
  {
    what: 'pre-signed URL',
    text: 'https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101&X-Amz-Signature=0a1b2c3d4e5f&x=1',
    secret: '0a1b2c3d4e5f',
  },
  {
    what: 'security token in a URL',
    text: 'GET /?X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2F&y=1',
    secret: 'IQoJb3JpZ2luX2VjEXAMPLE',
  },
  {
    what: 'bare session token',
    text: `session IQoJb3JpZ2luX2VjE${'aB3/'.repeat(40)} end`,
    secret: 'aB3/aB3/aB3/',
  },
  {
    what: 'PEM block',
    text: '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nq83vEjRWeJ\n-----END RSA PRIVATE KEY-----',
    secret: 'q83vEjRWeJ',
  },
  { what: 'PEM block cut off', text: '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIEcut', secret: 'MHcCAQEEIEcut' },
  { what: 'password in a URL', text: 'postgres://vedette:hunter2!x@db:5432/v', secret: 'hunter2!x' },
  { what: 'password with @ in a URL', text: 'postgres://vedette:hunt@er2@db:5432/v', secret: 'er2' },
  { what: 'bearer header', text: 'Authorization: Bearer abcdef0123456789', secret: 'abcdef0123456789' },
  { what: 'ExternalId in a sentence', text: 'assume with ExternalId: vdt-5f2c9a', secret: 'vdt-5f2c9a' },
  { what: 'ExternalId in a trust policy', text: '{"sts:ExternalId":"vdt-5f2c9b"}', secret: 'vdt-5f2c9b' },
]

function capture() {
  const lines: string[] = []
  const log = createLogger({ process: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } })
  return { log, text: () => lines.join(''), lines }
}

describe('the log', () => {
  const ways: readonly { readonly way: string; leak: (log: Logger, text: string) => void }[] = [
    { way: 'the message', leak: (log, text) => log.info(text) },
    { way: 'an argument of the message', leak: (log, text) => log.info({}, 'said %s', text) },
    { way: 'an object argument of the message', leak: (log, text) => log.info({}, 'said %o', { text }) },
    { way: 'a field', leak: (log, text) => log.info({ text }, 'field') },
    { way: 'a deep field', leak: (log, text) => log.info({ a: [{ b: { c: { d: [text] } } }] }, 'deep') },
    { way: 'a field name', leak: (log, text) => log.info({ [text]: 1 }, 'name') },
    { way: "a child's binding", leak: (log, text) => log.child({ text, a: { b: text } }).info('bound') },
    { way: 'a map', leak: (log, text) => log.info({ map: new Map([['a', new Set([text])]]) }, 'map') },
    { way: 'an error as the only argument', leak: (log, text) => log.error(new Error(text)) },
    { way: "an error's message and stack", leak: (log, text) => log.error({ error: new Error(text) }, 'failed') },
    {
      way: "an error's cause of a cause",
      leak: (log, text) =>
        log.error({ error: new Error('a', { cause: new Error('b', { cause: new Error(text) }) }) }, 'failed'),
    },
    {
      way: 'an error deep in the fields',
      leak: (log, text) => log.error({ jobs: [{ failure: new Error(text) }] }, 'failed'),
    },
    {
      way: 'an aggregate error',
      leak: (log, text) => log.error({ error: new AggregateError([new Error(text)], 'all') }, 'failed'),
    },
    {
      way: 'a property of an error',
      leak: (log, text) =>
        log.error({ error: Object.assign(new Error('sdk'), { $response: { headers: { auth: text } } }) }, 'failed'),
    },
    {
      way: "an error in a child's binding",
      leak: (log, text) => log.child({ failure: Object.assign(new Error('x'), { text }) }).info('bound'),
    },
  ]

  for (const { way, leak } of ways) {
    it.each(canaries)(`does not leak through ${way}: $what`, ({ text, secret }) => {
      const { log, text: written } = capture()

      leak(log, text)

      expect(written()).not.toBe('')
      expect(written()).not.toContain(secret)
      expect(written()).not.toContain(JSON.stringify(secret).slice(1, -1))
    })
  }

  it.each(['externalId', 'ExternalId', 'external_id', 'sts:ExternalId', 'SecretAccessKey', 'sessionToken', 'password'])(
    'hides the value of a field called %s, whatever it looks like',
    (field) => {
      const { log, text } = capture()

      log.info({ [field]: 'plain-words', nested: [{ [field]: { inside: 'plain-words' } }] }, 'x')

      expect(text()).not.toContain('plain-words')
    },
  )

  it('drops what an error carries beyond the allow-list and keeps what is on it', () => {
    const { log, lines } = capture()

    log.error(
      {
        error: Object.assign(new Error('denied'), {
          name: 'AccessDenied',
          code: 'AccessDenied',
          operation: 'ListBuckets',
          region: 'eu-west-1',
          $metadata: { cfId: 'internal' },
          request: { body: 'internal' },
        }),
      },
      'call failed',
    )

    expect(lines.join('')).not.toContain('internal')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'error',
      process: 'test',
      message: 'call failed',
      error: { type: 'AccessDenied', message: 'denied', operation: 'ListBuckets', region: 'eu-west-1' },
    })
  })

  it('writes a line even when a field throws or refers to itself', () => {
    const { log, lines } = capture()
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle

    log.info(
      {
        cycle,
        get bad(): string {
          throw new Error('no')
        },
        big: 10n,
      },
      'odd',
    )

    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'odd', big: '10' })
  })
})

describe('scrub', () => {
  it.each([
    'scan 5e8f3a of account 123456789012 in eu-west-1 took 12.5 s',
    'arn:aws:iam::123456789012:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport',
    'commit da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'https://kubernetes.default.svc:443/apis/vedette.dev/v1alpha1/scantargets?limit=500',
    'sg-0123456789abcdef0 opens port 22 to 0.0.0.0/0',
  ])('leaves ordinary text alone: %s', (text) => {
    expect(scrub(text)).toBe(text)
  })

  it.each(canaries)('changes nothing the second time: $what', ({ text }) => {
    expect(scrub(scrub(text))).toBe(scrub(text))
  })
})
