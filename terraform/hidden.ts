import { parseInstance, writtenAt } from './address.ts'
import { member } from './json.ts'
import { hasTrue } from './marks.ts'
import type { Plan } from './plan.ts'
import { referencesIn } from './reference.ts'

/**
 * What is not known before the plan is applied and what something depends on, though no expression of the configuration
 * names it: it stands in a local value, or in a `dynamic` block, which look to a plan's reader as if they were not there.
 * Sorted. Cost: one walk over all expressions.
 */
export function hiddenReferences({ changes, configuration, relevant }: Plan): readonly string[] {
  const seen = new Set<string>()
  for (const { module, expression } of configuration.expressions) {
    for (const reference of referencesIn(expression)) {
      if (reference?.kind !== 'resource') continue
      const address = writtenAt({ ...reference, module })
      // Behind an index, any attribute may be meant.
      seen.add(reference.attribute === undefined ? address : `${address}.${reference.attribute}`)
    }
  }
  const byAddress = Map.groupBy(changes, writtenAt)
  const hidden = relevant.flatMap(({ address, attribute }) => {
    const instance = parseInstance(address)
    if (instance === undefined) return []
    const written = writtenAt(instance)
    const isUnknown = (byAddress.get(written) ?? []).some(({ afterUnknown }) =>
      hasTrue(member(afterUnknown, attribute)),
    )
    return isUnknown && !seen.has(`${written}.${attribute}`) && !seen.has(written) ? [`${written}.${attribute}`] : []
  })
  return [...new Set(hidden)].sort()
}
