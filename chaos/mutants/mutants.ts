/** A defect that somebody might make. */
export interface Mutant {
  readonly name: string
  /** Several where the product has a second line of defence, which would hide the first one's absence. */
  readonly edits: readonly Edit[]
  /** Where in the sample it is expected to show, so that it is played first. */
  readonly likely: string
}

/** One text of one file, exchanged. */
export interface Edit {
  readonly file: string
  readonly text: string
  readonly replacement: string
}

/** Each has to be caught by the sample of crashes. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'writes without the epoch of the lease',
    likely: 'scenario · a worker that writes when another has its job',
    edits: [
      {
        file: 'store/lease.ts',
        text: `where id = $1 and lease_epoch = $2 and state = 'Leased' for key share`,
        replacement: 'where id = $1 and $2::int is not null for key share',
      },
    ],
  },
  {
    name: 'ignores that the lease was lost when it writes',
    likely: 'scenario · a worker that writes when another has its job',
    edits: [
      {
        file: 'worker/collect-listing.ts',
        text: `    if (saved.kind === 'lost') return { kind: 'lost' }\n    written += saved.value.written`,
        replacement: `    if (saved.kind !== 'lost') written += saved.value.written`,
      },
      {
        file: 'worker/collect-listing.ts',
        text: `        if (ended.kind === 'lost') return { kind: 'lost' }\n`,
        replacement: '        void ended\n',
      },
      {
        file: 'worker/collect.ts',
        text: `return finished.kind === 'ok' ? FINISHED : LOST`,
        replacement: `return finished.kind === 'ok' || LOST.kind === 'lost' ? FINISHED : LOST`,
      },
    ],
  },
  {
    name: 'ignores what the heartbeat says of the lease',
    likely: 'scenario · a worker that wakes when another has its job, while AWS is silent',
    edits: [
      {
        file: 'queue/heartbeat.ts',
        text: 'if (because !== undefined) return lost.abort(new LeaseLost(because))',
        replacement: 'if (because !== undefined) continue',
      },
      {
        file: 'queue/heartbeat.ts',
        text: `if (clock.monotonicMs() - confirmedMs >= lease.leaseMs) return lost.abort(new LeaseLost('unconfirmed', error))`,
        replacement: 'void [confirmedMs, error]',
      },
    ],
  },
  {
    name: 'marks as sent, commits, and then sends',
    likely: 'kill · worker sqs SendMessageBatch · 1',
    edits: [
      {
        file: 'queue/dispatcher.ts',
        text: '    const answer = await queue.send(',
        replacement: `    await markSent(tx, due.map(({ jobId }) => jobId))
    await tx.query('commit')
    const answer = await queue.send(`,
      },
    ],
  },
  {
    name: 'never sends a lost message again',
    likely: 'scenario · a queue that was purged',
    edits: [
      {
        file: 'queue/dispatcher.ts',
        text: 'const resent = await resendLost(options.pool, { afterMs: options.resendAfterMs ?? 15 * 60_000 })',
        replacement: 'const resent = (await Promise.resolve(0)) * (resendLost.length + (options.resendAfterMs ?? 0))',
      },
    ],
  },
  {
    name: 'counts open jobs instead of counting down',
    likely: 'scenario · jobs that end at the same moment',
    edits: [
      {
        file: 'store/job-ends.ts',
        text: "update scans set open_jobs = open_jobs - 1 where id = $1 and state = 'Running' returning open_jobs",
        replacement: `select count(*)::int as open_jobs from jobs where scan_id = $1 and state in ('Queued', 'Leased')`,
      },
    ],
  },
  {
    name: 'resolves findings on a listing that failed',
    likely: 'scenario · a listing that is denied when it was not before',
    edits: [
      {
        file: 'store/findings.ts',
        text: 'const listed = counts.filter(({ checkId, location }) => !buffer.unlisted.has(`${checkId} ${location}`))',
        replacement: 'const listed = counts',
      },
    ],
  },
  {
    name: 'takes a finished job again when its message comes twice',
    likely: 'scenario · messages that come twice',
    edits: [{ file: 'store/jobs.ts', text: `        return { kind: 'finished' }`, replacement: '        break' }],
  },
  {
    name: 'takes a job from its holder when its message comes twice',
    likely: 'scenario · messages that come twice',
    edits: [
      {
        file: 'store/jobs.ts',
        text: `if (!isLapsed) return { kind: 'held', remainingMs: row.held_ms ?? 0 }`,
        replacement: 'void isLapsed',
      },
    ],
  },
  {
    name: 'keeps the row of a job that has ended in the outbox',
    likely: 'scenario · messages that come twice',
    edits: [
      {
        file: 'store/job-ends.ts',
        text: `  await tx.query('delete from outbox where job_id = $1', [jobId])\n`,
        replacement: '',
      },
    ],
  },
  {
    // The second line: the database knows which annotation it has handled, and takes each once.
    name: 'asks for a scan again, as another one, when it does not know whether it has asked',
    likely: 'kill · operator api PATCH status · 3',
    edits: [
      {
        file: 'operator/scan-target/controller.ts',
        text: `if (token !== '' && token !== facts.handledScanNow) return`,
        replacement: `if (token !== '' && token !== target.status?.lastHandledScanNow) return`,
      },
      {
        file: 'store/scans.ts',
        text: '      return trigger.token\n',
        replacement: '      return `${trigger.token} ${randomUUID()}`\n',
      },
    ],
  },
  {
    // The second line: a lease is of a job that is Leased, and its epoch moves when the job ends.
    name: 'writes the outcome of a job again when it does not know whether it was written',
    likely:
      'answer-lost · worker commit update jobs.state, delete outbox, delete gaps, update scans.open_jobs, notify · 1',
    edits: [
      {
        file: 'store/lease.ts',
        text: `where id = $1 and lease_epoch = $2 and state = 'Leased' for key share`,
        replacement: 'where id = $1 and lease_epoch = $2 for key share',
      },
      {
        file: 'store/job-ends.ts',
        text: `counters = $5, lease_until = null, finished_at = now(),\n       lease_epoch = lease_epoch + 1`,
        replacement: 'counters = $5, lease_until = null, finished_at = now()',
      },
    ],
  },
  {
    name: 'writes a status whatever version the object has',
    likely: 'scenario · a status that a leader sent before it was stopped, and that arrives late',
    edits: [
      {
        file: 'platform/kube/status.ts',
        text: "metadata: { name, ...(namespace === '' ? {} : { namespace }), uid, resourceVersion },",
        replacement: 'metadata: { name, namespace, uid },',
      },
    ],
  },
]
