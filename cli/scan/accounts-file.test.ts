import { describe, expect, it } from 'vitest'
import { readAccountsFile } from './accounts-file.ts'

const ARN = 'arn:aws:iam::111122223333:role/security/VedetteScan'
const read = (text: string) => readAccountsFile(text, 'accounts.yaml')
const nobody = { name: null, accountId: null, roleArn: null, externalId: null, profile: null }

describe('an accounts file', () => {
  it('is YAML or JSON', () => {
    const rows = [
      { ...nobody, name: 'payments-prod', roleArn: ARN, externalId: 'vedette-test' },
      { ...nobody, profile: 'dev', accountId: '444455556666' },
    ]
    const yaml = `
# who we watch
accounts:
  - name: payments-prod
    roleArn: ${ARN}
    externalId: vedette-test
  - profile: dev
    accountId: "444455556666"
`
    const json = `{"accounts":[{"name":"payments-prod","roleArn":"${ARN}","externalId":"vedette-test"},{"profile":"dev","accountId":"444455556666"}]}`
    expect(read(yaml)).toEqual({ ok: true, rows, faults: [] })
    expect(read(json)).toEqual({ ok: true, rows, faults: [] })
  })

  it.each([
    ['- profile: [', 'accounts.yaml is neither YAML nor JSON: '],
    ['', 'accounts.yaml is no accounts file: '],
    ['accounts: []', 'accounts.yaml is no accounts file: accounts: names no account. It holds "accounts:", a list.'],
    ['account: []', 'accounts.yaml is no accounts file: '],
    ['- profile: dev', 'accounts.yaml is no accounts file: '],
  ])('cannot be %j', (text, fault) => {
    const file = read(text)
    expect(file.ok ? '' : file.fault).toContain(fault)
    expect(file.ok ? '' : file.fault).not.toContain('\n')
  })

  it.each([
    ['accountId: 111122223333', 'accountId: has to be text: put the 12 digits in quotes'],
    ['roleArn: VedetteScan', 'roleArn: a role is named by its ARN, such as'],
    ['roleArn: arn:aws:iam::111122223333:user/somebody', 'roleArn: a role is named by its ARN'],
    ['name: nobody', 'name a roleArn, a profile or both'],
    ['{ profile: a, externalId: secret }', 'an externalId belongs to a roleArn'],
    [`{ roleArn: "${ARN}", accountId: "444455556666" }`, 'accountId is another account than the one of roleArn'],
    [`{ roleArn: "${ARN}", externalId: "a b" }`, 'externalId: has 2 to 1,224 letters, digits and'],
    ['{ profile: a, region: eu-west-1 }', 'Unrecognized key: "region"'],
    ['just a word', 'expected object'],
  ])('tells of a bad row which one it is and what is wrong, and keeps the others: %s', (row, why) => {
    const text = row.startsWith('{') || !row.includes(':') ? row : `{ ${row} }`
    const file = read(`accounts:\n  - profile: good\n  - ${text}\n  - profile: also good\n`)
    if (!file.ok) throw new Error(file.fault)
    expect(file.rows.map(({ profile }) => profile)).toEqual(['good', 'also good'])
    expect(file.faults).toEqual([{ row: 'accounts[1] of accounts.yaml', why: expect.stringContaining(why) }])
  })
})
