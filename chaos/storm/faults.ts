import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { setTimeout as wait } from 'node:timers/promises'
import { encodeMessage, type JobMessage } from '#queue/message.ts'
import type { FaultRule } from '#test/harness/aws/faults.ts'
import type { KubeFault } from '#test/harness/kube-proxy.ts'
import type { Fleet, Life } from './fleet.ts'
import type { Kind, Planned } from './plan.ts'
import { query, type World } from './world.ts'

export interface Scene {
  readonly world: World
  readonly fleet: Fleet
  /** Faults and edits that were planned, by kind, and how many found something to act on. */
  readonly done: Map<Kind, number>
}

/** What one kind does; resolves when it is over. False: there was nothing to do it to. */
export type Act = (scene: Scene, planned: Planned) => Promise<boolean>

/** One of a list by a number from 0 to 1. */
export function picked<T>(list: readonly T[], pick: number): T | undefined {
  return list[Math.min(list.length - 1, Math.floor(pick * list.length))]
}

const end =
  (kind: Life['kind'], how: 'SIGKILL' | 'SIGTERM'): Act =>
  async ({ fleet }, { pick, forMs }) => {
    const life = picked(fleet.running(kind), pick)
    if (life !== undefined) await fleet.end(life, how, forMs)
    return life !== undefined
  }

const pause =
  (kind: Life['kind']): Act =>
  async ({ fleet }, { pick, forMs }) => {
    const life = picked(fleet.running(kind), pick)
    if (life !== undefined) await fleet.pause(life, forMs)
    return life !== undefined
  }

const scaleDown: Act = async ({ fleet }, { forMs }) => {
  const [, ...others] = fleet.running('worker')
  await Promise.all(others.map((life) => fleet.end(life, 'SIGTERM', forMs)))
  return others.length > 0
}

const postgres =
  (begin: (world: World, pick: number) => void | Promise<void>): Act =>
  async ({ world }, { forMs, pick }) => {
    await begin(world, pick)
    await wait(forMs)
    await world.postgres.heal()
    return true
  }

const killPostgres: Act = async ({ world }, { forMs }) => {
  await world.parts.postgres.kill()
  await wait(forMs)
  await world.parts.postgres.start()
  return true
}

const sqs =
  (share: number, fault: FaultRule['fault']): Act =>
  async ({ world }, { forMs, pick }) => {
    const seed = Math.floor(pick * 2 ** 31)
    const active = world.parts.aws.faults.add({ service: 'sqs', probability: share, seed, fault })
    await wait(forMs)
    active.remove()
    return true
  }

const aws =
  (rule: FaultRule): Act =>
  async ({ world }, { forMs, pick }) => {
    await world.replay.fault({ seed: Math.floor(pick * 2 ** 31), ...rule })
    await wait(forMs)
    await world.replay.heal()
    return true
  }

const kube =
  (times: number, fault: KubeFault): Act =>
  async ({ world }, { forMs }) => {
    world.kube.inject({ times, when: ({ isWatch }) => !isWatch, ...fault })
    await wait(forMs)
    world.kube.clear()
    return true
  }

const cutWatches =
  (how: 'end' | 'reset' | 'truncate' | 'expired'): Act =>
  async ({ world }) => {
    const open = world.kube.watches()
    world.kube.cutWatches(how)
    return open > 0
  }

const sendTwice: Act = async ({ world }, { pick }) => {
  const jobs = await query<JobMessage>(
    world.parts.databaseUrl,
    `select id as "jobId", scan_id as "scanId", target_id as "targetId" from jobs
     order by state in ('Queued', 'Leased') desc, md5(id::text || $1) limit 10`,
    [String(pick)],
    // Postgres may be away just now: then nothing is sent twice.
  ).catch(() => [])
  for (const job of jobs) await send(world, encodeMessage(job))
  return jobs.length > 0
}

async function send({ sqs, parts }: World, MessageBody: string): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl: parts.queueUrl, MessageBody }))
}

const purge: Act = async ({ world: { sqs, parts } }) => {
  await sqs.send(new PurgeQueueCommand({ QueueUrl: parts.queueUrl }))
  return true
}

const nonsense: Act = async ({ world }, { pick }) => {
  await send(world, `nobody understands ${pick}`)
  return true
}

const drift: Act = async ({ world }, { pick }) => {
  await world.replay.drift(Math.floor(pick * 6))
  return true
}

/** Everything that goes wrong by itself; what people do is in people.ts. */
export const FAULTS = {
  'worker killed': end('worker', 'SIGKILL'),
  'worker paused': pause('worker'),
  'worker told to stop': end('worker', 'SIGTERM'),
  'workers scaled down to one': scaleDown,
  'operator killed': end('operator', 'SIGKILL'),
  'operator paused': pause('operator'),
  'operator told to stop': end('operator', 'SIGTERM'),
  'Postgres connections reset': postgres((world) => world.postgres.reset()),
  'Postgres frozen': postgres((world) => world.postgres.freeze()),
  'Postgres slow': postgres((world, pick) => world.postgres.delay(20 + pick * 180)),
  'Postgres killed': killPostgres,
  'SQS fails': sqs(0.3, { kind: 'error', status: 500, code: 'InternalError', message: 'Injected' }),
  'SQS answers lost after their effect': sqs(0.3, { kind: 'truncate' }),
  'SQS hangs': sqs(0.2, { kind: 'hang' }),
  'messages sent twice': sendTwice,
  'message that nobody understands': nonsense,
  'queue purged': purge,
  'AWS throttles': aws({ probability: 0.5, fault: { kind: 'throttle' } }),
  'AWS fails': aws({ probability: 0.3, fault: { kind: 'error', status: 500, code: 'InternalError' } }),
  'AWS answers cut': aws({ probability: 0.3, fault: { kind: 'truncate' } }),
  'AWS denies': aws({ service: 'ec2', probability: 0.3, fault: { kind: 'denied' } }),
  'role refused': aws({ operation: 'AssumeRole', probability: 0.3, fault: { kind: 'denied' } }),
  'API server: 429': kube(20, { answer: { status: 429, retryAfterSeconds: 1 } }),
  'API server: 500': kube(20, { answer: { status: 500 } }),
  'API server: connections reset': kube(20, { answer: 'reset' }),
  'API server: no answer': kube(3, { answer: 'hang' }),
  'API server: answers of writes lost': kube(5, {
    when: ({ method }) => method !== 'GET',
    answer: { cutAfterBytes: 10 },
  }),
  'watches ended': cutWatches('end'),
  'watches reset': cutWatches('reset'),
  'watches truncated': cutWatches('truncate'),
  'watches expired': cutWatches('expired'),
  'account changed': drift,
} as const satisfies Partial<Record<Kind, Act>>

/** Ends whatever is still under way, so that silence is silence. */
export async function heal({ world, fleet }: Scene): Promise<void> {
  await world.postgres.heal()
  world.parts.aws.faults.clear()
  await world.replay.heal()
  world.kube.clear()
  await fleet.settled()
}
