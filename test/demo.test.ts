import { expect, it } from 'vitest'
import { startProcess } from '#platform/process/child-process.ts'

it('the demo shows two watched accounts, finds that all it showed is so, and stops everything', async () => {
  const root = new URL('../', import.meta.url).pathname
  const demo = await startProcess({ name: 'demo', command: process.execPath, args: ['demo/main.ts'], cwd: root })
  const { code } = await demo.exited
  expect(demo.output()).toContain('all of it holds')
  expect(code).toBe(0)
}, 180_000)
