// Runs every generator. With --check, each fails where a committed file is not what it would write.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

const folder = new URL('.', import.meta.url)
const generators = readdirSync(folder).filter((name) => /^generate-.+\.ts$/.test(name))
const failed = generators.filter((name) => {
  const { status } = spawnSync(process.execPath, [new URL(name, folder).pathname, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  return status !== 0
})
process.exitCode = failed.length > 0 ? 1 : 0
