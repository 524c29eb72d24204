import type { Kind } from './kind.ts'
import { ScanRequest } from './scan-request.ts'
import { ScanSchedule } from './scan-schedule.ts'
import { ScanTarget } from './scan-target.ts'

/** Every kind that is served, in the order in which people meet them. */
export const KINDS: readonly Kind[] = [ScanTarget, ScanSchedule, ScanRequest]
