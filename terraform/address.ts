/** What tells the instances of one resource or module call apart: a key of `for_each`, an index of `count`, or nothing. */
export type InstanceKey = string | number | undefined

/** One module call on the way to a resource. */
export interface ModuleStep {
  readonly name: string
  readonly key: InstanceKey
}

/** Where a module instance is; empty: the root module. */
export type ModulePath = readonly ModuleStep[]

/** A part of an address or a reference: a name, or an index in brackets (null: one that is no constant). */
type Part = { readonly name: string } | { readonly index: string | number | null }

/** `module.a["x.y"].module.b[0]` as steps; undefined where it is no module's address. */
export function parseModulePath(address: string): ModulePath | undefined {
  const parts = parseParts(address)
  return parts === undefined ? undefined : toModulePath(parts)
}

function toModulePath(parts: readonly Part[]): ModulePath | undefined {
  const steps: ModuleStep[] = []
  for (let at = 0; at < parts.length;) {
    const [word, name, index] = [parts[at], parts[at + 1], parts[at + 2]]
    if (word === undefined || !('name' in word) || word.name !== 'module') return undefined
    if (name === undefined || !('name' in name)) return undefined
    const hasKey = index !== undefined && 'index' in index
    if (hasKey && index.index === null) return undefined
    steps.push({ name: name.name, key: hasKey ? (index.index ?? undefined) : undefined })
    at += hasKey ? 3 : 2
  }
  return steps
}

/** Names and brackets of an address. Keys in quotes may hold dots, brackets and quotes. Undefined: not written like one. */
export function parseParts(text: string): readonly Part[] | undefined {
  const parts: Part[] = []
  let rest = text
  while (rest !== '') {
    const name = /^\.?([A-Za-z_][\w-]*|\*|\d+)/.exec(rest)
    const index = /^\[(?:"((?:[^"\\]|\\.)*)"|(\d+)|[^\]"]*)\]/.exec(rest)
    const found = name ?? index
    if (found === null) return undefined
    if (name !== null) parts.push({ name: name[1] ?? '' })
    else
      parts.push({
        index: index?.[1] !== undefined ? unquote(index[1]) : index?.[2] !== undefined ? Number(index[2]) : null,
      })
    rest = rest.slice(found[0].length)
  }
  return parts
}

/** The address of a module as its configuration has it, without keys: `module.a.module.b`; empty for the root. */
export function configPath(path: ModulePath): string {
  return path.map(({ name }) => `module.${name}`).join('.')
}

/** The address of a module instance. */
export function modulePathText(path: ModulePath): string {
  return path.map(({ name, key }) => `module.${name}${keyText(key)}`).join('.')
}

/** An address taken apart. */
export interface InstanceAddress {
  readonly module: ModulePath
  readonly mode: 'managed' | 'data'
  readonly type: string
  readonly name: string
  readonly key: InstanceKey
}

/** `module.logs["eu"].aws_s3_bucket.this[0]` taken apart; undefined: it is no address of a resource. */
export function parseInstance(address: string): InstanceAddress | undefined {
  const parts = parseParts(address)
  if (parts === undefined) return undefined
  const last = parts.at(-1)
  const isKeyed = last !== undefined && 'index' in last
  if (isKeyed && last.index === null) return undefined
  const names = isKeyed ? parts.slice(0, -1) : parts
  const [type, name] = names.slice(-2)
  if (type === undefined || name === undefined || !('name' in type) || !('name' in name)) return undefined
  if (type.name === 'module' || type.name === 'data') return undefined
  const before = names.slice(0, -2)
  const asManaged = toModulePath(before)
  const data = before.at(-1)
  const isData = asManaged === undefined && data !== undefined && 'name' in data && data.name === 'data'
  const module = isData ? toModulePath(before.slice(0, -1)) : asManaged
  if (module === undefined) return undefined
  return {
    module,
    mode: isData ? 'data' : 'managed',
    type: type.name,
    name: name.name,
    key: isKeyed ? (last.index ?? undefined) : undefined,
  }
}

/** The address under which a resource is written, once for all of its instances: without keys. */
export function writtenAt({ module, mode, type, name }: Omit<InstanceAddress, 'key'>): string {
  return [configPath(module), mode === 'data' ? 'data' : '', type, name].filter((part) => part !== '').join('.')
}

/** The address of a resource instance as Terraform writes it. */
export function resourceAddress(of: {
  readonly module: ModulePath
  readonly mode: string
  readonly type: string
  readonly name: string
  readonly key: InstanceKey
}): string {
  const local = `${of.mode === 'data' ? 'data.' : ''}${of.type}.${of.name}${keyText(of.key)}`
  return of.module.length === 0 ? local : `${modulePathText(of.module)}.${local}`
}

function keyText(key: InstanceKey): string {
  if (key === undefined) return ''
  // Terraform escapes what would begin an interpolation.
  return typeof key === 'number'
    ? `[${key}]`
    : `[${JSON.stringify(key).replaceAll(/[$%]\{/g, (begin) => `${begin.charAt(0)}${begin}`)}]`
}

function unquote(inner: string): string {
  try {
    const plain: unknown = JSON.parse(`"${inner}"`)
    return String(plain).replaceAll('$${', '${').replaceAll('%%{', '%{')
  } catch {
    return inner
  }
}
