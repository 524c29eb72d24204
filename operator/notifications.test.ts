import { Client } from 'pg'
import { describe, expect, it, vi } from 'vitest'
import { createLogger } from '#platform/log/logger.ts'
import { systemClock } from '#platform/system-clock.ts'
import { usePostgres } from '#test/harness/use.ts'
import { followDatabase, parseNotification } from './notifications.ts'

const database = usePostgres()

describe('followDatabase', () => {
  it('brings keys, and after a lost connection has everything read and tried again', async () => {
    const stop = new AbortController()
    const heard: string[] = []
    let connections = 0
    let resyncs = 0
    const following = followDatabase(
      {
        connectionString: database.url,
        clock: systemClock,
        log: createLogger({ process: 'test', level: 'silent' }),
        notify: ({ kind, namespace, name }) => void heard.push(`${kind} ${namespace} ${name}`),
        connected: () => void connections++,
        resync: () => {
          resyncs++
          return Promise.reject(new Error('the database is away'))
        },
      },
      stop.signal,
    )
    const admin = new Client({ connectionString: database.url })
    await admin.connect()
    await vi.waitFor(() => expect(connections).toBe(1))
    await admin.query(`select pg_notify('vedette', 'ScanTarget/team/prod'), pg_notify('vedette', 'nonsense')`)
    await vi.waitFor(() => expect(heard).toEqual(['ScanTarget team prod']))
    const before = resyncs

    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'vedette-operator-notifications' and datname = current_database()`,
    )
    await vi.waitFor(() => expect([connections, resyncs]).toEqual([2, before + 1]), { timeout: 5000 })
    stop.abort()
    await following
    await admin.end()
  })
})

describe('parseNotification', () => {
  it.each(['', 'ScanTarget', 'ScanTarget/team', 'ScanTarget/team/', 'ScanTarget//prod', 'ScanTarget/team/prod/more'])(
    'takes %j for nothing of ours',
    (payload) => {
      expect(parseNotification(payload)).toBeNull()
    },
  )
})
