import { EXIT, type CountedResult, type Report } from '#core/report.ts'
import type { Terminal } from './terminal.ts'

export interface RenderOptions {
  /** Findings, or every verdict that was kept. */
  readonly results: 'findings' | 'all'
  /** What the reader's screen can show; files have no width and no colour. */
  readonly terminal: Terminal
}

/** Turns a report into text, in pieces: a large report is never held as one string. */
export interface ReportFormat {
  readonly name: string
  /** Of a file that holds it, without the dot. */
  readonly extension: string
  /** In half a sentence, for help texts. */
  readonly use: string
  render(report: Report, options: RenderOptions): Iterable<string>
}

/** The results that the reader asked for. Findings are failures, those included that are accepted or in the baseline. */
export function* shownResults(report: Report, options: Pick<RenderOptions, 'results'>): Iterable<CountedResult> {
  for (const result of report.results) if (options.results === 'all' || result.verdict === 'fail') yield result
}

/**
 * The same for people. Where not enough could be judged, unknowns are what there is to look into, and are shown with the
 * findings.
 */
export function* shownToPeople(report: Report, options: Pick<RenderOptions, 'results'>): Iterable<CountedResult> {
  const withUnknown = options.results === 'all' || report.outcome.exitCode === EXIT.notEvaluated
  for (const result of report.results) {
    if (options.results === 'all' || result.verdict === 'fail' || (withUnknown && result.countsAs === 'unknown')) {
      yield result
    }
  }
}
