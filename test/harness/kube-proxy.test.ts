import { KubeConfig, Watch } from '@kubernetes/client-node'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { apiRequest } from './controlplane/api-request.ts'
import { startKubeProxy, type AnsweredPatch, type KubeProxy } from './kube-proxy.ts'
import { useControlPlane } from './use.ts'

const cluster = useControlPlane()
let proxy: KubeProxy
let kubeconfig: string
beforeEach(async () => {
  proxy = await startKubeProxy(cluster.access)
  kubeconfig = cluster.access.kubeconfig('ada', ['system:masters'], proxy.url)
})
afterEach(() => proxy.stop())

test('kubectl works through it, and what was asked is known', async () => {
  const namespace = await cluster.access.createNamespace()
  const create = ['create', 'configmap', 'a', '--from-literal=x=1', '-n', namespace]
  expect(await cluster.access.kubectl(create, { kubeconfig })).toMatchObject({ code: 0 })
  const writes = proxy.requests().filter((one) => one.method !== 'GET')
  expect(writes).toMatchObject([{ method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, isWatch: false }])
  proxy.forget()
  expect(proxy.requests()).toEqual([])
})

test('a PATCH is read along with its answer, whole or cut', async () => {
  const patched: AnsweredPatch[] = []
  const namespace = await cluster.access.createNamespace()
  const reading = await startKubeProxy(cluster.access, { onPatched: (patch) => void patched.push(patch) })
  try {
    const through = cluster.access.kubeconfig('ada', ['system:masters'], reading.url)
    const annotate = (value: string) =>
      cluster.access.kubectl(['annotate', 'ns', namespace, `a=${value}`, '--overwrite'], { kubeconfig: through })
    expect(await annotate('1')).toMatchObject({ code: 0 })
    await vi.waitFor(() => expect(patched).toHaveLength(1))
    expect(patched[0]).toMatchObject({ status: 200, path: `/api/v1/namespaces/${namespace}` })
    expect(JSON.parse(patched[0]?.sent ?? '')).toMatchObject({ metadata: { annotations: { a: '1' } } })
    expect(JSON.parse(patched[0]?.answer ?? '')).toMatchObject({ metadata: { annotations: { a: '1' } } })
    reading.inject({ when: ({ method }) => method === 'PATCH', answer: { status: 409 } })
    expect(await annotate('2')).toMatchObject({ code: 1 })
    expect(patched).toHaveLength(1)
  } finally {
    await reading.stop()
  }
})

test('429 comes as the server words it, as often as told, only where told', async () => {
  const when = ({ path }: { readonly path: string }) => path === '/api/v1/namespaces'
  proxy.inject({ when, times: 2, answer: { status: 429, retryAfterSeconds: 1 } })
  expect(await ask('/version')).toMatchObject({ status: 200 })
  const busy = { status: 429, body: { kind: 'Status', reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } } }
  expect([await ask(), await ask(), await ask()]).toMatchObject([busy, busy, { status: 200 }])
})

test('an answer is cut in the middle, a connection breaks, an answer never comes', async () => {
  proxy.inject({ answer: { cutAfterBytes: 10 } })
  await expect(ask()).rejects.toThrow('aborted')
  proxy.inject({ answer: 'reset' })
  await expect(ask()).rejects.toThrow('socket hang up')
  proxy.inject({ answer: 'hang' })
  await expect(ask(undefined, AbortSignal.timeout(300))).rejects.toThrow('aborted')
  proxy.inject({ answer: { status: 503 }, times: Infinity })
  expect(await ask()).toMatchObject({ status: 503 })
  proxy.clear()
  expect(await ask()).toMatchObject({ status: 200 })
})

test('a request is held back, and then passed on', async () => {
  const held = Promise.withResolvers<void>()
  proxy.inject({ answer: { passOnAfter: held.promise } })
  let isAnswered = false
  const asked = ask('/version').finally(() => (isAnswered = true))
  await vi.waitFor(() => expect(proxy.requests()).toHaveLength(1))
  expect(await ask()).toMatchObject({ status: 200 })
  expect(isAnswered).toBe(false)
  held.resolve()
  expect(await asked).toMatchObject({ status: 200, body: { major: '1' } })
})

test('a request is cut before it arrives, or after it took effect', async () => {
  const namespace = await cluster.access.createNamespace()
  const annotate = (value: string) =>
    cluster.access.kubectl(['annotate', 'ns', namespace, `a=${value}`, '--overwrite'], { kubeconfig })
  const stored = async (): Promise<string> =>
    (await cluster.access.kubectl(['get', 'ns', namespace, '-o', 'jsonpath={.metadata.annotations.a}'])).stdout
  const verdicts = { cut: '', 'cut-after': '2' } as const
  for (const [verdict, then] of Object.entries(verdicts)) {
    proxy.intercept(({ method }) => (method === 'PATCH' ? (verdict as keyof typeof verdicts) : 'pass')) // its keys
    expect(await annotate('2')).toMatchObject({ code: 1 })
    expect(await stored()).toBe(then)
  }
  proxy.intercept(() => Promise.resolve('pass' as const))
  expect(await annotate('3')).toMatchObject({ code: 0 })
  expect(await stored()).toBe('3')
})

test.for(['end', 'reset', 'truncate', 'expired'] as const)('a watch is cut: %s', async (how) => {
  const namespace = await cluster.access.createNamespace()
  const events: string[] = []
  const { done } = await watchConfigMaps(namespace, events)
  await cluster.access.kubectl(['create', 'configmap', 'first', '-n', namespace])
  await vi.waitFor(() => expect(events).toEqual(['ADDED first']), { timeout: 10_000 })
  expect(proxy.watches()).toBe(1)

  proxy.cutWatches(how)
  const error = await done
  expect(events.slice(1)).toEqual(how === 'expired' ? ['ERROR 410'] : [])
  // The reset of a TLS connection and its truncation are both a premature close to the client; an orderly end is not.
  if (how === 'reset' || how === 'truncate') expect(error).toMatch(/premature|terminated|aborted|closed|hang up/i)
  else expect(error).not.toMatch(/premature|terminated|hang up/i)
  await vi.waitFor(() => expect(proxy.watches()).toBe(0))
})

function ask(path = '/api/v1/namespaces', signal?: AbortSignal) {
  const ca = readFileSync(cluster.access.caFile, 'utf8')
  const { users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    readonly users: readonly [{ readonly user: { readonly token: string } }] // as `kubeconfig` writes it
  }
  return apiRequest({ url: proxy.url, ca, token: users[0].user.token }, 'GET', path, signal ? { signal } : {})
}

async function watchConfigMaps(namespace: string, events: string[]): Promise<{ readonly done: Promise<string> }> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  let finish: (error: string) => void
  const done = new Promise<string>((resolve) => (finish = resolve))
  const seen = (
    phase: string,
    object: { readonly metadata?: { readonly name?: string }; readonly code?: number },
  ): void => {
    const what = object.metadata?.name ?? object.code
    if (what !== 'kube-root-ca.crt') events.push(`${phase} ${what}`)
  }
  const path = `/api/v1/namespaces/${namespace}/configmaps`
  await new Watch(config).watch(path, {}, seen, (error: unknown) => finish(error instanceof Error ? error.message : ''))
  return { done }
}
