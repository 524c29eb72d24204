import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseConfig } from '../../cli/config-file.ts'
import { Stop } from '../../cli/stop.ts'
import { parseSettings, SettingsRefused } from '#platform/config/parse.ts'
import { SETTINGS } from '#platform/config/settings.ts'
import { anyJson, damaged, oddText } from './support/arbitrary-json.ts'
import { fuzz } from './support/fuzz.ts'

const SECRET = 'hunter2-is-obviously-fake'
const WELL = {
  VEDETTE_DATABASE_URL: `postgres://vedette:${SECRET}@localhost/vedette`,
  VEDETTE_QUEUE_URL: 'http://localhost/queue',
  VEDETTE_DEAD_LETTER_QUEUE_URL: 'http://localhost/dead',
  VEDETTE_NAMESPACE: 'vedette-system',
  AWS_REGION: 'eu-central-1',
}
const name = fc.oneof(
  fc.constantFrom(...Object.values(SETTINGS).map((row) => row.name)),
  oddText.map((text) => `VEDETTE_${text}`),
  oddText,
)
const value = fc.oneof(
  oddText,
  fc.constantFrom(
    '-1',
    '1e3',
    '0x10',
    '٣',
    '99999999999999999999',
    ' 5',
    '5 ',
    `mysql://u:${SECRET}@h/d`,
    'http:',
    '::',
  ),
)
const environments = fc.dictionary(name, value, { maxKeys: 6 }).map((changes) => ({ ...WELL, ...changes }))

test('any environment is read, or refused with every fault named and no secret shown', async () => {
  let read = 0
  await fuzz({
    inputs: fc.tuple(environments, fc.constantFrom('operator', 'worker')),
    handle: async ([environment, process]) => {
      try {
        const settings = parseSettings(process, environment)
        read++
        // What was read is what the table takes: nothing became a number that is none.
        for (const setting of Object.values(settings)) expect(Number.isNaN(setting)).toBe(false)
      } catch (error) {
        if (!(error instanceof SettingsRefused)) throw error
        expect(error.faults.length).toBeGreaterThan(0)
        expect(error.message).not.toContain(SECRET)
      }
    },
  })
  expect(read).toBeGreaterThan(0)
})

const config = fc.constant({
  checks: {
    include: ['s3-bucket-public'],
    exclude: [],
    parameters: [{ check: 'x', name: 'ports', value: ['22/tcp'] }],
  },
  thresholds: { failOn: 'high', minCoverage: 90, strict: true },
  exceptions: [{ checks: ['s3-bucket-public'], reason: 'because', expiresAt: '2027-01-01' }],
})
const files = fc.oneof(
  damaged(config).map((json) => JSON.stringify(json)),
  anyJson.map((json) => JSON.stringify(json)),
  fc
    .tuple(config, fc.nat({ max: 400 }), oddText)
    .map(([json, at, text]) => JSON.stringify(json, undefined, 1).slice(0, at) + text),
  fc.constantFrom('a: &a [*a]', '&a {x: *a}', '<<: {a: 1}', '!!js/function x', '%YAML 9.9\n---\n', '---\n---'),
  oddText,
)

test('any .vedette.yaml is read, or refused as wrong use', async () => {
  await fuzz({
    inputs: files,
    handle: async (text) => {
      try {
        parseConfig(text, '.vedette.yaml')
      } catch (error) {
        if (!(error instanceof Stop)) throw error
        expect(error.message).not.toBe('')
      }
    },
  })
})
