import { expect, test } from 'vitest'
import { ACCOUNT, useWorker } from './worker-fixture.ts'

const fixture = useWorker()

test('a scan of an account ends with its findings, and everything could be looked at', async () => {
  const { aws, createScannerRole, request, startWorker, ended } = fixture.now
  aws.account(ACCOUNT).enableRegions(['eu-central-1', 'us-east-1', 'us-west-2'])
  await createScannerRole()
  startWorker()
  const scan = await ended(await request({ regions: ['eu-central-1'] }))
  expect(scan).toMatchObject({ state: 'Succeeded', summary: { coveragePercent: 100 } })
}, 90_000)
