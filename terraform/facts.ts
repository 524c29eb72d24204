import { z } from 'zod'
import type { Resource, ResourceType } from '#core/resource.ts'
import { conform } from '#core/schema.ts'
import { isRecord } from './json.ts'

const factsFile = z.object({
  version: z.literal(1),
  accounts: z.array(
    z.object({
      accountId: z.string().regex(/^\d{12}$/),
      /** The types whose resources are all among these, and where: a region, or `global`. */
      listings: z.array(z.object({ type: z.string(), location: z.string() })),
      /** As a scan stores them. */
      resources: z.array(
        z.object({
          type: z.string(),
          id: z.string(),
          arn: z.string().nullable(),
          name: z.string(),
          location: z.string(),
          data: z.record(z.string(), z.unknown()),
        }),
      ),
    }),
  ),
})

/** What `--facts` holds: what a scan found in accounts, for what a plan cannot see. `vedette scan` writes it. */
export type FactsFile = z.infer<typeof factsFile>

export type ParsedFacts =
  | { readonly ok: true; readonly facts: FactsFile }
  | { readonly ok: false; readonly why: string }

/** Reads a facts file. Never throws; a bad file is refused with a sentence, for facts that are left out change verdicts. */
export function parseFacts(text: string): ParsedFacts {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { ok: false, why: 'The facts are not JSON: give a file that "vedette scan" wrote.' }
  }
  const parsed = factsFile.safeParse(json)
  if (parsed.success) return { ok: true, facts: parsed.data }
  const issue = parsed.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'the file' : issue.path.join('.')
  return {
    ok: false,
    why: `The facts cannot be read (${where}: ${issue?.message}): give a file that "vedette scan" wrote.`,
  }
}

/** The facts of one account, by what a plan knows a resource by. */
export class AccountFacts {
  readonly resources: readonly Resource[]
  readonly #byName = new Map<string, Resource>()
  readonly #complete: ReadonlySet<string>

  /** `types`: those whose schema is known; facts about others are left out. */
  constructor(account: FactsFile['accounts'][number] | undefined, types: ReadonlyMap<string, ResourceType>) {
    this.#complete = new Set(account?.listings.map(({ type, location }) => `${type} ${location}`))
    this.resources = (account?.resources ?? []).flatMap((found) => {
      const type = types.get(found.type)
      return type === undefined ? [] : [{ ...found, tags: {}, data: storedData(type, found.data) }]
    })
    for (const resource of this.resources) {
      for (const name of [resource.id, resource.arn]) this.#byName.set(`${resource.type} ${name}`, resource)
    }
  }

  /** What is stored of a resource, by any name that it is known by. */
  dataOf(type: string, names: readonly string[]): unknown {
    const found = names.map((name) => this.#byName.get(`${type} ${name}`)).find((resource) => resource !== undefined)
    return found?.data
  }

  /** Whether these are all that the account has. */
  isComplete(type: string, location: string): boolean {
    return this.#complete.has(`${type} ${location}`)
  }
}

/** A field that the file lacks is one that nobody looked at, not one that could not be read. */
function storedData(type: ResourceType, data: Readonly<Record<string, unknown>>): Resource['data'] {
  const conforming = conform(type.schema, data, type.operation)
  if (!isRecord(conforming)) return conforming
  return Object.fromEntries(Object.entries(conforming).filter(([name]) => Object.hasOwn(data, name)))
}
