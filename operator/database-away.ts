import type { CheckOutcome, HealthCheck } from '#platform/http/health-check.ts'
import type { ReconcileRequest } from '#platform/kube/controller.ts'
import type { KubeObject } from '#platform/kube/object.ts'
import { failed, type ReconcileResult } from '#platform/kube/reconcile-result.ts'
import { describePostgresError, isDatabaseAway } from '#platform/postgres/errors.ts'
import type { Sql } from '#platform/postgres/sql.ts'

/** Readiness: the database answers. Asked once at a time, so that one that hangs costs one connection. */
export function databaseCheck(sql: Sql): HealthCheck {
  let asking: Promise<CheckOutcome> | undefined
  return {
    name: 'database',
    check: async () => {
      asking ??= ask(sql).finally(() => (asking = undefined))
      return asking
    },
  }
}

async function ask(sql: Sql): Promise<CheckOutcome> {
  try {
    await sql.query('select')
    return { ok: true }
  } catch (error) {
    const { code, message } = describePostgresError(error)
    return { ok: false, message: `it cannot be reached: ${message || code}` }
  }
}

type Reconcile<T extends KubeObject> = (request: ReconcileRequest<T>) => Promise<ReconcileResult>

/** The same reconcile, to which a database that is away is a failure to be expected and tried again, not a defect. */
export function waitingForDatabase<T extends KubeObject>(reconcile: Reconcile<T>): Reconcile<T> {
  return async (request) => {
    try {
      return await reconcile(request)
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      return failed(new Error('the database cannot be reached', { cause: error }))
    }
  }
}
