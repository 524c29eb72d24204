import { afterAll, beforeAll } from 'vitest'
import { started } from '../use.ts'
import { startAws } from './aws.ts'
import type { Aws, AwsOptions } from './aws.ts'

/**
 * An AWS of this test file's own (or of a describe block's): moto and the proxy in front of it, about one second to start.
 * The proxy lives in the test's process, so faults and settings are plain calls.
 *
 *   const cloud = useAws()
 *   test('…', async () => { const clients = clientsFor(cloud.aws.url, cloud.aws.adminCredentials('111122223333')) … })
 */
export function useAws(options: AwsOptions = {}): { readonly aws: Aws } {
  const held: { aws?: Aws } = {}
  beforeAll(async () => {
    held.aws = await startAws(options)
  }, 300_000)
  afterAll(() => held.aws?.stop())
  return {
    get aws() {
      return started(held.aws, 'useAws')
    },
  }
}
