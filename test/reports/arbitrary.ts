import * as fc from 'fast-check'
import type { ReportResult } from '#core/report.ts'
import { denied, result } from '#test/builders/report.ts'
import type { RenderOptions, ReportFormat } from '#reports/format.ts'
import { PLAIN } from '#reports/terminal.ts'
import type { Report } from '#core/report.ts'

/** Text that breaks formats: markup, formulas, quotes, escape sequences, direction marks, halves of surrogate pairs. */
export const nastyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<script>alert(1)</script>',
        ']]>',
        '-->',
        '&amp;',
        '"',
        "'",
        '`',
        '|',
        '\\',
        '=1+1',
        '@SUM(A1)',
        '+x',
        '-x',
        '\t=x',
        '\n',
        '\r\n',
        ',',
        ';',
        '\u001B[31m',
        '\u001B]8;;http://x\u0007',
        '\u009B2J',
        '\u202E',
        '\u2028',
        '\u0000',
        '\uD800',
        '\uFFFE',
        '```',
        '</details>',
        '::error::',
        '*/',
        '日本語',
        '👩‍👩‍👧',
        'é',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

/** Results in which every text from outside is nasty. */
export const nastyResult: fc.Arbitrary<ReportResult> = fc
  .record({
    verdict: fc.constantFrom('fail' as const, 'unknown' as const, 'pass' as const),
    checkId: fc.constantFrom('s3-bucket-public', 'ec2-instance-imdsv2', 'iam-root-mfa'),
    id: nastyText,
    name: nastyText,
    arn: fc.option(nastyText),
    address: fc.option(nastyText),
    field: nastyText,
    value: fc.oneof(nastyText, fc.jsonValue()),
    detail: nastyText,
    file: nastyText,
    location: fc.option(nastyText),
  })
  .map(({ verdict, checkId, id, name, arn, address, field, value, detail, file, location }) =>
    result({
      verdict,
      checkId,
      location,
      resource: { id, name, arn, address },
      evidence: verdict === 'unknown' ? [] : [{ field, value, basis: 'observed' }],
      missing:
        verdict === 'unknown'
          ? [
              {
                field,
                reasons: [
                  denied(),
                  { kind: 'unreadable' as const, detail },
                  { kind: 'unlinked' as const, address: id },
                ],
              },
            ]
          : [],
      source: file === '' ? null : { file, startLine: 3, endLine: 9 },
    }),
  )

export function render(format: ReportFormat, report: Report, options: Partial<RenderOptions> = {}): string {
  return [...format.render(report, { results: 'all', terminal: PLAIN, ...options })].join('')
}

/** What moves a terminal's cursor, or turns text around. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
export const UNSAFE = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/
