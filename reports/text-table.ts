import { padText, textWidth, wrapText } from './text-width.ts'
import type { Paint, Terminal } from './terminal.ts'
import { visible } from './visible.ts'

export interface Column {
  readonly title: string
  readonly align?: 'right'
  /** The narrowest it is made before the table gives up columns. Default: 12, or its widest cell. */
  readonly least?: number
}

/** Text, or text in a colour; a list stands on lines of its own. */
export type Cell = string | { readonly text: string | readonly string[]; readonly paint: Paint }

const GAP = '  '
const LEAST = 12

/**
 * Rows as lined-up lines that fit the terminal: what is too wide wraps inside its column, widest columns first; columns
 * that no row uses are left out. Where even that is too wide, every row becomes a block of `TITLE value` lines. Cells are
 * made visible. `rows` is walked twice, so that a long table is never held.
 */
export function* tableLines(
  columns: readonly Column[],
  rows: Iterable<readonly Cell[]>,
  { width, paintTitle }: Pick<Terminal, 'width'> & { readonly paintTitle: Paint },
): Iterable<string> {
  const natural = naturalWidths(columns, rows)
  const used = columns.map((column, index) => ({ ...column, index })).filter(({ index }) => natural[index] !== 0)
  const titled = used.map(({ title, index }) => Math.max(title.length, natural[index] ?? 0))
  const widths = fitted(
    titled,
    used.map(({ least = LEAST, title }) => Math.max(least, title.length)),
    width - GAP.length * (used.length - 1),
  )
  if (widths === null) {
    yield* blocks(used, rows, width)
    return
  }
  const layOut = (cells: readonly Cell[]): Iterable<string> =>
    rowLines(used.map(({ index, align }, at) => ({ cell: cells[index] ?? '', align, width: widths[at] ?? 0 })))
  yield* layOut(columns.map(({ title }) => ({ text: title, paint: paintTitle })))
  for (const row of rows) yield* layOut(row)
}

function naturalWidths(columns: readonly Column[], rows: Iterable<readonly Cell[]>): readonly number[] {
  const widths = columns.map(() => 0)
  for (const row of rows) {
    for (const [index, width] of widths.entries())
      widths[index] = Math.max(width, ...textsOf(row[index]).map(textWidth))
  }
  return widths
}

function textsOf(cell: Cell | undefined): readonly string[] {
  const text = typeof cell === 'object' ? cell.text : (cell ?? '')
  return (typeof text === 'string' ? [text] : text).map(visible).filter((line) => line !== '')
}

/** Takes from the widest columns until all fit; null where they cannot, without going below the least. */
function fitted(natural: readonly number[], least: readonly number[], width: number): readonly number[] | null {
  const floors = natural.map((wide, index) => Math.min(wide, least[index] ?? LEAST))
  if (sum(natural) <= width) return natural
  if (sum(floors) > width) return null
  // Every column gets at most `cap`: the largest one with which all fit.
  let [low, high] = [0, width]
  const capped = (cap: number): readonly number[] =>
    natural.map((wide, index) => Math.max(floors[index] ?? 0, Math.min(wide, cap)))
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (sum(capped(middle)) <= width) low = middle
    else high = middle - 1
  }
  const widths = [...capped(low)]
  // What is left over goes to the columns that still wrap, from the right: there stands what is read.
  for (let index = widths.length - 1, left = width - sum(widths); index >= 0 && left > 0; index--) {
    const more = Math.min(left, (natural[index] ?? 0) - (widths[index] ?? 0))
    widths[index] = (widths[index] ?? 0) + more
    left -= more
  }
  return widths
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

interface Placed {
  readonly cell: Cell
  readonly align: 'right' | undefined
  readonly width: number
}

function* rowLines(cells: readonly Placed[]): Iterable<string> {
  const wrapped = cells.map(({ cell, width }) => textsOf(cell).flatMap((text) => wrapText(text, width)))
  const height = Math.max(1, ...wrapped.map((lines) => lines.length))
  for (let line = 0; line < height; line++) {
    const parts = cells.map(({ cell, align, width }, index) => {
      const text = wrapped[index]?.[line] ?? ''
      const isLast = index === cells.length - 1
      const padded = isLast && align === undefined ? text : padText(text, width, align ?? 'left')
      return typeof cell === 'object' ? cell.paint(padded) : padded
    })
    yield parts.join(GAP).trimEnd()
  }
}

function* blocks(
  columns: readonly (Column & { readonly index: number })[],
  rows: Iterable<readonly Cell[]>,
  width: number,
): Iterable<string> {
  const titles = Math.max(...columns.map(({ title }) => title.length))
  let isFirst = true
  for (const row of rows) {
    if (!isFirst) yield ''
    isFirst = false
    for (const { title, index } of columns) {
      const cell = row[index]
      const room = Math.max(8, width - titles - GAP.length)
      for (const [at, line] of textsOf(cell)
        .flatMap((text) => wrapText(text, room))
        .entries()) {
        const text = typeof cell === 'object' ? cell.paint(line) : line
        yield `${padText(at === 0 ? title : '', titles)}${GAP}${text}`
      }
    }
  }
}
