import type { TestProject } from 'vitest/node'
import { startBroker } from './broker.ts'
import { parts } from './parts.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the broker of shared parts listens. */
    partsBroker: string
  }
}

/** Vitest calls it once per run; what it returns is called at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await startBroker(parts, (line) => console.error(line))
  project.provide('partsBroker', broker.url)
  return () => broker.stop()
}
