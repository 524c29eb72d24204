import type { SourceRange } from '#core/report.ts'
import { parseInstance, writtenAt, type InstanceAddress } from '../address.ts'
import type { SourceView } from '../source-view.ts'
import { cannotRead, evaluate, follow } from './evaluate.ts'
import { readConfigurationFiles, type ConfigurationFiles } from './files.ts'
import { ModuleScope, type PlanValues } from './module-scope.ts'
import { references } from './references.ts'
import { dynamicBlocks, hasBlocks, isDynamic } from './blocks.ts'
import { skipsIn, type Skip } from './skips.ts'
import type { Block } from './syntax.ts'

/** The files of a configuration, read. */
export interface Source {
  /** What could not be read, in whole sentences. */
  readonly faults: readonly string[]
  /** Accepted risks that are written beside resources; a report matches them by address without keys. */
  readonly skips: readonly Skip[]
  /** The answers that a plan needs; the plan gives the values that the files only name. */
  readonly view: (values: PlanValues) => SourceView
}

/**
 * Reads the Terraform files below `folder`: what they say is used where a plan says nothing, and never against it.
 * Costs one parse per file; nothing is run, and no provider is asked.
 */
export async function readSource(folder: string): Promise<Source> {
  const files = await readConfigurationFiles(folder)
  const resources = resourcesOf(files)
  return {
    faults: files.faults,
    skips: skipsIn(files, resources),
    view: (values) => viewOf(files, resources, values),
  }
}

/** Resource blocks by address without keys: `module.logs.aws_s3_bucket.this`. */
export type ResourceBlocks = ReadonlyMap<string, Block>

function resourcesOf({ modules }: ConfigurationFiles): ResourceBlocks {
  return new Map(
    [...modules].flatMap(([key, { blocks }]) =>
      blocks
        .filter(({ type }) => type === 'resource' || type === 'data')
        .map(({ type, labels, ...block }) => {
          const [of = '', name = ''] = labels
          const module = key === '' ? [] : key.split('.').map((call) => ({ name: call, key: undefined }))
          const mode = type === 'data' ? 'data' : 'managed'
          return [writtenAt({ module, mode, type: of, name }), { type, labels, ...block }] as const
        }),
    ),
  )
}

function viewOf(files: ConfigurationFiles, resources: ResourceBlocks, values: PlanValues): SourceView {
  const root = new ModuleScope({ files, values, path: [] })
  const found = (address: string): { readonly block: Block; readonly instance: InstanceAddress } | undefined => {
    const instance = parseInstance(address)
    const block = instance === undefined ? undefined : resources.get(writtenAt(instance))
    return instance === undefined || block === undefined ? undefined : { instance, block }
  }
  return {
    rangeOf: (address): SourceRange | undefined => found(address)?.block.range,
    referencesOf: (module, local) => {
      const expression = root.inner(module.map((name) => ({ name, key: undefined })))?.local(local)
      return expression === undefined ? undefined : references(expression)
    },
    valueOf: (address, path) => {
      const at = found(address)
      const module = at === undefined ? undefined : root.inner(at.instance.module)
      if (at === undefined || module === undefined) return undefined
      return module.within(() => valueIn(at.block, path, module, at.instance.key))
    },
    isDynamic: (address, block) => {
      const at = found(address)
      return at !== undefined && isDynamic(at.block, block)
    },
  }
}

/** `policy`, or `ingress[0].cidr_blocks`. */
function valueIn(block: Block, path: string, module: ModuleScope, key: InstanceAddress['key']): unknown {
  const [first = '', ...rest] = path.split(/\.|(?=\[)/)
  const attribute = block.attributes.get(first)
  if (attribute === undefined && !hasBlocks(block, first)) return undefined
  const scope = module.forInstance(block, key)
  const value = attribute === undefined ? dynamicBlocks(block, first, scope) : evaluate(attribute, scope)
  if (value === undefined) return undefined
  const steps = rest.map((step) => (step.startsWith('[') ? Number(step.slice(1, -1)) : step))
  return steps.some((step) => Number.isNaN(step)) ? cannotRead(path) : follow(value, steps)
}
