import { visible, visibleLines } from './visible.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text between tags, of XML and of HTML. Control characters, which XML 1.0 cannot hold, and line feeds are made visible. */
export function xmlText(text: string): string {
  return escaped(visible(text))
}

/** Text between tags in which line feeds stay. */
export function xmlLines(text: string): string {
  return escaped(visibleLines(text))
}

/** Attributes with their values, quoted; what is null is left out. */
export function xmlAttributes(attributes: Readonly<Record<string, string | number | null>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === null ? '' : ` ${name}="${xmlText(String(value))}"`))
    .join('')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
