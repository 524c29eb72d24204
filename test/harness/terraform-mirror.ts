import { access, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the providers come from: the user's own CLI configuration, or a folder laid out as `terraform providers mirror` does. */
export type ProviderMirror =
  | { readonly kind: 'configured'; readonly cliConfig: string }
  | { readonly kind: 'folder'; readonly path: string }

const PROVIDER = join('registry.terraform.io', 'hashicorp', 'aws')

/**
 * Finds the AWS provider on this machine: what TF_CLI_CONFIG_FILE or `~/.terraformrc` names, else a well-known folder.
 * Rejects with a sentence for whoever runs the tests: nothing is ever downloaded.
 */
export async function findProviderMirror(
  env: Readonly<Record<string, string | undefined>>,
  folders: readonly string[] = wellKnownFolders(),
): Promise<ProviderMirror> {
  for (const cliConfig of [env['TF_CLI_CONFIG_FILE'], join(env['HOME'] ?? homedir(), '.terraformrc')]) {
    if (cliConfig !== undefined && (await namesMirror(cliConfig))) return { kind: 'configured', cliConfig }
  }
  for (const path of folders) {
    if (await isThere(join(path, PROVIDER))) return { kind: 'folder', path }
  }
  throw new Error(
    'The twin tests plan with the real AWS provider for Terraform, and no local mirror of it was found: neither ' +
      `TF_CLI_CONFIG_FILE nor ~/.terraformrc names one, and ${PROVIDER} is in none of ${folders.join(', ')}. ` +
      'Make one with `terraform providers mirror FOLDER` in a module that requires hashicorp/aws 5.',
  )
}

/** Those that Terraform looks into by itself (CLI configuration, "Implied local mirror directories"), and two under /opt. */
function wellKnownFolders(): readonly string[] {
  return [
    join(homedir(), '.terraform.d/plugins'),
    join(homedir(), '.local/share/terraform/plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
    '/opt/terraform/plugins',
    '/opt/tf-plugins',
  ]
}

async function namesMirror(cliConfig: string): Promise<boolean> {
  const text = await readFile(cliConfig, 'utf8').catch(() => '')
  return /\b(filesystem_mirror|network_mirror|dev_overrides)\b/.test(text)
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
