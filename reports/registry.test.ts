import { describe, expect, it } from 'vitest'
import { report, result } from '#test/builders/report.ts'
import { FORMATS, findFormat } from './registry.ts'
import { PLAIN } from './terminal.ts'

describe('formats', () => {
  it('are found by name', () => {
    expect(FORMATS.map(({ name }) => name)).toEqual([
      'table',
      'json',
      'csv',
      'html',
      'sarif',
      'junit',
      'ocsf',
      'markdown',
    ])
    expect(findFormat('sarif')?.extension).toBe('sarif')
    expect(findFormat('pdf')).toBeUndefined()
  })

  const results = Array.from({ length: 5000 }, (_, index) =>
    result({
      checkId: index % 2 === 0 ? 's3-bucket-public' : 's3-bucket-versioning',
      resource: { id: `bucket-${index}` },
    }),
  )
  const large = report({ results })

  it.each(FORMATS)('$name gives a large report in small pieces', (format) => {
    let [pieces, longest] = [0, 0]
    for (const piece of format.render(large, { results: 'findings', terminal: PLAIN })) {
      pieces++
      longest = Math.max(longest, piece.length)
    }
    // A comment on a pull request is short by itself.
    expect(longest).toBeLessThanOrEqual(65_536)
    if (format.name !== 'markdown') expect(pieces).toBeGreaterThan(results.length)
  })
})
