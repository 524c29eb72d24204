import { describe, expect, it } from 'vitest'
import { isUnknown } from '#core/stored.ts'
import { parseReport, ROOT_ROW } from './credential-report.ts'

const COLUMNS = 'user,arn,password_enabled,password_last_used,mfa_active'
const rowOf = (line: string, user = 'ann') => {
  const row = parseReport(`${COLUMNS}\n${line}\n`).get(user)
  if (row === undefined) throw new Error(`no row of ${user}`)
  return row
}
const detailOf = (value: unknown) => (isUnknown(value) ? value.$unknown[0] : value)

describe('a credential report', () => {
  it('has a row per user, and one of the root user', () => {
    const rows = parseReport(`${COLUMNS}\n${ROOT_ROW},arn,not_supported,no_information,true\nann,arn,true,N/A,false`)
    expect([...rows.keys()]).toEqual([ROOT_ROW, 'ann'])
    expect(rows.get('ann')?.flag('password_enabled')).toBe(true)
    expect(rows.get(ROOT_ROW)?.flag('mfa_active')).toBe(true)
  })

  it('reads columns by name, wherever they stand', () => {
    expect(parseReport('mfa_active,user\ntrue,ann').get('ann')?.flag('mfa_active')).toBe(true)
  })

  it('reads times with an offset as UTC', () => {
    expect(rowOf('ann,arn,true,2026-05-01T12:00:00+02:00,true').time('password_last_used')).toBe(
      '2026-05-01T10:00:00.000Z',
    )
  })

  it.each([
    ['N/A: there is no such credential, or it was never used', 'N/A'],
    ['no_information: not since AWS began to track it', 'no_information'],
  ])('reads a time as never where it says %s', (_, value) => {
    expect(rowOf(`ann,arn,true,${value},true`).time('password_last_used')).toBeNull()
  })

  it.each(['N/A', 'false', 'FALSE'])('reads a flag as false where it says %s', (value) => {
    expect(rowOf(`ann,arn,${value},N/A,true`).flag('password_enabled')).toBe(false)
  })

  it('does not know what AWS calls not_supported', () => {
    const row = rowOf(`${ROOT_ROW},arn,not_supported,not_supported,true`, ROOT_ROW)
    expect(detailOf(row.time('password_last_used'))).toMatchObject({
      kind: 'fault',
      operation: 'iam:GetCredentialReport',
      detail: 'password_last_used: the credential report says "not_supported"',
    })
    expect(detailOf(row.flag('password_enabled'))).toMatchObject({ kind: 'fault' })
  })

  it.each(['', 'yesterday', 'no_information'])('does not know a flag that says %j', (value) => {
    expect(detailOf(rowOf(`ann,arn,${value},N/A,true`).flag('password_enabled'))).toMatchObject({ kind: 'fault' })
  })

  it('does not know what the report leaves out', () => {
    const row = rowOf('ann,arn,true,N/A,true')
    expect(detailOf(row.flag('access_key_1_active'))).toMatchObject({
      detail: 'access_key_1_active: the credential report leaves it out',
    })
    expect(detailOf(row.time('access_key_1_last_used_date'))).toMatchObject({ kind: 'fault' })
  })

  it('reads names with commas and quotes', () => {
    expect(rowOf('"ann, ""the"" admin",arn,true,N/A,true', 'ann, "the" admin').flag('mfa_active')).toBe(true)
  })

  it('leaves out a row whose values would stand under the wrong columns', () => {
    expect(parseReport(`${COLUMNS}\nann,the admin,arn,true,N/A,true\nben,arn,true,N/A,true`).size).toBe(1)
  })

  it('is empty where nothing is in it', () => {
    expect(parseReport('').size).toBe(0)
  })
})
