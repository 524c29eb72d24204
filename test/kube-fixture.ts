import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { KubeClient } from '#platform/kube/client.ts'
import { createKubeMetrics, type KubeMetrics } from '#platform/kube/metrics.ts'
import type { Condition } from '#platform/kube/conditions.ts'
import type { KubeObject } from '#platform/kube/object.ts'
import { PooledKubeConfig } from '#platform/kube/pooled-kube-config.ts'
import { kubeResource, type KubeResource } from '#platform/kube/resource.ts'
import { createLogger, type Logger } from '#platform/log/logger.ts'
import { createMetrics, type Metrics } from '#platform/metrics/metrics.ts'
import { systemClock } from '#platform/system-clock.ts'
import type { ControlPlaneAccess } from './harness/controlplane/access.ts'

/** A kind without a meaning, for tests of the runtime. `status.phase` has a default in its schema. */
export interface Widget extends KubeObject {
  readonly spec: { readonly size: number; readonly note?: string }
  readonly status?: {
    readonly phase?: string
    readonly seen?: number
    readonly observedGeneration?: number
    readonly conditions?: readonly Condition[]
  }
}

const text = { type: 'string', maxLength: 1024 }
const schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: { size: { type: 'integer', minimum: 0 }, note: { type: 'string', maxLength: 4096 } },
    },
    status: {
      type: 'object',
      properties: {
        phase: { ...text, default: 'New' },
        seen: { type: 'integer' },
        observedGeneration: { type: 'integer' },
        conditions: {
          type: 'array',
          maxItems: 8,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          items: {
            type: 'object',
            required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
            properties: {
              type: text,
              status: text,
              reason: text,
              message: text,
              lastTransitionTime: { type: 'string', format: 'date-time' },
              observedGeneration: { type: 'integer' },
            },
          },
        },
      },
    },
  },
}

/** The CRD of widgets in a group of its own, so that test files that share a control plane do not meet. */
export function widgetDefinition(group: string) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
      versions: [
        { name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: schema } },
      ],
    },
  }
}

export function widgetsOf(group: string): KubeResource<Widget> {
  return kubeResource<Widget>({ group, version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true })
}

/** Creates the CRD and resolves when the API server serves it. */
export async function installWidgets(access: ControlPlaneAccess, group: string): Promise<KubeResource<Widget>> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const created = await access.request('POST', path, { body: widgetDefinition(group) })
  if (created.status !== 201) throw new Error(`cannot create the CRD: ${JSON.stringify(created.body)}`)
  while ((await access.request('GET', `/apis/${group}/v1/widgets`)).status !== 200) {
    await systemClock.sleep(50, AbortSignal.timeout(10_000))
  }
  return widgetsOf(group)
}

/** Widgets for this test file; the CRD, and with it every widget, goes when the file is done. */
export function useWidgets(cluster: { readonly access: ControlPlaneAccess }): {
  readonly resource: KubeResource<Widget>
} {
  const group = `t${randomBytes(4).toString('hex')}.example.dev`
  beforeAll(async () => {
    await installWidgets(cluster.access, group)
  }, 30_000)
  afterAll(async () => {
    await cluster.access.request('DELETE', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${group}`)
  })
  return { resource: widgetsOf(group) }
}

export interface KubeParts {
  readonly kubeConfig: PooledKubeConfig
  readonly client: KubeClient
  readonly metrics: KubeMetrics
  readonly registry: Metrics
  readonly log: Logger
  /** What was logged, line by line, parsed. */
  readonly logged: readonly Readonly<Record<string, unknown>>[]
}

/** A client and what it needs, for the kubeconfig at this path. Unthrottled: tests write many objects. */
export function kubeParts(kubeconfigPath: string): KubeParts {
  const kubeConfig = new PooledKubeConfig()
  kubeConfig.loadFromFile(kubeconfigPath)
  const registry = createMetrics({ processMetrics: false })
  const metrics = createKubeMetrics(registry)
  const client = new KubeClient({ kubeConfig, clock: systemClock, metrics, ratePerSecond: 10_000, burst: 10_000 })
  const logged: Record<string, unknown>[] = []
  const log = createLogger({
    process: 'test',
    level: 'debug',
    destination: { write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>) }, // one JSON object
  })
  return { kubeConfig, client, metrics, registry, log, logged }
}

/** A widget to create. */
export function widget(
  resource: KubeResource<Widget>,
  namespace: string,
  name: string,
  spec: Widget['spec'] = { size: 1 },
) {
  return { apiVersion: `${resource.group}/v1`, kind: 'Widget', metadata: { namespace, name }, spec }
}
