import { readFile, writeFile } from 'node:fs/promises'

/**
 * Writes a generated file, relative to the repository. Under --check it writes nothing, and makes the process fail when
 * the committed file is not what it would write.
 */
export async function writeGenerated(path: string, text: string): Promise<void> {
  const file = new URL(`../${path}`, import.meta.url)
  const current = await readFile(file, 'utf8').catch(() => '')
  if (current === text) return
  if (process.argv.includes('--check')) {
    console.error(`${path} is not what its source says: run \`make generate\` and commit the result`)
    process.exitCode = 1
  } else {
    await writeFile(file, text)
    console.log(`wrote ${path}`)
  }
}
