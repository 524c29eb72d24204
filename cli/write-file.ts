import { constants } from 'node:fs'
import { access, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { randomUUID } from 'node:crypto'
import { notEvaluated, wrongUse } from './stop.ts'
import { fileError } from './file-error.ts'

/** Refuses, before any work is done, a file that cannot be written when the work is over. Throws `Stop` (exit 2). */
export async function checkWritable(cwd: string, file: string): Promise<void> {
  const path = resolve(cwd, file)
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory() === true) throw wrongUse(`${file} is a folder, and a file was to be written there`)
  // A regular file is replaced as a whole, so its folder is what has to be writable.
  const target = found === undefined || found.isFile() ? dirname(path) : path
  try {
    await access(target, constants.W_OK)
  } catch (error) {
    throw wrongUse(`${file} cannot be written: ${fileError(error)}`)
  }
}

/**
 * Writes text to a file, in pieces. A regular file appears whole or not at all, so that nobody reads half a report. Throws
 * `Stop` (exit 3) when it cannot be written: somebody relies on it.
 */
export async function writeFileWhole(cwd: string, file: string, pieces: Iterable<string>): Promise<void> {
  const path = resolve(cwd, file)
  try {
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && !found.isFile()) return await writeTo(path, pieces)
    const draft = join(dirname(path), `.vedette-${randomUUID()}.tmp`)
    try {
      await writeTo(draft, pieces)
      await rename(draft, path)
    } finally {
      await rm(draft, { force: true })
    }
  } catch (error) {
    throw notEvaluated(`${file} cannot be written: ${fileError(error)}`, {
      cause: error,
    })
  }
}

async function writeTo(path: string, pieces: Iterable<string>): Promise<void> {
  await using file = await open(path, 'w')
  for (const chunk of chunks(pieces)) await file.write(chunk)
}

const CHUNK_CHARACTERS = 64 * 1024

/** Joins small pieces, so that a report of many lines costs few writes. */
export function* chunks(pieces: Iterable<string>): Iterable<string> {
  let held = ''
  for (const piece of pieces) {
    held += piece
    if (held.length < CHUNK_CHARACTERS) continue
    yield held
    held = ''
  }
  if (held !== '') yield held
}
