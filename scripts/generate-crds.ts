// Writes crds/*.yaml from core/kinds. With --check: writes nothing, and fails when a file is not what it would write.
import { stringify } from 'yaml'
import { toCustomResourceDefinition } from '#core/kinds/crd.ts'
import { KINDS } from '#core/kinds/registry.ts'
import { writeGenerated } from './write-generated.ts'

for (const kind of KINDS) {
  const source = kind.singular.replace('scan', 'scan-')
  await writeGenerated(
    `crds/${kind.plural}.yaml`,
    `# Generated from core/kinds/${source}.ts by \`make generate\`. Edit that file, not this one.\n${stringify(toCustomResourceDefinition(kind), { lineWidth: 0 })}`,
  )
}
