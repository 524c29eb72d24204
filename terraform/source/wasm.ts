import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/** The parser of the files, as WebAssembly. */
export interface ParserBinaries {
  readonly runtime: Uint8Array
  readonly grammar: Uint8Array
}

/** Reads them from their packages. A single-file bundle has them inside instead (`scripts/bundle-plan.ts`). */
export async function readParserBinaries(): Promise<ParserBinaries> {
  const find = createRequire(import.meta.url)
  const [runtime, grammar] = await Promise.all([
    readFile(find.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    readFile(find.resolve('@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm')),
  ])
  return { runtime, grammar }
}
