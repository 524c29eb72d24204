import { setTimeout as wait } from 'node:timers/promises'
import { report, sayFor } from '../../bench/support/report.ts'
import { residentMb } from '../../bench/support/process-cost.ts'
import { startLoadStage, type LoadStage } from './stage.ts'

/*
 * 1,000 targets that nothing is to be done for, for five minutes, with an operator and three workers: the API server sees
 * no write but the Lease's, and Postgres the same number of statements in each minute.
 *
 *   node chaos/load/idle.ts     prints one JSON line, appends it to chaos/results. Exit code 1: a bound is broken.
 */

const targets = Number(process.env['TARGETS'] ?? 1000)
const minutes = Number(process.env['MINUTES'] ?? 5)
/** Sweeps, resyncs and metrics come every 10 to 30 s, each with some jitter. */
const bounds = { otherWrites: 0, statementsSpread: 0.15 }
const say = sayFor('idle')

const stops: (() => Promise<unknown>)[] = []
try {
  const stage = await startLoadStage({ targets, stops, say })
  const fleet = await stage.start({ operators: 1, workers: 3 })
  // What the take-over left to do.
  await wait(30_000)
  const figures = await measure(stage)
  const memoryMb = Object.fromEntries(
    await Promise.all(fleet.lives.map(async ({ name, pid }) => [name, await residentMb(pid)] as const)),
  )
  const told = { ...figures, memoryMb }
  await report('idle', told, new URL('../results/', import.meta.url))
} finally {
  for (const stop of stops.splice(0).reverse()) await stop()
}

async function measure({ kube, pool }: LoadStage) {
  const statements = async (): Promise<number> => {
    // All but what this bench asks.
    const { rows } = await pool.query<{ calls: number }>(
      `select sum(calls)::int as calls from pg_stat_statements where query not like '%pg_stat_statements%'`,
    )
    return rows[0]?.calls ?? 0
  }
  kube.forget()
  const perMinute: number[] = []
  for (let minute = 0; minute < minutes; minute++) {
    const before = await statements()
    await wait(60_000)
    perMinute.push((await statements()) - before)
    say(`minute ${minute + 1}: ${perMinute.at(-1)} statements`)
  }
  const writes = kube.requests().filter(({ method }) => method !== 'GET')
  const others = writes.filter(({ path }) => !path.endsWith('/leases/vedette-operator'))
  const [least, most] = [Math.min(...perMinute), Math.max(...perMinute)]
  const statementsSpread = Math.round(((most - least) / most) * 1000) / 1000
  return {
    targets,
    minutes,
    leaseWrites: writes.length - others.length,
    otherWrites: others.length,
    examples: others.slice(0, 3).map(({ method, path }) => `${method} ${path}`),
    statementsPerMinute: perMinute,
    statementsSpread,
    bounds,
    ok: others.length === 0 && statementsSpread <= bounds.statementsSpread,
  }
}
