import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { Aws } from './aws/aws.ts'
import { temporaryFolder } from '#platform/process/temporary-folder.ts'
import { findProviderMirror } from './terraform-mirror.ts'
import { startHostPrefixProxy } from './terraform-proxy.ts'
import { started } from './use.ts'

/** The real terraform with the real AWS provider, against a test AWS. */
export interface Terraform {
  /** A new root module. Cost: a plan is about 5 s of provider start-up however small it is, so put much into one. */
  root(options: RootOptions): Promise<Root>
  stop(): Promise<void>
}

export interface RootOptions {
  /** Whose administrator applies it. */
  readonly account: string
  readonly region?: string
  readonly files: Files
}

/** What a root module holds: text by path, or the folder that stands there. */
export type Files = Readonly<Record<string, string | { readonly folder: string }>>

/** A root module in a folder of its own, with the state that applying it leaves there. */
export interface Root {
  readonly path: string
  /** Replaces its files; the state stays. */
  replace(files: Files): Promise<void>
  /** Plans and answers what `terraform show -json` prints of it. Rejects with what terraform said. */
  plan(...args: readonly string[]): Promise<unknown>
  /** Applies the last plan. */
  apply(): Promise<void>
  /** Any other command, such as `['taint', ADDRESS]`; answers its standard output. */
  run(...args: readonly string[]): Promise<string>
  /** What was applied: attributes by address, of managed resources only. */
  applied(): Promise<ReadonlyMap<string, AppliedResource>>
}

export interface AppliedResource {
  readonly type: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Opens terraform on a test AWS. Rejects with a sentence where the provider or terraform is not on this machine. */
export async function openTerraform(aws: Aws): Promise<Terraform> {
  const mirror = await findProviderMirror(process.env)
  const folder = await temporaryFolder('terraform')
  const proxy = await startHostPrefixProxy(aws.url)
  const cliConfig = mirror.kind === 'configured' ? mirror.cliConfig : join(folder.path, 'terraform.rc')
  if (mirror.kind === 'folder') await writeFile(cliConfig, mirrorConfig(mirror.path))
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TF_CLI_CONFIG_FILE: cliConfig,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    // Loopback is never sent through a proxy, so this is for S3 Control alone.
    HTTP_PROXY: proxy.url,
    AWS_ENDPOINT_URL_S3_CONTROL: 'http://s3-control.test',
  }
  let roots = 0
  return {
    root: async ({ account, region = 'eu-central-1', files }) => {
      const path = join(folder.path, `root-${++roots}`)
      const root = rootIn(path, { ...env, ...aws.env({ credentials: aws.adminCredentials(account), region }) })
      await root.replace(files)
      return root
    },
    stop: async () => {
      await proxy.close()
      await folder.remove()
    },
  }
}

/**
 * Terraform for this test file, on the AWS of `useAws`:
 *
 *   const cloud = useAws()
 *   const terraform = useTerraform(cloud)
 */
export function useTerraform(cloud: { readonly aws: Aws }): Terraform {
  const held: { terraform?: Terraform } = {}
  beforeAll(async () => {
    held.terraform = await openTerraform(cloud.aws)
  })
  afterAll(() => held.terraform?.stop())
  return {
    root: (options) => started(held.terraform, 'useTerraform').root(options),
    stop: () => started(held.terraform, 'useTerraform').stop(),
  }
}

type Environment = Readonly<Record<string, string | undefined>>

const PLAN = 'plan.bin'
const STATE = 'terraform.tfstate'
/** The provider waits 10 s for every instance that it starts. */
const AT_ONCE = ['-parallelism=50']

function rootIn(path: string, env: Environment): Root {
  const run = (...args: readonly string[]): Promise<string> => terraform(path, env, args)
  let isInitialized = false
  return {
    path,
    run,
    replace: async (files) => {
      const state = await readFile(join(path, STATE)).catch(() => undefined)
      await rm(path, { recursive: true, force: true })
      for (const [name, content] of Object.entries(files)) {
        const to = join(path, name)
        await mkdir(dirname(to), { recursive: true })
        await (typeof content === 'string' ? writeFile(to, content) : cp(content.folder, to, { recursive: true }))
      }
      if (state !== undefined) await writeFile(join(path, STATE), state)
      isInitialized = false
    },
    plan: async (...args) => {
      if (!isInitialized) await run('init', '-no-color')
      isInitialized = true
      await run('plan', '-no-color', `-out=${PLAN}`, ...args)
      const plan: unknown = JSON.parse(await run('show', '-json', PLAN))
      return plan
    },
    apply: async () => void (await run('apply', '-no-color', ...AT_ONCE, PLAN)),
    applied: async () => appliedIn(JSON.parse(await readFile(join(path, STATE), 'utf8'))),
  }
}

/** The state file itself (format version 4), because `terraform show` would start the provider once more. */
function appliedIn(state: StateFile): ReadonlyMap<string, AppliedResource> {
  return new Map(
    state.resources
      .filter(({ mode }) => mode === 'managed')
      .flatMap(({ module, type, name, instances }) =>
        instances.map(({ index_key: key, attributes }) => {
          const index = key === undefined ? '' : `[${JSON.stringify(key)}]`
          return [`${module === undefined ? '' : `${module}.`}${type}.${name}${index}`, { type, attributes }] as const
        }),
      ),
  )
}

interface StateFile {
  readonly resources: readonly {
    readonly module?: string
    readonly mode: string
    readonly type: string
    readonly name: string
    readonly instances: readonly {
      readonly index_key?: string | number
      readonly attributes: Readonly<Record<string, unknown>>
    }[]
  }[]
}

function terraform(cwd: string, env: Environment, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...env }, maxBuffer: 1024 ** 3, timeout: 300_000 }
    execFile('terraform', args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout)
      if ('code' in error && error.code === 'ENOENT') {
        return reject(new Error('The twin tests need terraform 1.5 or newer on the PATH, and there is none.'))
      }
      return reject(new Error(`terraform ${args.join(' ')} in ${cwd} failed:\n${stderr || stdout}`))
    })
  })
}

function mirrorConfig(path: string): string {
  return `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(path)}\n  }\n}\n`
}
