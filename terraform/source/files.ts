import { readdir, readFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { createSourceParser, type ParseSource } from './parse.ts'
import type { Block, Comment, Expression } from './syntax.ts'

/** A module as its folder holds it, whoever calls it. */
export interface ModuleFiles {
  readonly blocks: readonly Block[]
  /** By file, relative to the folder that was given. */
  readonly comments: ReadonlyMap<string, readonly Comment[]>
}

/** The files of a configuration, by module: `''` is the root, `logs.inner` what `module "inner"` of `module "logs"` is. */
export interface ConfigurationFiles {
  readonly modules: ReadonlyMap<string, ModuleFiles>
  /** What could not be read, in whole sentences; the rest stands. */
  readonly faults: readonly string[]
}

/** Calls in calls deeper than this are a cycle. */
const DEEPEST = 20

/**
 * Reads the `.tf` files of a root module and of all modules it calls: where `terraform init` put them, by its own list
 * (`.terraform/modules/modules.json`), else by local paths. Each folder is read once. Memory: the files.
 *
 * Files in JSON syntax (`.tf.json`) are not read: a fault says so.
 */
export async function readConfigurationFiles(root: string): Promise<ConfigurationFiles> {
  const parse = await createSourceParser()
  const faults: string[] = []
  const folders = new Map<string, Promise<ModuleFiles>>()
  const modules = new Map<string, ModuleFiles>()
  const installed = await readModuleList(root, faults)
  const read = async (key: string, folder: string, depth: number): Promise<void> => {
    const files = folders.get(folder) ?? readFolder(root, folder, parse, faults)
    folders.set(folder, files)
    const module = await files
    modules.set(key, module)
    if (depth === DEEPEST) return
    for (const call of module.blocks.filter(({ type }) => type === 'module')) {
      const inner = [key, call.labels[0] ?? ''].filter((part) => part !== '').join('.')
      const at = installed.get(inner) ?? localFolder(folder, call.attributes.get('source'))
      if (at !== undefined) await read(inner, at, depth + 1)
      else {
        faults.push(
          `${call.range.file}:${call.range.startLine}: module "${call.labels[0]}" is not here: run terraform init in the folder first`,
        )
      }
    }
  }
  await read('', '', 0)
  return { modules, faults }
}

async function readFolder(root: string, folder: string, parse: ParseSource, faults: string[]): Promise<ModuleFiles> {
  const blocks: Block[] = []
  const comments = new Map<string, readonly Comment[]>()
  for (const name of await namesIn(join(root, folder), faults)) {
    const file = join(folder, name)
    if (name.endsWith('.tf.json')) {
      faults.push(`${file}: JSON syntax is not read; results of what it declares carry no lines`)
      continue
    }
    if (!name.endsWith('.tf')) continue
    try {
      const parsed = parse(await readFile(join(root, file), 'utf8'), file)
      blocks.push(...parsed.blocks)
      comments.set(file, parsed.comments)
      if (parsed.brokenAt !== null) faults.push(`${file}:${parsed.brokenAt}: cannot be understood from here on`)
    } catch (error) {
      faults.push(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`)
    }
  }
  return { blocks, comments }
}

async function namesIn(folder: string, faults: string[]): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    faults.push(`${folder}: cannot be read (${error instanceof Error ? error.message : String(error)})`)
    return []
  }
}

/** Where `terraform init` put which module; empty, where it was not run. */
async function readModuleList(root: string, faults: string[]): Promise<ReadonlyMap<string, string>> {
  const path = '.terraform/modules/modules.json'
  const text = await readFile(join(root, path), 'utf8').catch(() => undefined)
  if (text === undefined) return new Map()
  try {
    const list: unknown = JSON.parse(text)
    const rows: readonly { readonly Key?: unknown; readonly Dir?: unknown }[] =
      typeof list === 'object' && list !== null && 'Modules' in list && Array.isArray(list.Modules) ? list.Modules : []
    return new Map(
      rows.flatMap(({ Key, Dir }) =>
        typeof Key === 'string' && typeof Dir === 'string' && Key !== '' ? [[Key, inside(Dir)] as const] : [],
      ),
    )
  } catch {
    faults.push(`${path}: is no JSON: run terraform init again`)
    return new Map()
  }
}

function localFolder(from: string, source: Expression | undefined): string | undefined {
  if (source?.kind !== 'literal' || typeof source.value !== 'string' || !/^\.\.?\//.test(source.value)) return undefined
  return inside(join(from, source.value))
}

function inside(folder: string): string {
  const path = normalize(folder)
  return path === '.' ? '' : path
}
