import { ListField } from '../field.ts'
import { parseCidr, union, type Family, type Ranges } from './cidr.ts'
import { look, lookAtBlock, type Look } from './look.ts'
import type { PrefixList } from './rule.ts'

/**
 * The blocks of one family in the prefix list that was looked up by its id; undefined when there is none. It is known
 * when it was seen with all of its entries; one that was not seen may be there while the look-up is not complete.
 */
export function openPrefixLists(lists: ListField<PrefixList>, family: Family): Look<Ranges> | undefined {
  const { made, missing } = ListField.collect(lists, (list) => {
    const entries = ListField.collect(list.entries, (entry) => {
      const text = look(entry.cidr)
      const parsed = text.known ? parseCidr(text.value) : undefined
      // A list is of one family; an entry of the other one adds nothing to this question.
      if (parsed !== undefined && parsed.family !== family) return { ...text, known: true as const, value: [] }
      return lookAtBlock(entry.cidr, family)
    })
    return { blocks: entries.made, missing: [...entries.missing, ...entries.made.flatMap((block) => block.missing)] }
  })
  if (made.length === 0) return missing.length > 0 ? { known: false, evidence: [], missing } : undefined
  const gaps = made.flatMap((list) => list.missing)
  if (gaps.length > 0) return { known: false, evidence: [], missing: gaps }
  const blocks = made.flatMap((list) => list.blocks.flatMap((block) => (block.known ? [block.value] : [])))
  return { known: true, value: union(...blocks), evidence: [], missing: [] }
}
