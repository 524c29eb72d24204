import { runCase, type Scenario } from './case.ts'
import { difference } from './end-state.ts'
import type { Stage } from './stage.ts'

/** Resolves with what was otherwise than it should be; rejects when the scan or what follows it does not end. */
export type Play = (stage: Stage, expected: readonly string[]) => Promise<readonly string[]>

/** That the end is that of the undisturbed run. */
export function sameEnd(scenario: (stage: Stage) => Scenario): Play {
  return async (stage, expected) => difference(expected, (await runCase(stage, undefined, scenario(stage))).state)
}

/** A job, with what moves when somebody takes or ends it. */
export interface Job {
  readonly jobId: string
  readonly scanId: string
  readonly targetId: string
  readonly kind: string
  readonly location: string
  readonly state: string
  readonly epoch: number
}

export async function jobsOf({ database }: Stage, namespace: string): Promise<readonly Job[]> {
  const { rows } = await database.query<Job>(
    `select j.id as "jobId", j.scan_id as "scanId", j.target_id as "targetId", j.kind, j.location, j.state,
       j.lease_epoch as epoch
     from jobs j join targets t on t.id = j.target_id where t.namespace = $1 order by j.created_at, j.location`,
    [namespace],
  )
  return rows
}

export const toLine = ({ kind, location, state, epoch }: Job): string =>
  `job ${kind} ${location} ${state}, lease ${epoch}`
