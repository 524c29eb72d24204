import { afterAll, beforeAll, inject } from 'vitest'
import { askBroker } from './broker.ts'
import { controlPlaneAccess, type ControlPlaneAccess } from './controlplane/access.ts'
import { createDatabase, dropDatabase, type Template } from './database.ts'
import type { PartInfo, PartName } from './parts.ts'

/** Twice what the first build of the control plane took on two cores. */
const firstBuildMs = 900_000

/** Info of a shared part, which is started for the first who asks. For `use…` functions; call it in a hook or a test. */
export async function sharedPart<Name extends PartName>(name: Name): Promise<PartInfo<Name>> {
  return (await askBroker(inject('partsBroker'), name)) as PartInfo<Name> // the broker answers from the table `parts`
}

/**
 * A fresh database for this test file (or describe block) on the run's Postgres 18; dropped afterwards. Empty, or a clone of
 * `template`. Read `url` inside hooks and tests: it does not exist earlier.
 *
 *   const database = usePostgres()
 *   test('…', async () => { const pool = new Pool({ connectionString: database.url }) … })
 */
export function usePostgres(template?: Template): { readonly url: string; readonly serverUrl: string } {
  const held: { url?: string; serverUrl?: string } = {}
  beforeAll(async () => {
    held.serverUrl = (await sharedPart('postgres')).url
    held.url = await createDatabase(held.serverUrl, template)
  })
  afterAll(async () => {
    if (held.serverUrl !== undefined && held.url !== undefined) await dropDatabase(held.serverUrl, held.url)
  })
  return {
    get url() {
      return started(held.url, 'usePostgres')
    },
    get serverUrl() {
      return started(held.serverUrl, 'usePostgres')
    },
  }
}

/**
 * The run's control plane, shared with the other test files: put objects into a namespace of `createNamespace()`. The first file
 * that asks on a new machine waits until it is built.
 *
 *   const cluster = useControlPlane()
 *   test('…', async () => { const namespace = await cluster.access.createNamespace() … })
 */
export function useControlPlane(): { readonly access: ControlPlaneAccess } {
  const held: { access?: ControlPlaneAccess } = {}
  beforeAll(async () => {
    held.access = controlPlaneAccess(await sharedPart('controlplane'))
  }, firstBuildMs)
  return {
    get access() {
      return started(held.access, 'useControlPlane')
    },
  }
}

/** What a `use…` function holds, once its `beforeAll` has run. */
export function started<T>(value: T | undefined, by: string): T {
  if (value !== undefined) return value
  throw new Error(
    `${by}() is called at the top of a test file or describe block; what it returns is there inside hooks and tests only.`,
  )
}
