import { expect } from 'vitest'

export interface SeenRefusal {
  readonly name: string
  readonly message: string
  readonly status: number | undefined
}

/** What a call that must fail was refused with, as the SDK shows it. */
export async function refusalOf(call: Promise<unknown>): Promise<SeenRefusal> {
  const outcome: unknown = await call.then(
    (value) => ({ unexpected: value }),
    (error: unknown) => error,
  )
  if (!(outcome instanceof Error)) {
    return expect.fail(`The call should have been refused, but was answered: ${JSON.stringify(outcome)}`)
  }
  return { name: outcome.name, message: outcome.message, status: statusOf(outcome) }
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined
  const metadata = error.$metadata
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}
