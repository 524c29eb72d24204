import type { AccountState } from './account.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import type { Principal } from './identity.ts'
import type { World } from './world.ts'

/** An authorised call on its way to moto. */
export interface RepairInput {
  readonly call: Call
  readonly principal: Principal
  readonly account: AccountState
  readonly world: World
  /** Aborts when the caller hangs up. */
  readonly gone: AbortSignal
  /** Passes a call on to moto. */
  readonly forward: (call: Call) => Promise<Answer>
}

/** Answers one operation as AWS would, with or without moto's help. Paging comes after it. */
export type Repair = (input: RepairInput) => Promise<Answer>
