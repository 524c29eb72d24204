import { ListField } from '../field.ts'
import { parseCidr, union, type Family, type Ranges } from './cidr.ts'
import { look, lookAtBlock, type Look } from './look.ts'
import type { PrefixList } from './rule.ts'

/** The blocks of one family that the prefix list of an id holds; undefined when no such list was seen. */
export type PrefixLists = (id: string) => Look<Ranges> | undefined

/**
 * Opens prefix lists for look-up by id. A list is known when it was seen with all of its entries; one that was not seen may
 * be there while the listing is not complete, or while the id of some list is not known.
 */
export function lookUpPrefixList(lists: ListField<PrefixList>, family: Family): PrefixLists {
  const { made, missing } = ListField.collect(lists, (list) => {
    const entries = ListField.collect(list.entries, (entry) => {
      const text = look(entry.cidr)
      const parsed = text.known ? parseCidr(text.value) : undefined
      // A list is of one family; an entry of the other one adds nothing to this question.
      if (parsed !== undefined && parsed.family !== family) return { ...text, known: true as const, value: [] }
      return lookAtBlock(entry.cidr, family)
    })
    return {
      id: look(list.prefixListId),
      blocks: entries.made,
      missing: [...entries.missing, ...entries.made.flatMap((block) => block.missing)],
    }
  })
  const unsure = [...missing, ...made.flatMap(({ id }) => id.missing)]

  return (id) => {
    const named = made.filter((list) => list.id.known && list.id.value === id)
    if (named.length === 0) return unsure.length > 0 ? { known: false, evidence: [], missing: unsure } : undefined
    const gaps = named.flatMap((list) => list.missing)
    if (gaps.length > 0) return { known: false, evidence: [], missing: gaps }
    const blocks = named.flatMap((list) => list.blocks.flatMap((block) => (block.known ? [block.value] : [])))
    return { known: true, value: union(...blocks), evidence: [], missing: [] }
  }
}
