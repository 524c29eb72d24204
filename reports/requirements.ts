import { compareText } from '#core/order.ts'
import { FRAMEWORKS } from '#frameworks/registry.ts'

/** A requirement of a framework that a check has something to say about. */
export interface MappedRequirement {
  readonly framework: string
  readonly frameworkTitle: string
  readonly id: string
  readonly title: string
}

const BY_CHECK: ReadonlyMap<string, readonly MappedRequirement[]> = byCheck()

/** What a check answers, by framework; empty where no framework asks for it. */
export function requirementsOf(checkId: string): readonly MappedRequirement[] {
  return BY_CHECK.get(checkId) ?? []
}

function byCheck(): ReadonlyMap<string, readonly MappedRequirement[]> {
  const found = new Map<string, MappedRequirement[]>()
  for (const { id: framework, title: frameworkTitle, requirements } of FRAMEWORKS) {
    for (const { id, title, checks } of requirements) {
      for (const check of checks) {
        found.set(check.id, [...(found.get(check.id) ?? []), { framework, frameworkTitle, id, title }])
      }
    }
  }
  for (const list of found.values()) list.sort((a, b) => compareText(a.framework, b.framework))
  return found
}
