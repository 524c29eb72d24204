import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CHECKS } from '#checks/registry.ts'
import { Account, AccountRegion } from '#core/account.ts'
import type { Check } from '#core/check.ts'
import type { Files } from '#test/harness/terraform.ts'

/** The folder of examples: `<check id>/good` and `<check id>/bad` are modules, `modules` is what they share. */
export const EXAMPLES = new URL('../../examples/terraform', import.meta.url).pathname

export const SIDES = ['good', 'bad'] as const
export type Side = (typeof SIDES)[number]

/**
 * How an example is written; the name of the resource or module says which: `aws_s3_bucket.inline`, `module.each["a"]`,
 * `aws_s3_bucket.companion_acl`. What `deleted` stands for loses, in the second plan, what its `deleted.tf` declares.
 */
export const FORMS = ['inline', 'companion', 'each', 'unknown', 'deleted'] as const
export type Form = (typeof FORMS)[number]

/** One side of one check's examples. */
export interface Example {
  readonly check: Check
  readonly side: Side
  readonly forms: ReadonlySet<Form>
}

const DELETED = 'deleted.tf'
/** Lines that go when `deleted.tf` does, because they name what is in it. */
const GOES_WITH_IT = /^.*# goes with deleted\.tf\n/gm

/** Every example there is. */
export async function readExamples(): Promise<readonly Example[]> {
  const folders = await readdir(EXAMPLES, { withFileTypes: true })
  const ids = folders.filter((entry) => entry.isDirectory() && entry.name !== 'modules').map(({ name }) => name)
  const strange = ids.filter((id) => !CHECKS.some((check) => check.id === id))
  if (strange.length > 0) throw new Error(`examples/terraform: no check is called ${strange.join(', ')}`)
  const examples = CHECKS.filter(({ id }) => ids.includes(id)).flatMap((check) =>
    SIDES.map(async (side): Promise<Example> => {
      const files = await filesOf({ check, side })
      const names = [...files.values()].flatMap((text) =>
        [...text.matchAll(/^(?:resource "\w+"|module) "([a-z]+)(?:_\w+)?"/gm)].map(([, name]) => name),
      )
      return { check, side, forms: new Set(FORMS.filter((form) => names.includes(form))) }
    }),
  )
  return Promise.all(examples)
}

/** An account, or a region of it, has a setting once: each way of writing it is a file of its own. */
export function isSetting({ check }: Pick<Example, 'check'>): boolean {
  return check.on.type === Account.type || check.on.type === AccountRegion.type
}

/**
 * A root module that holds these examples, each as a module of its own. `onlyDeleted`: nothing but their `deleted.tf`;
 * `deleted`: without it. Settings are never deleted beside another resource that sets them.
 */
export async function rootOf(
  examples: readonly Example[],
  { onlyDeleted = false, deleted = false }: { readonly onlyDeleted?: boolean; readonly deleted?: boolean } = {},
): Promise<Files> {
  const files: Record<string, Files[string]> = { examples: { folder: EXAMPLES }, 'main.tf': mainOf(examples) }
  for (const example of examples) {
    for (const [name, text] of await filesOf(example)) {
      const isThere = name === DELETED ? !deleted && (onlyDeleted || !isSetting(example)) : !onlyDeleted
      const left = deleted ? text.replace(GOES_WITH_IT, '') : text
      files[`examples/${example.check.id}/${example.side}/${name}`] = isThere ? left : ''
    }
  }
  return files
}

/** The module of a root that holds an example. */
export function moduleOf({ check }: Pick<Example, 'check'>): string {
  return `module.${check.id.replaceAll('-', '_')}`
}

/** Which form an address inside an example's module is of. */
export function formOf(address: string, example: Pick<Example, 'check'>): Form | undefined {
  const inside = address.slice(moduleOf(example).length + 1)
  const [, name = ''] = /^(?:module|\w+)\.([a-z]+)/.exec(inside) ?? []
  return FORMS.find((form) => form === name)
}

async function filesOf({ check, side }: Pick<Example, 'check' | 'side'>): Promise<ReadonlyMap<string, string>> {
  const folder = join(EXAMPLES, check.id, side)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.tf')).sort()
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  )
}

function mainOf(examples: readonly Example[]): string {
  const modules = examples.map(
    ({ check, side }) =>
      `module "${check.id.replaceAll('-', '_')}" {\n  source = "./examples/${check.id}/${side}"\n}\n`,
  )
  return [VERSIONS, ...modules].join('\n')
}

const VERSIONS = `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}
`
