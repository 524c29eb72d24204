// Freezes the CRDs as a release: crds/released/<version>/. From then on, whatever these accepted must stay accepted.
import { cp, mkdir, readdir } from 'node:fs/promises'

const version = process.argv[2]
if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
  console.error('usage: node scripts/freeze-crds.ts MAJOR.MINOR.PATCH')
  process.exit(2)
}
const crds = new URL('../crds/', import.meta.url)
const released = new URL(`released/${version}/`, crds)
await mkdir(released, { recursive: true })
for (const name of await readdir(crds)) {
  if (name.endsWith('.yaml'))
    await cp(new URL(name, crds), new URL(name, released), { errorOnExist: true, force: false })
}
console.log(`froze crds/released/${version}: add it to git`)
