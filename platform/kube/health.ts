import type { Clock } from '#core/clock.ts'
import type { HealthCheck } from '#platform/http/health-check.ts'
import { isNotFound } from './kube-error.ts'
import type { ReflectorStatus } from './reflector.ts'
import { apiVersionOf, resourceName, type KubeResource } from './resource.ts'

interface Watched {
  readonly resource: KubeResource
  readonly status: ReflectorStatus
}

/** Readiness: every cache is filled and kept up to date. A standby is ready too: it could lead at any moment. */
export function cachesCheck(informers: () => Iterable<Watched>): HealthCheck {
  return {
    name: 'caches',
    check: () => {
      const behind = [...informers()].filter(({ status }) => !status.synced || status.degraded !== undefined)
      if (behind.length === 0) return { ok: true }
      const what = behind.map(({ resource, status }) => {
        const why = status.degraded === undefined ? 'the first list is under way' : status.degraded.message
        return `${resourceName(resource)} (${why})`
      })
      return { ok: false, message: `not up to date: ${what.join(', ')}` }
    },
  }
}

/** Readiness: the API server serves every kind that is watched, in the version that is asked for. */
export function servedCheck(informers: () => Iterable<Watched>): HealthCheck {
  return {
    name: 'crds',
    check: () => {
      const missing = [...informers()].filter(
        ({ status }) => status.degraded !== undefined && isNotFound(status.degraded),
      )
      if (missing.length === 0) return { ok: true }
      const what = missing.map(({ resource }) => `${resourceName(resource)} (${apiVersionOf(resource)})`)
      return { ok: false, message: `not served: ${what.join(', ')}; apply the CRDs of this version` }
    },
  }
}

/** Liveness: no reconcile has ignored its timeout. Only a restart gets such a worker back. */
export function workersCheck(controllers: () => Iterable<{ stuck(): string | undefined }>): HealthCheck {
  return {
    name: 'workers',
    check: () => {
      const stuck = [...controllers()].flatMap((controller) => controller.stuck() ?? [])
      return stuck.length === 0 ? { ok: true } : { ok: false, message: stuck.join('; ') }
    },
  }
}

const tickMs = 1000
const maxSilenceMs = 15_000

/**
 * Liveness: timers fire. Whoever asks over HTTP has shown that sockets are served, not that timers are; and the renewal
 * of the lease, the retries and the timeouts all hang on them. Before it runs there is nothing to wait for.
 */
export function createTimerWatchdog(clock: Clock): {
  readonly check: HealthCheck
  run(signal: AbortSignal): Promise<void>
} {
  let tickedAt: number | undefined
  return {
    check: {
      name: 'timers',
      check: () => {
        const silentMs = tickedAt === undefined ? 0 : clock.monotonicMs() - tickedAt
        if (silentMs <= maxSilenceMs) return { ok: true }
        return { ok: false, message: `no timer has fired for ${Math.round(silentMs / 1000)} s` }
      },
    },
    run: async (signal) => {
      while (!signal.aborted) {
        tickedAt = clock.monotonicMs()
        await clock.sleep(tickMs, signal).catch((error: unknown) => {
          if (!signal.aborted) throw error
        })
      }
    },
  }
}
