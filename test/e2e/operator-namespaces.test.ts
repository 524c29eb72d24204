import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pool } from '#platform/postgres/pool.ts'
import { usePostgres } from '../harness/use.ts'
import {
  condition,
  eventually,
  migratedPool,
  scansOf,
  startOperator,
  useSharedVedette,
  type TestOperator,
} from './operator-fixture.ts'

// An ExternalId belongs to one namespace. Whoever gets the name of a namespace that is gone does not get its ExternalId.
const cluster = useSharedVedette()
const { objects } = cluster
const database = usePostgres()
const scans = scansOf(() => pool)
let pool: Pool
let operator: TestOperator
let namespace = ''

const spec = { accountId: '300000000001' }
const read = () => objects.get(namespace, 'scantarget', 'prod')

/** Deletes the namespace with all that is in it, and makes another one of its name. */
async function recreate(annotations: object): Promise<void> {
  await objects.kubectl('delete', 'namespace', namespace, '--timeout=30s')
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, annotations } }
  const created = await cluster.access.request('POST', '/api/v1/namespaces', { body })
  expect(created.status).toBe(201)
}

async function uidOf(name: string): Promise<string> {
  const { body } = await cluster.access.request('GET', `/api/v1/namespaces/${name}`)
  const { metadata } = body as { readonly metadata: { readonly uid: string } } // a Namespace
  return metadata.uid
}

const start = (): Promise<TestOperator> =>
  startOperator({ access: cluster.access, pool, databaseUrl: database.url, options: { namespace } })

beforeAll(async () => {
  pool = await migratedPool(database.url)
  namespace = await cluster.access.createNamespace('payments')
  operator = await start()
})
afterAll(async () => {
  await operator?.stop()
  await pool?.end()
})

describe('a namespace that was deleted and made again', () => {
  let externalId = ''

  it('inherits no ExternalId, not at once, not by an annotation from Git; what was under way is cancelled', async () => {
    const uid = await uidOf(namespace)
    await objects.apply(namespace, 'ScanTarget', 'prod', spec)
    await eventually(read, (one) => one.status?.activeScan !== undefined)
    await scans.finish(await scans.active(namespace, 'prod'))
    await objects.kubectl('annotate', 'scantarget', 'prod', '-n', namespace, 'vedette.dev/scan-now=1')
    const before = await eventually(read, (one) => one.status?.activeScan?.trigger === 'annotation')
    externalId = before.status.externalId

    await recreate({ 'vedette.dev/adopt': uid })
    await objects.apply(namespace, 'ScanTarget', 'prod', spec)
    const stalled = await eventually(read, (one) => one.status?.conditions !== undefined)
    expect(condition(stalled, 'Stalled')).toMatchObject({ status: 'True', reason: 'NamespaceRecreated' })
    expect(JSON.stringify(stalled.status)).not.toContain(externalId)
    expect(stalled.status.lastScan).toBeUndefined()

    const states = async () => (await pool.query('select state from scans order by created_at')).rows
    await eventually(states, (rows) => JSON.stringify(rows) === '[{"state":"Succeeded"},{"state":"Cancelled"}]')
  })

  it('lets a ScanRequest wait, and says for what', async () => {
    await objects.apply(namespace, 'ScanRequest', 'please', { request: { targetName: 'prod' } })
    const waiting = await eventually(
      () => objects.get(namespace, 'scanrequest', 'please'),
      (one) => condition(one, 'Finished') !== undefined,
    )
    expect(condition(waiting, 'Finished')).toMatchObject({ status: 'False', reason: 'TargetNotReady' })
  })

  it('is adopted by an administrator, with the command that the condition gives, and not by its tenant', async () => {
    const message: string = condition(await read(), 'Stalled')?.message ?? ''
    const [, command = ''] = /: kubectl (annotate namespace .+)$/.exec(message) ?? []
    await objects.kubectl('create', 'rolebinding', 'ada', '-n', namespace, '--clusterrole=admin', '--user=ada')
    const tenant = { kubeconfig: cluster.access.kubeconfig('ada') }
    const canI = (...args: readonly string[]) =>
      cluster.access.kubectl(['auth', 'can-i', ...args, '-n', namespace], tenant)
    await eventually(
      () => canI('patch', 'scantargets'),
      ({ stdout }) => stdout.trim() === 'yes',
    )
    const refused = await cluster.access.kubectl(command.split(' '), tenant)
    expect(refused.stderr).toContain('cannot patch resource "namespaces"')

    await objects.kubectl(...command.split(' '))
    const adopted = await eventually(read, (one) => one.status?.externalId !== undefined)
    expect(adopted.status).toMatchObject({
      externalId,
      findings: { critical: 1 },
      lastScan: { result: 'Cancelled' },
      activeScan: { trigger: 'spec' },
    })
    expect(condition(adopted, 'Stalled')).toBeUndefined()
    await eventually(
      () => objects.events(namespace, 'prod'),
      (events) => events.some(({ reason, note }) => reason === 'NamespaceAdopted' && note.includes(namespace)),
    )
  })

  it('is asked for once a minute, however many targets are in it', async () => {
    const items = Array.from({ length: 30 }, (_, index) => ({
      apiVersion: 'vedette.dev/v1alpha1',
      kind: 'ScanTarget',
      metadata: { name: `t${index}`, namespace },
      spec: { accountId: `3000000001${String(index).padStart(2, '0')}`, suspend: true },
    }))
    await cluster.access.kubectl(['apply', '--server-side', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    })
    const told = async () => (await pool.query(`select from targets where name like 't%'`)).rowCount
    await eventually(told, (count) => count === 30)
    // A round for all of them; whoever is there was covered by the last answer.
    operator.proxy.forget()
    const before = await operator.reconciles('scan-target')
    for (let index = 0; index < 30; index++)
      await pool.query(`select pg_notify('vedette', $1)`, [`ScanTarget/${namespace}/t${index}`])
    await eventually(
      () => operator.reconciles('scan-target'),
      (count) => count >= before + 30,
    )
    const asked = operator.proxy.requests().filter(({ path }) => path === `/api/v1/namespaces/${namespace}`)
    expect(asked).toEqual([])
  })

  it('leaves nothing of the one before under way, also when no operator saw it go', async () => {
    const scanId = await scans.active(namespace, 'prod')
    await operator.stop()
    // What a deletion of the namespace comes to, in less time.
    await objects.kubectl('delete', 'scantarget', 'prod', '-n', namespace)
    await pool.query(`update namespaces set uid = 'before' where namespace = $1`, [namespace])
    await cluster.objects.kubectl('annotate', 'namespace', namespace, 'vedette.dev/adopt-')
    await objects.apply(namespace, 'ScanTarget', 'prod', spec)
    operator = await start()
    await eventually(read, (one) => condition(one, 'Stalled')?.reason === 'NamespaceRecreated')
    const { rows } = await pool.query('select state from scans where id = $1', [scanId])
    expect(rows).toEqual([{ state: 'Cancelled' }])
  })
})
