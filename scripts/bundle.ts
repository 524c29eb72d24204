// Bundles a process into one file with a source map: dist/<process>.js. `node scripts/bundle.ts` bundles both.
import { cp } from 'node:fs/promises'
import { build, type Metafile } from 'esbuild'

const root = new URL('../', import.meta.url)

export type BundledProcess = 'operator' | 'worker'

/**
 * Writes dist/<process>.js, its source map, and the migrations beside it. Returns what went in, for those who want to
 * know which packages an image carries.
 */
export async function bundle(name: BundledProcess, folder: URL = new URL('dist/', root)): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [new URL(`${name}/main.ts`, root).pathname],
    outfile: new URL(`${name}.js`, folder).pathname,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Of CommonJS nothing is left out, and the SDK's clients are mostly what nobody calls.
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'warning',
    // Some dependencies are CommonJS and call require for what Node has built in.
    banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
    external: ['pg-native'],
  })
  await cp(new URL('store/migrations/', root), new URL('migrations/', folder), { recursive: true })
  return metafile
}

/** The npm packages that a bundle carries code of. */
export function packagesOf(metafile: Metafile): ReadonlySet<string> {
  const packages = Object.keys(metafile.inputs).flatMap((path) => {
    const inside = path.split('node_modules/').at(-1)
    if (inside === undefined || inside === path) return []
    const [scope = '', name = ''] = inside.split('/')
    return [scope.startsWith('@') ? `${scope}/${name}` : scope]
  })
  return new Set(packages)
}

if (import.meta.main) {
  for (const name of ['operator', 'worker'] as const) {
    await bundle(name)
    console.log(`dist/${name}.js`)
  }
}
