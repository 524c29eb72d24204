import type { Collector } from './collector.ts'

/** Every collector there is: one per line, sorted. Imports AWS commands, which is why it is apart from `registry.ts`. */
export const COLLECTORS: readonly Collector[] = []
