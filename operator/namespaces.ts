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
 * On a Namespace that was deleted and created again: its own uid. So it stands for this one alone, and does nothing when
 * a manifest carries it to the next. Who may annotate a Namespace administers it; tenants may not.
 */
export const ADOPT_ANNOTATION = 'vedette.dev/adopt'

/** The Namespace object of the moment. */
export interface LiveNamespace {
  readonly uid: string
  /** An administrator lets it have what belonged to the one before it. */
  readonly adopts: boolean
}

export interface NamespacesDeps {
  readonly client: KubeClient
  readonly clock: { monotonicMs(): number }
  /** The uids of all ScanTargets that are known to be in a namespace. */
  readonly targetsIn: (namespace: string) => Iterable<string>
}

const MAX_AGE_MS = 60_000
/** For one that has not been adopted yet: somebody may be doing it. Shorter than the pause between two looks. */
const DOUBTFUL_MS = 9_000

interface Known {
  readonly live: LiveNamespace
  readonly goodUntil: number
  /** Objects that were there before the answer was: they are of this namespace, or of one before it that is gone. */
  readonly covers: ReadonlySet<string>
}

/**
 * Who a namespace is: an ExternalId belongs to one namespace, and not to another that later takes its name. An answer is
 * good for a minute, and only for targets that were there when it was asked: those of a namespace created since were not.
 */
export class Namespaces {
  readonly #deps: NamespacesDeps
  readonly #known = new Map<string, Known>()

  constructor(deps: NamespacesDeps) {
    this.#deps = deps
  }

  /** The namespace that this target is in, or why it could not be asked. */
  async of(target: KubeObject, signal: AbortSignal): Promise<LiveNamespace | Error> {
    const { client, clock, targetsIn } = this.#deps
    const { namespace = '', uid } = target.metadata
    const known = this.#known.get(namespace)
    if (known !== undefined && clock.monotonicMs() < known.goodUntil && known.covers.has(uid)) return known.live
    const covers = new Set(targetsIn(namespace)).add(uid)
    const answer = await client.get(namespaces, { namespace: '', name: namespace }, { signal })
    if (!answer.ok) return answer.error
    const { metadata } = answer.value
    const live = { uid: metadata.uid, adopts: metadata.annotations?.[ADOPT_ANNOTATION] === metadata.uid }
    this.#known.set(namespace, { live, goodUntil: clock.monotonicMs() + MAX_AGE_MS, covers })
    return live
  }

  /** What is known of this namespace stops it: whoever looks again in ten seconds is to see a change. */
  doubt(namespace: string): void {
    const known = this.#known.get(namespace)
    if (known === undefined) return
    const goodUntil = Math.min(known.goodUntil, this.#deps.clock.monotonicMs() + DOUBTFUL_MS)
    this.#known.set(namespace, { ...known, goodUntil })
  }
}
