/** What a secret is replaced by. It names the kind of secret, so that a log still tells a story. */
const mask = (what: string) => `[redacted ${what}]`

interface Rule {
  readonly pattern: RegExp
  readonly replace: string
}

/**
 * Secrets that are recognised by how they look, wherever they stand in a text.
 * Order matters: whole blocks first, then `name=value` pairs, then bare values.
 * Prefixes of AWS ids: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html (unique ids; read 2026-11).
 */
const rules: readonly Rule[] = [
  // In a JSON line the line breaks of a PEM block are the two characters `\n`, which [\s\S] takes as they come. A block
  // that was cut off has no END line: everything after BEGIN goes.
  {
    pattern: /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g,
    replace: mask('PEM block'),
  },
  { pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, replace: mask('token') },
  {
    pattern: /(X-Amz-(?:Signature|Security-Token|Credential))(=|%3D)(?!\[redacted)[^&\s"'\\<>]+/gi,
    replace: `$1$2${mask('signature')}`,
  },
  { pattern: /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"'\\]*):[^\s/?#"'\\]*@/gi, replace: `$1:${mask('password')}@` },
  { pattern: /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, replace: `$1 ${mask('token')}` },
  {
    pattern:
      /(["'\\]*\b(?:sts:)?(?:external[-_]?id|(?:aws[-_]?)?secret[-_]?(?:access[-_]?)?key|(?:aws[-_]?)?session[-_]?token|security[-_]?token|client[-_]?secret|private[-_]?key|password|passwd|authorization)["'\\]*\s*(?:=>|[:=])\s*["'\\]*)(?!\[redacted)[^\s"'\\,;&})\]]+/gi,
    replace: `$1${mask('value')}`,
  },
  { pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}\b/g, replace: mask('access key') },
  // Session tokens of STS begin like this and run to several hundred characters.
  { pattern: /\b(?:IQoJ|FwoG|FQoG|AQoD)[\w+/=-]{40,}/g, replace: mask('session token') },
  // A secret access key is 40 characters of base64 with nothing around it. A SHA-1 has 40 too, but only lower-case hex.
  {
    pattern: /(?<![\w+/=-])(?=[\w+/]*[A-Z])(?=[\w+/]*[a-z])(?=[\w+/]*\d)[A-Za-z0-9+/]{40}(?![\w+/=-])/g,
    replace: mask('secret key'),
  },
]

/**
 * Fields whose value is a secret whatever it looks like. The name is compared without case, `-`, `_` and `:`.
 * `ExternalId` is one: whoever knows it and the role's name is half-way through the confused-deputy door.
 */
const secretFields: ReadonlySet<string> = new Set([
  'externalid',
  'stsexternalid',
  'secretaccesskey',
  'awssecretaccesskey',
  'secretkey',
  'accesskeyid',
  'awsaccesskeyid',
  'sessiontoken',
  'awssessiontoken',
  'securitytoken',
  'xamzsecuritytoken',
  'authorization',
  'password',
  'passwd',
  'pgpassword',
  'connectionstring',
  'databaseurl',
  'token',
  'bearertoken',
  'refreshtoken',
  'idtoken',
  'accesstoken',
  'clientsecret',
  'clientkeydata',
  'privatekey',
  'credentials',
  'cookie',
  'setcookie',
])

/** The text with everything that looks like a secret replaced. Never throws; applying it twice changes nothing more. */
export function scrub(text: string): string {
  let result = text
  for (const { pattern, replace } of rules) result = result.replace(pattern, replace)
  return result
}

/**
 * A plain JSON value with secrets replaced at any depth: by field name (the whole value goes) and, in every string and
 * field name, by how it looks. Takes what `JSON.parse` returns; what JSON cannot say is dropped.
 */
export function scrubJson(value: unknown): unknown {
  if (typeof value === 'string') return scrub(value)
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || value === undefined) return value
  if (Array.isArray(value)) return value.map(scrubJson)
  if (typeof value !== 'object') return undefined
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [
      scrub(field),
      isSecretField(field) && inner !== null ? mask('value') : scrubJson(inner),
    ]),
  )
}

function isSecretField(field: string): boolean {
  return secretFields.has(field.toLowerCase().replace(/[-_:\s]/g, ''))
}
