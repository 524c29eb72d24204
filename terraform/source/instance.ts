export type InstanceKey = string | number | null

/** A module call and which of its instances; null: it has only one. */
export interface ModuleStep {
  readonly name: string
  readonly key: InstanceKey
}

/** An address taken apart. */
export interface Instance {
  readonly modules: readonly ModuleStep[]
  /** `data` for a data source. */
  readonly isData: boolean
  readonly type: string
  readonly name: string
  readonly key: InstanceKey
}

const PART = /^([A-Za-z_][\w-]*)(?:\[(\d+|"(?:[^"\\]|\\.)*")\])?(?:\.|$)/

/** Reads `module.logs["eu"].aws_s3_bucket.this[0]`; undefined: it is no address of a resource. */
export function parseInstance(address: string): Instance | undefined {
  const parts: { readonly name: string; readonly key: InstanceKey }[] = []
  for (let rest = address; rest !== '';) {
    const match = PART.exec(rest)
    if (match === null) return undefined
    parts.push({ name: match[1] ?? '', key: keyOf(match[2]) })
    rest = rest.slice(match[0].length)
  }
  const modules: ModuleStep[] = []
  while (parts[0]?.name === 'module' && parts.length > 2) {
    const [, step] = parts.splice(0, 2)
    if (step !== undefined) modules.push(step)
  }
  const isData = parts[0]?.name === 'data'
  const [type, last, ...more] = isData ? parts.slice(1) : parts
  if (type === undefined || last === undefined || more.length > 0) return undefined
  return { modules, isData, type: type.name, name: last.name, key: last.key }
}

/** The address of what is declared, without the keys of its instances. */
export function withoutKeys({ modules, isData, type, name }: Instance): string {
  return [...modules.flatMap((step) => ['module', step.name]), ...(isData ? ['data'] : []), type, name].join('.')
}

function keyOf(text: string | undefined): InstanceKey {
  if (text === undefined) return null
  if (!text.startsWith('"')) return Number(text)
  try {
    const key: unknown = JSON.parse(text)
    return typeof key === 'string' ? key : null
  } catch {
    return text.slice(1, -1)
  }
}
