import { defineConfig } from 'vitest/config'
import { ClosingLine } from '../test/closing-line.ts'

// What takes too long for `make test`: files named *.chaos.ts, on the same real parts, one after the other.
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    reporters: ['default', new ClosingLine()],
    include: ['chaos/**/*.chaos.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
