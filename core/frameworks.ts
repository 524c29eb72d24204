import { z } from 'zod'

// A framework is data: which of its requirements our checks can say something about, version by version. Titles are in
// our own words: the texts of most frameworks may not be copied.

const MappedCheck = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)+$/),
  /** Where the requirement asks for other values than the check's own. */
  params: z.record(z.string(), z.json()).optional(),
})

const Requirement = z.strictObject({
  /** As the framework numbers it. */
  id: z.string().regex(/^\d+(\.\d+)*$/),
  section: z.string().min(1),
  title: z.string().min(10).max(120),
  /** Whether the framework itself says that a machine can decide it. */
  kind: z.enum(['automated', 'manual']),
  level: z.union([z.literal(1), z.literal(2)]),
  checks: z.array(MappedCheck).readonly(),
  /** Whether every check has to pass, or one is enough. */
  aggregate: z.enum(['all', 'any']),
  /** What the checks leave open, for the reader of a report. */
  note: z.string().optional(),
})

/** What a framework's data has to look like. */
export const FrameworkSchema = z.strictObject({
  /** `<framework>-<version>`: every version is a framework of its own. */
  id: z.string().regex(/^[a-z0-9-]+-\d+(\.\d+)*$/),
  title: z.string(),
  version: z.string(),
  status: z.enum(['active', 'retired']),
  source: z.url(),
  textLicence: z.string(),
  requirements: z.array(Requirement).readonly(),
})

export type Framework = Readonly<z.infer<typeof FrameworkSchema>>
export type Requirement = Readonly<z.infer<typeof Requirement>>

/**
 * What our checks say of a requirement: `assessed`: they decide it; `partly`: they help the person who has to;
 * `manual`: only a person can; `unassessed`: a machine could, and no check of ours does.
 */
export type Standing = 'assessed' | 'partly' | 'manual' | 'unassessed'

export function standingOf({ kind, checks, note }: Pick<Requirement, 'kind' | 'checks' | 'note'>): Standing {
  if (checks.length === 0) return kind === 'manual' ? 'manual' : 'unassessed'
  return kind === 'manual' || note !== undefined ? 'partly' : 'assessed'
}
