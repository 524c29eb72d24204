export type CheckOutcome = { readonly ok: true } | { readonly ok: false; readonly message: string }

/** One named question behind `/healthz` or `/readyz`. It answers from what is known; it does not go and look for long. */
export interface HealthCheck {
  readonly name: string
  check(signal: AbortSignal): CheckOutcome | Promise<CheckOutcome>
}

export interface HealthReport {
  readonly ok: boolean
  /** One line per check, in the form of the API server's own `/readyz?verbose`. */
  readonly text: string
}

/**
 * Asks all checks at once. A check that throws or has not answered when `signal` aborts has failed:
 * a health endpoint that hangs tells nobody anything.
 */
export async function runChecks(
  endpoint: string,
  checks: readonly HealthCheck[],
  signal: AbortSignal,
): Promise<HealthReport> {
  const lines = await Promise.all(
    checks.map(async (check) => {
      const outcome = await outcomeOf(check, signal)
      return outcome.ok ? `[+]${check.name} ok` : `[-]${check.name} failed: ${outcome.message}`
    }),
  )
  const ok = lines.every((line) => line.startsWith('[+]'))
  return { ok, text: [...lines, `${endpoint} check ${ok ? 'passed' : 'failed'}`, ''].join('\n') }
}

async function outcomeOf(check: HealthCheck, signal: AbortSignal): Promise<CheckOutcome> {
  const late = Promise.withResolvers<CheckOutcome>()
  const onAbort = () => late.resolve({ ok: false, message: 'no answer in time' })
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([check.check(signal), late.promise])
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
