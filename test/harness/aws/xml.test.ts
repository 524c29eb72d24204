import { expect, test } from 'vitest'
import { escapeXml, find, findAll, parseXml, splice, textAt } from './xml.ts'

const XML = `<?xml version="1.0"?>
<!-- moto writes these -->
<List xmlns="http://x/"><set><item><id>a</id><name>R&amp;D &lt;x&gt;</name></item><item><id>b</id><empty/></item></set></List>`

test('elements are found by path and by name, with their entities decoded', () => {
  const root = parseXml(XML)
  expect(root.name).toBe('List')
  expect(textAt(root, 'set', 'item', 'name')).toBe('R&D <x>')
  expect(findAll(root, 'id').map(({ text }) => text)).toEqual(['a', 'b'])
  expect(find(root, 'set', 'missing')).toBeUndefined()
})

test('parts are cut and put in without touching the rest', () => {
  const [first] = findAll(parseXml(XML), 'item')
  const set = find(parseXml(XML), 'set')
  const cut = splice(XML, [
    { start: first?.start ?? 0, end: first?.end ?? 0, text: '' },
    { start: set?.innerEnd ?? 0, end: set?.innerEnd ?? 0, text: '<more/>' },
  ])
  expect(cut).toContain('<set><item><id>b</id><empty/></item><more/></set>')
})

test('what is escaped reads as it was', () => {
  expect(textAt(parseXml(`<a><b>${escapeXml(`<"&'>`)}</b></a>`), 'b')).toBe(`<"&'>`)
})

test.each(['<a><b></a>', '<a>', ''])('%j is not a document', (xml) => {
  expect(() => parseXml(xml)).toThrow(/XML/)
})
