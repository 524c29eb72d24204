import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startControlPlane, type ControlPlane } from './start.ts'
import { kubernetesVersion } from './versions.ts'

let plane: ControlPlane
beforeAll(async () => {
  plane = await startControlPlane({ say: (line) => console.log(line) })
}, 900_000)
afterAll(() => plane?.stop())

test('kubectl talks to the version that was asked for', async () => {
  const { stdout, code } = await plane.kubectl(['version', '-o', 'json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ serverVersion: { gitVersion: `v${kubernetesVersion}` } })
})

test('kubectl reads its input, and a failure is a value', async () => {
  const namespace = await plane.createNamespace('input')
  const input = `{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "data": { "x": "1" } }`
  expect(await plane.kubectl(['apply', '-n', namespace, '-f', '-'], { input })).toMatchObject({ code: 0 })
  const missing = await plane.kubectl(['get', 'configmap', 'b', '-n', namespace])
  expect(missing).toMatchObject({ code: 1, stdout: '' })
  expect(missing.stderr).toMatch(/NotFound/)
})

test('a user is known by name and groups, and RBAC decides what they may do', async () => {
  const namespace = await plane.createNamespace()
  const kubeconfig = plane.kubeconfig('ada', ['team-a'])
  const who = await plane.kubectl(['auth', 'whoami', '-o', 'json'], { kubeconfig })
  expect(JSON.parse(who.stdout)).toMatchObject({
    status: { userInfo: { username: 'ada', groups: ['team-a', 'system:authenticated'] } },
  })
  const mayList = () => plane.kubectl(['get', 'configmaps', '-n', namespace], { kubeconfig })
  expect((await mayList()).stderr).toMatch(/Forbidden.*"ada" cannot list/)
  await plane.kubectl(['create', 'rolebinding', 'r', '--clusterrole=view', '--group=team-a', '-n', namespace])
  await vi.waitFor(async () => expect(await mayList()).toMatchObject({ code: 0 }), { timeout: 10_000 })
})

test('a token that we did not sign is refused', async () => {
  const forged = `${Buffer.from('{"name":"eve","groups":["system:masters"]}').toString('base64url')}.x`
  const refused = await plane.kubectl(['get', 'namespaces', '--token', forged])
  expect(refused.stderr).toMatch(/Unauthorized|must be logged in/)
})

test('a service account acts under its real identity', async () => {
  const namespace = await plane.createNamespace()
  await plane.kubectl(['create', 'serviceaccount', 'operator', '-n', namespace])
  const kubeconfig = await plane.serviceAccountKubeconfig(namespace, 'operator')
  const who = await plane.kubectl(['auth', 'whoami', '-o', 'json'], { kubeconfig })
  expect(JSON.parse(who.stdout)).toMatchObject({
    status: { userInfo: { username: `system:serviceaccount:${namespace}:operator` } },
  })
})

test('owner references and namespace deletion are carried out', async () => {
  const namespace = await plane.createNamespace('gc')
  const configMaps = `/api/v1/namespaces/${namespace}/configmaps`
  const configMap = (name: string, ownerReferences: readonly unknown[] = []) =>
    plane.request('POST', configMaps, { body: { metadata: { name, ownerReferences } } })
  const owner = await configMap('owner')
  const { metadata } = owner.body as { readonly metadata: { readonly uid: string } } // a ConfigMap
  await configMap('owned', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid }])
  await plane.request('DELETE', `${configMaps}/owner`)
  const status = async (path: string) => (await plane.request('GET', path)).status
  await vi.waitFor(async () => expect(await status(`${configMaps}/owned`)).toBe(404), {
    timeout: 20_000,
    interval: 200,
  })

  await plane.request('DELETE', `/api/v1/namespaces/${namespace}`)
  const gone = async () => expect(await status(`/api/v1/namespaces/${namespace}`)).toBe(404)
  await vi.waitFor(gone, { timeout: 20_000, interval: 200 })
})

test('a killed API server comes back on the same port with what was written; stop leaves no process and no folder', async () => {
  const own = await startControlPlane({ controllers: [] })
  try {
    const namespace = await own.createNamespace()
    const [before] = [own.apiserver.pid()]
    expect(await own.apiserver.kill()).toMatchObject({ signal: 'SIGKILL' })
    await expect(own.request('GET', '/readyz')).rejects.toThrow(/ECONNREFUSED/)
    await own.apiserver.start()
    expect(own.apiserver.pid()).not.toBe(before)
    expect(await own.request('GET', `/api/v1/namespaces/${namespace}`)).toMatchObject({ status: 200 })
    expect(own.pids().map(alive)).toEqual([true, true])
  } finally {
    await own.stop()
  }
  expect(own.pids().map(alive)).toEqual([false, false])
  expect(existsSync(own.info.folder)).toBe(false)
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
