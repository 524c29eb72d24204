import { afterAll, beforeAll } from 'vitest'
import { startAws } from './aws.ts'
import type { Aws, AwsOptions } from './aws.ts'

/**
 * An AWS of this test file's own, started before its first test and stopped after its last. Call it at the top level or
 * in a `describe`, then the result inside tests: `const aws = useAws()` … `aws().url`.
 */
export function useAws(options: AwsOptions = {}): () => Aws {
  let started: Aws | undefined
  beforeAll(async () => {
    started = await startAws(options)
  })
  afterAll(() => started?.stop())
  return () => {
    if (started === undefined) throw new Error('useAws() gives its AWS inside tests and hooks only')
    return started
  }
}
