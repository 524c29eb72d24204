import type { Clock } from '#core/clock.ts'
import type { KubeClient } from '#platform/kube/client.ts'
import { isNotFound, KubeError } from '#platform/kube/kube-error.ts'
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
  readonly clock: Clock
  /** The uids of all ScanTargets that are known to be in a namespace. */
  readonly targetsIn: (namespace: string) => Iterable<string>
  /** What stopped the targets of this namespace has changed: each is to be looked at again. */
  readonly onChanged: (namespace: string) => void
}

const MAX_AGE_MS = 60_000
const LOOK_AGAIN_MS = 5_000

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
  readonly #awaited = new Map<string, LiveNamespace>()

  constructor(deps: NamespacesDeps) {
    this.#deps = deps
  }

  /** The namespace that this target is in, or why it could not be asked. */
  async of(target: KubeObject, signal: AbortSignal): Promise<LiveNamespace | Error> {
    const { namespace = '', uid } = target.metadata
    const known = this.#known.get(namespace)
    const isGood = known !== undefined && this.#deps.clock.monotonicMs() < known.goodUntil && known.covers.has(uid)
    return isGood ? known.live : this.#ask(namespace, uid, signal)
  }

  /** Its targets stand still, as it is now: until that changes it is asked every five seconds, however many they are. */
  awaitAdoption(namespace: string, live: LiveNamespace): void {
    this.#awaited.set(namespace, live)
  }

  /** Asks for the namespaces whose adoption is awaited, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#deps.clock.sleep(LOOK_AGAIN_MS, signal)
        for (const [namespace, before] of this.#awaited) await this.#lookAgain(namespace, before, signal)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #lookAgain(namespace: string, before: LiveNamespace, signal: AbortSignal): Promise<void> {
    const live = await this.#ask(namespace, undefined, signal)
    if (live instanceof Error) {
      // Its targets go with it.
      if (live instanceof KubeError && isNotFound(live)) this.#awaited.delete(namespace)
    } else if (live.uid !== before.uid || live.adopts !== before.adopts) {
      this.#awaited.delete(namespace)
      this.#deps.onChanged(namespace)
    }
  }

  async #ask(namespace: string, uid: string | undefined, signal: AbortSignal): Promise<LiveNamespace | Error> {
    const { client, clock, targetsIn } = this.#deps
    const covers = new Set(targetsIn(namespace))
    if (uid !== undefined) covers.add(uid)
    const answer = await client.get(namespaces, { namespace: '', name: namespace }, { signal })
    if (!answer.ok) return answer.error
    const { metadata } = answer.value
    const live = { uid: metadata.uid, adopts: metadata.annotations?.[ADOPT_ANNOTATION] === metadata.uid }
    const now = clock.monotonicMs()
    for (const [name, { goodUntil }] of this.#known) if (goodUntil <= now) this.#known.delete(name)
    this.#known.set(namespace, { live, goodUntil: now + MAX_AGE_MS, covers })
    return live
  }
}
