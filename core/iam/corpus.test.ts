import { describe, expect, it } from 'vitest'
import { isUnknown } from '../stored.ts'
import { CORPUS } from './corpus.ts'
import { parsePolicy } from './document.ts'
import { whoCan } from './who-can.ts'
import { describeWho } from './who.ts'

describe('the corpus of who can', () => {
  it('has at least 150 cases, each with its source, none twice', () => {
    expect(CORPUS.length).toBeGreaterThanOrEqual(150)
    expect(new Set(CORPUS.map(({ policy, options }) => JSON.stringify([policy, options]))).size).toBe(CORPUS.length)
    expect(CORPUS.filter(({ source }) => !URL.canParse(source))).toEqual([])
  })

  it.each(CORPUS.map((one) => [one.says, one] as const))('%s', (_, { policy, options, isPublic, who, source }) => {
    const parsed = parsePolicy(JSON.parse(JSON.stringify(policy)))
    if (!parsed.ok) throw new Error(`not a policy: ${JSON.stringify(parsed)}`)

    const answer = whoCan(parsed.document, options)

    const said = isUnknown(answer.isPublic) ? 'unknown' : answer.isPublic
    expect(said, source).toBe(isPublic)
    if (who !== undefined)
      expect([...new Set(answer.grants.map((grant) => describeWho(grant.who)))].sort(), source).toEqual([...who].sort())
  })
})
