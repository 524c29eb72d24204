/** Where a resource will be, as far as the plan tells. Null: not known. No key of a provider gets here. */
export interface Scope {
  readonly accountId: string | null
  readonly region: string | null
}
