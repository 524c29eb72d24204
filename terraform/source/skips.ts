import type { SourceRange } from '#core/report.ts'
import type { ConfigurationFiles } from './files.ts'
import type { ResourceBlocks } from './source.ts'

/** A risk accepted beside the resource: `# vedette:skip=s3-bucket-versioning:rebuilt every night`. */
export interface Skip {
  /** Without instance keys: it holds for all instances. Null: no resource stands there. */
  readonly address: string | null
  /** One of ours, or an alias. */
  readonly check: string
  /** Empty where none is given: that is for the report to complain about. */
  readonly reason: string
  readonly file: string
  readonly line: number
}

const SKIP = /^vedette:skip=([^:\s]+)\s*(?::\s*(.*))?$/

/** Every skip in the files. It belongs to the resource in whose block it stands, or directly above which. */
export function skipsIn({ modules }: ConfigurationFiles, resources: ResourceBlocks): readonly Skip[] {
  const found = new Map<string, Skip>()
  for (const { comments } of modules.values()) {
    for (const [file, all] of comments) {
      const lines = new Set(all.map(({ line }) => line))
      for (const { text, line } of all) {
        const [, check, reason = ''] = SKIP.exec(text) ?? []
        if (check === undefined) continue
        const holders = [...resources].filter(([, { range }]) => belongs({ file, line }, range, lines))
        // A module that is called twice declares one resource at several addresses.
        for (const address of holders.length === 0 ? [null] : holders.map(([name]) => name)) {
          found.set(`${file}:${line}:${address}`, { address, check, reason: reason.trim(), file, line })
        }
      }
    }
  }
  return [...found.values()]
}

function belongs(
  at: { readonly file: string; readonly line: number },
  range: SourceRange,
  commentLines: ReadonlySet<number>,
): boolean {
  if (at.file !== range.file) return false
  if (at.line >= range.startLine && at.line <= range.endLine) return true
  // Above it, with nothing but comments between.
  for (let line = at.line; line < range.startLine; line++) if (!commentLines.has(line)) return false
  return at.line < range.startLine
}
