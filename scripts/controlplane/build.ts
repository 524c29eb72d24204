/**
 * Makes the test control plane's binaries ready before the first test needs them: found, downloaded or built.
 *
 *   node scripts/controlplane/build.ts
 */
import { binariesFolder, findBinaries } from '#test/harness/controlplane/binaries.ts'
import { binaryNames } from '#test/harness/controlplane/build.ts'

try {
  await findBinaries(binaryNames, { env: process.env, say: (line) => console.log(line) })
  console.log(`The test control plane is ready in ${process.env['KUBEBUILDER_ASSETS'] ?? binariesFolder(process.env)}.`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
