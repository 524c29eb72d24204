import { modulePathText, type InstanceKey, type ModulePath } from './address.ts'
import type { Change, Plan, ReadData } from './plan.ts'

/** A resource instance that an expression may refer to: one of the plan, or a data source that was read when planning. */
export interface Instance {
  readonly address: string
  readonly module: ModulePath
  readonly key: InstanceKey
  readonly change: Change | undefined
  readonly read: ReadData | undefined
}

/** Which instances there will be, by what a reference says of them. Built in one walk. */
export class Instances {
  readonly #instances = new Map<string, Instance[]>()
  readonly #modules = new Map<string, Map<string, InstanceKey>>()

  constructor(plan: Plan) {
    for (const change of plan.changes) {
      // What is deleted cannot be referred to any more.
      if (change.becomes === 'deleted' || change.becomes === 'forgotten') continue
      this.#add(change, change.mode, {
        address: change.address,
        module: change.module,
        key: change.key,
        change,
        read: undefined,
      })
    }
    for (const [address, read] of plan.readData) {
      const key = /\[(?:"(.*)"|(\d+))\]$/.exec(address)
      const instanceKey = key?.[1] ?? (key?.[2] === undefined ? undefined : Number(key[2]))
      this.#add(read, 'data', { address, module: read.module, key: instanceKey, change: undefined, read })
    }
  }

  of(module: ModulePath, mode: string, type: string, name: string): readonly Instance[] {
    return this.#instances.get(`${modulePathText(module)} ${mode} ${type} ${name}`) ?? []
  }

  /** The keys under which a module call was made. */
  keysOfCall(module: ModulePath, name: string): readonly InstanceKey[] {
    return [...(this.#modules.get(`${modulePathText(module)} ${name}`)?.values() ?? [])]
  }

  #add(of: { readonly type: string; readonly name: string }, mode: string, instance: Instance): void {
    const at = `${modulePathText(instance.module)} ${mode} ${of.type} ${of.name}`
    const known = this.#instances.get(at)
    if (known === undefined) this.#instances.set(at, [instance])
    else known.push(instance)
    for (const [index, step] of instance.module.entries()) {
      const call = `${modulePathText(instance.module.slice(0, index))} ${step.name}`
      const keys = this.#modules.get(call) ?? new Map<string, InstanceKey>()
      keys.set(`${typeof step.key} ${step.key}`, step.key)
      this.#modules.set(call, keys)
    }
  }
}
