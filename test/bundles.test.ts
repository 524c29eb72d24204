import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, startParts, type Processes } from '../demo/parts.ts'
import { createScannerRoles, PROD } from '../demo/seed.ts'
import { bundle, packagesOf } from '../scripts/bundle.ts'
import { seedAccount } from './harness/aws/seed.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-bundles-'))
const packages: Record<'operator' | 'worker', ReadonlySet<string>> = { operator: new Set(), worker: new Set() }

beforeAll(async () => {
  for (const name of ['operator', 'worker'] as const) {
    packages[name] = packagesOf(await bundle(name, pathToFileURL(`${folder}/`)))
  }
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

const clientsIn = (name: 'operator' | 'worker'): readonly string[] =>
  [...packages[name]].filter((one) => one.startsWith('@aws-sdk/client-')).sort()

describe('bundles', () => {
  it("gives the operator no AWS service's client but SQS and STS", () => {
    expect(clientsIn('operator')).toEqual(['@aws-sdk/client-sqs'])
    expect(packages.operator).toContain('@kubernetes/client-node')
  })

  it('gives the worker no Kubernetes client', () => {
    expect([...packages.worker].filter((one) => one.startsWith('@kubernetes/'))).toEqual([])
    expect(clientsIn('worker')).toContain('@aws-sdk/client-ec2')
  })

  it('finish a scan', async () => {
    const stops: (() => Promise<unknown>)[] = []
    let processes: Processes | undefined
    try {
      const parts = await startParts(stops, () => undefined)
      const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
        const { code, stdout, stderr } = await parts.cluster.kubectl(args, input === undefined ? {} : { input })
        if (code !== 0) throw new Error(stderr)
        return stdout
      }
      await seedAccount(parts.aws, PROD, { regions: ['us-east-1'] })
      await kubectl(['apply', '--server-side', '-f', new URL('../crds', import.meta.url).pathname])
      await kubectl(['apply', '-f', new URL('../deploy/rbac.yaml', import.meta.url).pathname])
      await kubectl(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all'])
      processes = await launch({
        parts,
        stops,
        logFolder: join(folder, 'logs'),
        workers: 1,
        entry: (name) => join(folder, `${name}.js`),
      })

      const metadata = { name: 'bundled', namespace: 'default' }
      const target = {
        apiVersion: 'vedette.dev/v1alpha1',
        kind: 'ScanTarget',
        metadata,
        spec: { accountId: PROD, suspend: true },
      }
      await kubectl(['apply', '-f', '-'], JSON.stringify(target))
      await kubectl(['wait', '--for=jsonpath={.status.externalId}', '--timeout=30s', 'scantarget/bundled'])
      const externalId = await kubectl(['get', 'scantarget', 'bundled', '-o', 'jsonpath={.status.externalId}'])
      await createScannerRoles(parts.aws, externalId, [PROD])
      await kubectl(['annotate', 'scantarget', 'bundled', 'vedette.dev/scan-now=now'])
      await kubectl([
        'wait',
        '--for=jsonpath={.status.lastScan.result}=Succeeded',
        '--timeout=60s',
        'scantarget/bundled',
      ])
    } catch (error) {
      // What went wrong is in what they said last.
      throw new Error([processes?.operator, ...(processes?.workers ?? [])].map((one) => one?.output()).join('\n'), {
        cause: error,
      })
    } finally {
      for (const stop of stops.reverse()) await stop()
    }
  }, 180_000)
})
