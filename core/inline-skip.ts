import type { SourceRange } from './report.ts'

/** A comment that accepts a risk beside the resource: `# vedette:skip=s3-bucket-public:the website is public`. */
export interface InlineSkip {
  /** Id or alias. */
  readonly check: string
  /** Empty: it gives none, and counts as no acceptance. */
  readonly reason: string
  readonly file: string
  readonly line: number
  /** The last of the comment lines it is one of, where they stand above a block; null: it stands inside of one. */
  readonly blockEnd: number | null
}

/** Whether the comment stands beside a resource: inside its block, or in the comment lines directly above it. */
export function isBeside(skip: InlineSkip, { file, startLine, endLine }: SourceRange): boolean {
  if (skip.file !== file) return false
  return (skip.line >= startLine && skip.line <= endLine) || skip.blockEnd === startLine - 1
}
