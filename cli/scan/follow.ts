import type { ResourceType } from '#core/resource.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { RESOURCE_TYPES } from '#resources/registry.ts'
import { readScanProgress, type ScanProgress } from '#store/scan-progress.ts'
import { wantedTypes } from '#worker/wanted-collectors.ts'
import type { ScanAccount } from './accounts.ts'
import type { ScanIo, ScanOptions } from './options.ts'
import { progressOf } from './progress.ts'
import { servicesOf } from './spec.ts'

/** How often progress is read when nothing happens. */
const LOOK_EVERY_MS = 500

/** Waits until all scans have ended, and tells how far they are. */
export async function follow(
  pool: Pool,
  scans: ReadonlyMap<string, ScanAccount>,
  of: {
    readonly options: ScanOptions
    readonly io: ScanIo
    readonly calls: () => number
    readonly jobEnded: () => Promise<void>
  },
): Promise<readonly ScanProgress[]> {
  const { clock, signal, onProgress } = of.io
  const wanted = typesWanted(of.options)
  const startedMs = clock.monotonicMs()
  for (;;) {
    // Before the look, so that what ends during it is not slept over.
    const jobEnded = of.jobEnded()
    const progress = await readScanProgress(pool, [...scans.keys()])
    onProgress(progressOf({ scans: progress, wanted, calls: of.calls(), elapsedMs: clock.monotonicMs() - startedMs }))
    if (progress.every(({ state }) => state !== 'Pending' && state !== 'Running')) return progress
    const look = new AbortController()
    await Promise.race([jobEnded, clock.sleep(LOOK_EVERY_MS, AbortSignal.any([signal, look.signal]))])
    look.abort()
    signal.throwIfAborted()
  }
}

function typesWanted(options: ScanOptions): readonly ResourceType[] {
  const checks = options.checks.map(({ check }) => check)
  const names = wantedTypes(RESOURCE_TYPES, checks, { services: servicesOf(options.checks) })
  return RESOURCE_TYPES.filter(({ type }) => names.has(type))
}
