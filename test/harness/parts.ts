import { startControlPlane } from './controlplane/start.ts'
import { startPostgres } from './postgres.ts'

/** A part that is running for the whole test run. */
export interface Part<Info> {
  /** What a test worker needs to reach it; plain JSON. */
  readonly info: Info
  stop(): Promise<void>
}

interface Starting {
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** The parts that test files share: each is started when the first of them asks for it. A new part is one line here. */
export const parts = {
  postgres: async ({ signal }: Starting) => part(await startPostgres({ signal }), ({ url }) => ({ url })),
  controlplane: async (starting: Starting) => part(await startControlPlane(starting), ({ info }) => info),
}

export type PartName = keyof typeof parts
export type PartInfo<Name extends PartName> = Awaited<ReturnType<(typeof parts)[Name]>>['info']

function part<Running extends { stop(): Promise<void> }, Info>(
  running: Running,
  info: (running: Running) => Info,
): Part<Info> {
  return { info: info(running), stop: () => running.stop() }
}
