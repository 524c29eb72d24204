import { Account, AccountRegion } from './account.ts'
import type { Check, Context, LookUp, Snapshot } from './check.ts'
import { Field, ListField, see, type Fields } from './field.ts'
import type { Reason } from './reason.ts'
import type { Resource, ResourceType } from './resource.ts'
import { Truth, type Evidence, type Missing } from './truth.ts'

export const VERDICTS = ['pass', 'fail', 'unknown', 'not_applicable'] as const
export type Verdict = (typeof VERDICTS)[number]

/** What one check says of one resource, with what it rests on. */
export interface Judgement {
  readonly verdict: Verdict
  readonly evidence: readonly Evidence[]
  /** For `unknown`: what was not learnt, and why. */
  readonly missing: readonly Missing[]
}

const OWNED_ELSEWHERE: Judgement = { verdict: 'not_applicable', evidence: [], missing: [] }

/**
 * Judges one resource: the only place where verdicts are made. A definite violation wins over an unknown, an unknown
 * over a pass; a resource that another account owns is not applicable.
 *
 * Throws only on a defect of the check: a read that was not recorded.
 */
export function judge<T, P>(
  check: Check<T, P>,
  resource: Resource<T>,
  around: { readonly accountId: string; readonly snapshot: Snapshot; readonly params: P; readonly now: Date },
): Judgement {
  if (resource.ownerId !== undefined && resource.ownerId !== around.accountId) return OWNED_ELSEWHERE
  const context = contextOf(check, resource, around)
  const fields = see(check.on.schema, resource.data, { onRead: guard(check, check.on.type) })

  const applies = check.appliesWhen === undefined ? undefined : Truth.read(check.appliesWhen(fields, context))
  if (applies?.state === false) return { verdict: 'not_applicable', evidence: applies.evidence, missing: [] }
  const fails = Truth.read(check.failsWhen(fields, context))
  if (applies?.state === 'unknown' || fails.state === 'unknown') {
    return { verdict: 'unknown', evidence: [], missing: [...(applies?.missing ?? []), ...fails.missing] }
  }
  return { verdict: fails.state ? 'fail' : 'pass', evidence: fails.evidence, missing: [] }
}

function guard(check: Check<never, never> | { readonly id: string; readonly reads: Check['reads'] }, type: string) {
  return (path: string): void => {
    if (!check.reads.some((read) => read.type === type && read.path === path)) {
      throw new Error(
        `${check.id} reads ${type} ${path}, which it did not read when it was defined: rules must not branch on what they read`,
      )
    }
  }
}

function contextOf<T, P>(
  check: Check<T, P>,
  resource: Resource<T>,
  { snapshot, params, now }: { readonly snapshot: Snapshot; readonly params: P; readonly now: Date },
): Context<P> {
  const seeAs = <U>(type: ResourceType<U>, data: unknown, prefix: string): Fields<U> =>
    see(type.schema, data, { onRead: (path) => guard(check, type.type)(path.slice(prefix.length)), prefix })
  return {
    // Wrapped when a rule asks: most do not, and there are many fields.
    get account() {
      return seeAs(Account, snapshot.account, 'account.')
    },
    get region() {
      return seeAs(AccountRegion, snapshot.region(resource.location), 'region.')
    },
    params,
    now,
    find: <U>(type: ResourceType<U>, key?: string, value?: Field<unknown>): ListField<U> => {
      const lookUp: LookUp | undefined = check.lookUps.find((l) => l.type.type === type.type && l.key === (key ?? null))
      if (lookUp === undefined)
        throw new Error(`${check.id} looks up ${type.type}, which it did not when it was defined`)
      const wanted = value === undefined ? undefined : Field.read(value)
      if (wanted !== undefined && 'reasons' in wanted) return new ListField<U>([], wanted.reasons, type.type)
      const { members, incomplete } = snapshot.find(lookUp, resource.location, wanted?.value)
      const items = members.map((member) => seeAs(type, member.data, `${type.type}(${member.id}).`))
      return new ListField<U>(items, incomplete, type.type)
    },
  }
}

/** Judgement of a whole listing that is not complete: what every check on it says, once per check and region. */
export function judgeUnlisted(type: string, reasons: readonly Reason[]): Judgement {
  return { verdict: 'unknown', evidence: [], missing: [{ field: type, reasons }] }
}
