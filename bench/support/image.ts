import { readFile } from 'node:fs/promises'

/** What the image sets is part of what is measured: Node's flags, and how memory is given back. */
export async function environmentOfTheImage(): Promise<Readonly<Record<string, string>>> {
  const dockerfile = await readFile(new URL('../../Dockerfile', import.meta.url), 'utf8')
  const set = [...dockerfile.matchAll(/^ENV (\w+)="([^"]*)"$/gm)].map(([, name = '', value = '']) => [name, value])
  if (!set.some(([name]) => name === 'NODE_OPTIONS')) throw new Error('the Dockerfile sets no NODE_OPTIONS')
  return Object.fromEntries(set)
}
