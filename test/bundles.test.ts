import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle, packagesOf } from '../scripts/bundle.ts'

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
})
