import { distinctReasons, type Reason } from '#core/reason.ts'
import { isUnknown } from '#core/stored.ts'
import { isRecord } from './json.ts'
import { at } from './marks.ts'
import { contradicts, expressionsOf, writtenOf } from './matching.ts'
import { isPhantom } from './phantom.ts'
import { afterApply, isMarkedAt, isSetAt, type Place } from './place.ts'
import { unreadable } from './told.ts'
import { writtenBlock, writtenList } from './written.ts'

/** The places of nested blocks, in the plan's order; `incomplete` says why there may be more. */
export interface BlockPlaces {
  readonly items: readonly Place[]
  readonly incomplete: readonly Reason[]
}

type Block = Readonly<Record<string, unknown>>

/**
 * The blocks of a name that a plan shows. One that stands for a number of blocks nobody knows yet makes the list
 * incomplete, and brings those of them that the files know.
 */
export function plannedBlocks(place: Place, name: string, planned: readonly unknown[]): BlockPlaces {
  const incomplete: Reason[] = []
  const items: Place[] = []
  const known: Block[] = []
  const written = writtenList(place.written?.valueOf(name))
  const files = (written?.items ?? []).filter(isPlainRecord)
  // Where the files cannot list all there are, one that they do not list may look like one that they do.
  const mayBeIt = written !== undefined && lacksOnlyWhatThePlanLacks(written.incomplete) ? files : []
  // Where the configuration writes as many blocks, none of them stands for others.
  const configured = at(place.expressions, name)
  const isWrittenOut = Array.isArray(configured) && configured.length === planned.length
  let hasPhantom = false
  for (const [index, values] of planned.entries()) {
    const path = `${name}[${index}]`
    const unknowns = at(at(place.unknowns, name), index)
    if (unknowns === true || (!isWrittenOut && isRecord(values) && isPhantom(values, unknowns))) {
      hasPhantom = true
      incomplete.push(...afterApply(place, path).$unknown)
    } else if (isRecord(values)) {
      known.push(values)
      items.push({
        ...place,
        path: `${place.path}.${path}`,
        values,
        isBlock: true,
        unknowns,
        sensitive: at(at(place.sensitive, name), index),
        expressions: expressionsOf(configured, values, planned.length),
        basis: isSetAt(place, name) ? 'configured' : place.basis,
        written: writtenOf(mayBeIt, values),
      })
    } else {
      incomplete.push(...unreadable(`${place.path}.${path} is not a block`).$unknown)
    }
  }
  const others = hasPhantom ? files.filter((block) => known.every((values) => contradicts(block, values))) : []
  return {
    items: [...items, ...others.map((block, n) => placeInFiles(place, `${name}[${planned.length + n}]`, name, block))],
    incomplete,
  }
}

/** The blocks of a name of which the plan shows nothing, and the files something. */
export function writtenBlocks(place: Place, name: string, written: unknown): BlockPlaces {
  const list = writtenList(written)
  if (list === undefined) return { items: [], incomplete: afterApply(place, name).$unknown }
  const blocks = list.items.filter(isPlainRecord)
  const untold = blocks.length < list.items.length ? afterApply(place, name).$unknown : []
  return {
    items: blocks.map((block, index) => placeInFiles(place, `${name}[${index}]`, name, block)),
    incomplete: distinctReasons([...list.incomplete, ...untold]),
  }
}

function placeInFiles(place: Place, path: string, name: string, block: Block): Place {
  return {
    ...place,
    path: `${place.path}.${path}`,
    values: {},
    isBlock: true,
    unknowns: true,
    sensitive: isMarkedAt(place, name),
    expressions: undefined,
    basis: 'configured',
    written: writtenBlock(block),
  }
}

function isPlainRecord(value: unknown): value is Block {
  return isRecord(value) && !isUnknown(value)
}

function lacksOnlyWhatThePlanLacks(incomplete: readonly Reason[]): boolean {
  return incomplete.every(({ kind }) => kind === 'after_apply')
}
