// Bundles scan-plan, checks and policy into one file that needs nothing but Node: dist/vedette.mjs.
import { chmod } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build, type Metafile, type Plugin } from 'esbuild'

const root = new URL('../', import.meta.url)

/** Puts the parser of Terraform's files into the bundle, in the place of the file that reads it from its packages. */
const parserInside: Plugin = {
  name: 'parser-inside',
  setup: (to) => {
    to.onLoad({ filter: /\/terraform\/source\/wasm\.ts$/ }, () => ({
      contents: `
        import runtime from 'web-tree-sitter/web-tree-sitter.wasm'
        import grammar from '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm'
        export const readParserBinaries = async () => ({ runtime, grammar })`,
      resolveDir: fileURLToPath(root),
    }))
  },
}

/** zod brings its messages in sixty languages along; only English is ever shown. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: (to) => {
    to.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}

/** Writes the single file. Returns what went in. Names are kept, so that the lines of a defect can be read. */
export async function bundlePlan(file: URL = new URL('dist/vedette.mjs', root)): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('cli/plan-main.ts', root))],
    outfile: fileURLToPath(file),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    charset: 'utf8',
    legalComments: 'none',
    loader: { '.wasm': 'binary' },
    plugins: [parserInside, englishOnly],
    metafile: true,
    logLevel: 'warning',
    // Some dependencies are CommonJS and call require for what Node has built in.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)",
    },
  })
  await chmod(file, 0o755)
  return metafile
}

if (import.meta.main) {
  await bundlePlan()
  console.log('dist/vedette.mjs')
}
