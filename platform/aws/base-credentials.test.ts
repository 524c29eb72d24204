import { afterEach, expect, test, vi } from 'vitest'
import { createBaseCredentials } from './base-credentials.ts'

afterEach(() => vi.unstubAllEnvs())

test('the process is who the SDK’s default chain says, asked at the first use', async () => {
  const provide = createBaseCredentials({ region: 'eu-central-1' })
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIAONE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_SESSION_TOKEN', 'token')
  expect(await provide()).toMatchObject({ accessKeyId: 'ASIAONE', secretAccessKey: 'secret', sessionToken: 'token' })
})
