import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CHECKS } from '#checks/registry.ts'
import { MAPPINGS, SETTINGS } from './registry.ts'
import { hasTwin, reads, readsOnly } from './twins.ts'
import { WITHOUT_TWIN } from './without-twin.ts'

const check = (id: string) => CHECKS.find((one) => one.id === id) ?? expect.fail(`there is no ${id}`)

describe('a check without a twin', () => {
  it('is one of those that the table says why of, and the table says it of no other', () => {
    const without = CHECKS.filter((one) => !hasTwin(one, MAPPINGS, SETTINGS)).map(({ id }) => id)
    expect(Object.keys(WITHOUT_TWIN)).toEqual(without.sort())
  })

  it('is explained to readers of the examples in the same words', () => {
    const readme = readFileSync(new URL('../examples/terraform/README.md', import.meta.url), 'utf8')
    const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| (.*) \|$/gm)].map(([, id = '', why = '']) => [id, why])
    expect(Object.fromEntries(rows.filter(([id = '']) => /^[a-z0-9]+-[a-z0-9-]+$/.test(id)))).toMatchObject(
      WITHOUT_TWIN,
    )
  })
})

describe('what a check reads', () => {
  it('has to be within what a mapping says, as a whole and not by half a name', () => {
    const versioning = check('s3-bucket-versioning')
    expect(readsOnly(versioning, ['versioning'])).toBe(true)
    expect(readsOnly(versioning, ['vers', 'policy'])).toBe(false)
    expect(readsOnly(versioning, [])).toBe(false)
    expect(reads(check('s3-bucket-public'), 'AWS::::Account', 's3PublicAccessBlock')).toBe(true)
    expect(reads(versioning, 'AWS::::Account', 's3PublicAccessBlock')).toBe(false)
  })

  it('of other types does not keep a plan from answering', () => {
    expect(hasTwin(check('s3-bucket-public'), MAPPINGS, SETTINGS)).toBe(true)
    expect(hasTwin(check('ec2-vpc-flow-logs'), MAPPINGS, SETTINGS)).toBe(true)
  })
})
