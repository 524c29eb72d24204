import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { archived, downloadArchive, type official } from './archive.ts'
import { absent, buildBinaries, type BinaryName, type BuildOptions } from './build.ts'
import { kubernetesVersion } from './versions.ts'

export interface FindOptions extends BuildOptions {
  /** Another site than the official one. */
  readonly from?: typeof official
}

/** The folder that keeps the binaries between runs: `${XDG_CACHE_HOME:-~/.cache}/vedette/controlplane/<version>`. */
export function binariesFolder(env: FindOptions['env']): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'vedette/controlplane', kubernetesVersion)
}

/**
 * Finds the binaries of the test control plane: in `KUBEBUILDER_ASSETS`, in the cache, in the official archive where it can be
 * reached, else built from Go modules (about 5 minutes on two cores, once). Returns a path for each name.
 */
export async function findBinaries<Name extends BinaryName>(
  names: readonly Name[],
  options: FindOptions,
): Promise<Readonly<Record<Name, string>>> {
  const cache = binariesFolder(options.env)
  const assets = options.env['KUBEBUILDER_ASSETS']
  const notInAssets = assets ? await absent(assets, names) : names
  let missing = await absent(cache, notInAssets)
  if (missing.some((name) => archived.some((one) => one === name)) && (await downloadArchive(cache, options))) {
    missing = await absent(cache, missing)
  }
  if (missing.length > 0) await buildBinaries(cache, missing, options)
  const path = (name: Name): string => join(assets && !notInAssets.includes(name) ? assets : cache, name)
  // Object.fromEntries forgets that its keys are exactly `names`.
  return Object.fromEntries(names.map((name) => [name, path(name)])) as Record<Name, string>
}

/** Old enough to be common, new enough for `kubectl wait --for=create` and what else the tests type. */
const oldestKubectl = 31

/** The user's own kubectl when it is recent enough, else one of the control plane's version. */
export async function findKubectl(options: FindOptions): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('kubectl', ['version', '--client', '-o', 'json'], { env: options.env })
    if (Number(/"minor":\s*"(\d+)/.exec(stdout)?.[1]) >= oldestKubectl) return 'kubectl'
  } catch {
    // There is none on PATH, or none that tells its version: ours then.
  }
  return (await findBinaries(['kubectl'], options)).kubectl
}
