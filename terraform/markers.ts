import { parsePolicy, type PolicyDocument } from '#core/iam/document.ts'
import { isRecord } from './json.ts'

/** Names by which `core/stored.ts` tells its own marks from data. */
const MARKERS: ReadonlySet<string> = new Set(['$unknown', '$value', '$items', '$incomplete', '$basis', '$sensitive'])

/** Whether data uses a name that would be taken for a mark of ours: nobody writes it, and nobody may pass by it. */
export function isMarker(name: string): boolean {
  return MARKERS.has(name)
}

/** A policy from JSON text of a plan; undefined where it is none. */
export function readPolicy(json: string): PolicyDocument | undefined {
  const parsed = parsePolicy(json)
  return parsed.ok && !holdsMarker(parsed.document) ? parsed.document : undefined
}

function holdsMarker(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsMarker)
  return isRecord(value) && Object.entries(value).some(([name, inner]) => isMarker(name) || holdsMarker(inner))
}
