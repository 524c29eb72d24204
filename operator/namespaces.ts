import type { KubeClient } from '#platform/kube/client.ts'
import type { KubeObject } from '#platform/kube/object.ts'
import { kubeResource } from '#platform/kube/resource.ts'

const namespaces = kubeResource<KubeObject>({
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
})

/**
 * The uid of namespaces: an ExternalId belongs to one namespace, and not to another that later takes its name.
 * Asked from the API server when a namespace is first met, then again after `MAX_AGE_MS`: a re-created one may hold on
 * to its predecessor's uid that long, in which its ScanTargets, being new objects, are met for the first time anyway.
 */
export class NamespaceUids {
  readonly #client: KubeClient
  readonly #known = new Map<string, { readonly uid: string; readonly at: number }>()
  readonly #monotonicMs: () => number

  constructor(client: KubeClient, clock: { monotonicMs(): number }) {
    this.#client = client
    this.#monotonicMs = () => clock.monotonicMs()
  }

  /** The uid, or why it could not be asked. One GET per namespace and minute. */
  async uidOf(namespace: string, signal: AbortSignal): Promise<string | Error> {
    const known = this.#known.get(namespace)
    if (known !== undefined && this.#monotonicMs() - known.at < MAX_AGE_MS) return known.uid
    const live = await this.#client.get(namespaces, { namespace: '', name: namespace }, { signal })
    if (!live.ok) return live.error
    this.#known.set(namespace, { uid: live.value.metadata.uid, at: this.#monotonicMs() })
    return live.value.metadata.uid
  }
}

const MAX_AGE_MS = 60_000
