import { setTimeout as wait } from 'node:timers/promises'
import { SCAN_NOW_ANNOTATION } from '#core/kinds/scan-target.ts'
import { picked, type Act, type Scene } from './faults.ts'
import type { Kind } from './plan.ts'
import { change, create, pathOf, specOf, type Home, type World } from './world.ts'

/** When a target was not there, or about to go or come: what a schedule owes it then is open. */
export interface Absence {
  readonly home: Home
  readonly fromMs: number
  toMs: number
}

/** When a schedule was suspended. */
export interface Suspension {
  readonly namespace: string
  readonly fromMs: number
  toMs: number
}

/** What people did, as far as the invariants have to know it. */
export interface Deeds {
  readonly absences: Absence[]
  readonly suspensions: Suspension[]
  requests: number
}

export const SCHEDULE = 'every-minute'

/** All targets, and a schedule over them in each namespace. */
export async function createTargets(world: World): Promise<void> {
  for (const home of world.homes) await create(world, 'ScanTarget', home, specOf(home, 0))
  for (const namespace of world.namespaces) {
    await create(world, 'ScanSchedule', { namespace, name: SCHEDULE }, { schedule: '* * * * *', targetSelector: {} })
  }
}

export async function suspendAll(world: World, suspend: boolean): Promise<void> {
  for (const namespace of world.namespaces) {
    await change(world, 'scanschedules', { namespace, name: SCHEDULE }, { spec: { suspend } })
  }
}

export async function scanNow(world: World, home: Home, token: string): Promise<boolean> {
  return change(world, 'scantargets', home, { metadata: { annotations: { [SCAN_NOW_ANNOTATION]: token } } })
}

async function remove({ parts }: World, plural: string, namespace: string, name: string): Promise<boolean> {
  const { status } = await parts.cluster.request('DELETE', pathOf(plural, namespace, name))
  return status === 200
}

/** Half of what the pick has left after it has chosen: for a second draw. */
const rest = (pick: number, of: number): number => (pick * of) % 1

/** What people do to their objects, at the worst of moments. */
export function people(deeds: Deeds): Readonly<Partial<Record<Kind, Act>>> {
  const homeOf = ({ world }: Scene, pick: number): Home | undefined => picked(world.homes, pick)
  const request = async (
    { world }: Scene,
    pick: number,
  ): Promise<{ readonly namespace: string; readonly name: string } | undefined> => {
    const home = picked(world.homes, pick)
    if (home === undefined) return undefined
    const name = `request-${++deeds.requests}`
    await create(world, 'ScanRequest', { namespace: home.namespace, name }, { request: { targetName: home.name } })
    return { namespace: home.namespace, name }
  }
  return {
    'target edited': async (scene, { pick }) => {
      const home = homeOf(scene, pick)
      if (home === undefined) return false
      const { regions, checks } = specOf(home, rest(pick, scene.world.homes.length))
      return change(scene.world, 'scantargets', home, { spec: { regions, checks } })
    },
    'target deleted, and made again': async (scene, { pick, forMs }) => {
      const home = homeOf(scene, pick)
      if (home === undefined) return false
      const absence = { home, fromMs: Date.now(), toMs: Infinity }
      if (!(await remove(scene.world, 'scantargets', home.namespace, home.name))) return false
      deeds.absences.push(absence)
      await wait(forMs)
      // Garbage collection may still be at the one before it.
      while (!(await create(scene.world, 'ScanTarget', home, specOf(home, rest(pick, scene.world.homes.length))))) {
        await wait(200)
      }
      absence.toMs = Date.now()
      return true
    },
    'scan-now': async (scene, { pick, atMs }) => {
      const home = homeOf(scene, pick)
      return home !== undefined && scanNow(scene.world, home, `storm-${atMs}`)
    },
    'ScanRequest made': async (scene, { pick }) => (await request(scene, pick)) !== undefined,
    'ScanRequest cancelled': async (scene, { pick, forMs }) => {
      const made = await request(scene, pick)
      if (made === undefined) return false
      await wait(forMs)
      return change(scene.world, 'scanrequests', made, { spec: { cancel: true } })
    },
    'ScanRequest deleted': async (scene, { pick, forMs }) => {
      const made = await request(scene, pick)
      if (made === undefined) return false
      await wait(forMs)
      return remove(scene.world, 'scanrequests', made.namespace, made.name)
    },
    'schedule suspended': async ({ world }, { pick, forMs }) => {
      const namespace = picked(world.namespaces, pick)
      if (namespace === undefined) return false
      const suspension = { namespace, fromMs: Date.now(), toMs: Infinity }
      deeds.suspensions.push(suspension)
      await change(world, 'scanschedules', { namespace, name: SCHEDULE }, { spec: { suspend: true } })
      await wait(forMs)
      await change(world, 'scanschedules', { namespace, name: SCHEDULE }, { spec: { suspend: false } })
      suspension.toMs = Date.now()
      return true
    },
  }
}
