import type { SourceRange } from './report.ts'

/** A comment that accepts a risk beside the resource: `# vedette:skip=s3-bucket-public:the website is public`. */
export interface InlineSkip {
  /** Id or alias. */
  readonly check: string
  /** Empty: it gives none, and counts as no acceptance. */
  readonly reason: string
  readonly file: string
  readonly line: number
  /** The last line of the comment lines it is one of; null: code stands before it on its line. */
  readonly blockEnd: number | null
}

const SKIP = /(?:#|\/\/|\*)[ \t]*vedette:skip=([\w-]+)(.*)$/
const COMMENT_ONLY = /^[ \t]*(?:#|\/\/|\/\*|\*)/

/** Finds them in a file's text. Cost: one walk. */
export function inlineSkipsIn(file: string, text: string): readonly InlineSkip[] {
  const lines = text.split('\n')
  const skips: InlineSkip[] = []
  let blockEnd: number | null = null
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index] ?? ''
    blockEnd = COMMENT_ONLY.test(line) ? (blockEnd ?? index + 1) : null
    const [, check, rest] = SKIP.exec(line.trimEnd()) ?? []
    if (check === undefined || rest === undefined) continue
    skips.push({ check, reason: reasonIn(rest), file, line: index + 1, blockEnd })
  }
  return skips.reverse()
}

function reasonIn(rest: string): string {
  return rest.startsWith(':') ? rest.slice(1).replace('*/', '').trim() : ''
}

/** Whether the comment stands beside a resource: inside its block, or in the comment lines directly above it. */
export function isBeside(skip: InlineSkip, { file, startLine, endLine }: SourceRange): boolean {
  if (skip.file !== file) return false
  return (skip.line >= startLine && skip.line <= endLine) || skip.blockEnd === startLine - 1
}
