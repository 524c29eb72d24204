import { describe, expect, it } from 'vitest'
import { parseSettings, SettingsRefused } from './parse.ts'

const environment = {
  VEDETTE_DATABASE_URL: 'postgres://vedette@localhost/vedette',
  VEDETTE_QUEUE_URL: 'http://localhost/queue',
  VEDETTE_DEAD_LETTER_QUEUE_URL: 'http://localhost/dead',
  VEDETTE_NAMESPACE: 'vedette-system',
  AWS_REGION: 'eu-central-1',
}
const faultsOf = (changes: Record<string, string | undefined>): readonly string[] => {
  try {
    parseSettings('worker', { ...environment, ...changes })
  } catch (error) {
    if (error instanceof SettingsRefused) return error.faults
    throw error
  }
  return []
}

describe('parseSettings', () => {
  it('fills in defaults and gives a process its own settings only', () => {
    const settings = parseSettings('worker', { ...environment, VEDETTE_JOB_LEASE_SECONDS: '30' })
    expect(settings).toMatchObject({ jobLeaseSeconds: 30, jobAttempts: 3, logLevel: 'info', awsEndpointUrl: null })
    expect(settings).not.toHaveProperty('retentionDays')
  })

  it('does not mind settings of another process: one environment serves both', () => {
    expect(faultsOf({ VEDETTE_RETENTION_DAYS: '30' })).toEqual([])
  })

  it('names each setting that is missing, bad or unknown, and what it takes', () => {
    expect(
      faultsOf({ VEDETTE_QUEUE_URL: undefined, VEDETTE_JOB_LEASE_SECONDS: '1', VEDETTE_LOGLEVEL: 'info' }),
    ).toEqual([
      'VEDETTE_JOB_LEASE_SECONDS takes a whole number from 2 to 43200, not "1"',
      'VEDETTE_LOGLEVEL is unknown: did you mean VEDETTE_LOG_LEVEL?',
      'VEDETTE_QUEUE_URL is missing: URL of the SQS queue (standard) that carries the jobs.',
    ])
  })

  it('leaves alone what Kubernetes adds for a Service beside the pod', () => {
    const links = {
      VEDETTE_METRICS_SERVICE_HOST: '10.0.0.1',
      VEDETTE_METRICS_PORT: 'tcp://10.0.0.1:80',
      VEDETTE_METRICS_PORT_80_TCP_ADDR: '10.0.0.1',
    }
    expect(faultsOf(links)).toEqual([])
  })

  it('never shows a secret, even when it refuses it', () => {
    expect(faultsOf({ VEDETTE_DATABASE_URL: 'mysql://u:hunter2@h/d' }).join()).not.toContain('hunter2')
    expect(faultsOf({ VEDETTE_QUEUE_URL: 'postgres://u:hunter2@h/d' }).join()).not.toContain('hunter2')
  })
})
