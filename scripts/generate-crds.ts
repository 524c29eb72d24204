// Writes crds/*.yaml from core/kinds. With --check: writes nothing, and fails when a file is not what it would write.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import { toCustomResourceDefinition } from '#core/kinds/crd.ts'
import { KINDS } from '#core/kinds/registry.ts'

const folder = new URL('../crds/', import.meta.url)
const check = process.argv.includes('--check')
await mkdir(folder, { recursive: true })
for (const kind of KINDS) {
  const name = `${kind.plural}.yaml`
  const source = kind.singular.replace('scan', 'scan-')
  const yaml =
    `# Generated from core/kinds/${source}.ts by \`make generate\`. Edit that file, not this one.\n` +
    stringify(toCustomResourceDefinition(kind), { lineWidth: 0 })
  const file = new URL(name, folder)
  const current = await readFile(file, 'utf8').catch(() => '')
  if (current === yaml) continue
  if (check) {
    console.error(`crds/${name} is not what core/kinds says: run \`make generate\` and commit the result`)
    process.exitCode = 1
  } else {
    await writeFile(file, yaml)
    console.log(`wrote crds/${name}`)
  }
}
