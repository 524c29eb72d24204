/** A defect that somebody might make: one text of one file, exchanged. */
export interface Mutant {
  readonly name: string
  readonly file: string
  readonly text: string
  readonly replacement: string
}

/** Each has to be caught by the sample of crashes. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'writes without the epoch of the lease',
    file: 'store/lease.ts',
    text: `where id = $1 and lease_epoch = $2 and state = 'Leased' for key share`,
    replacement: 'where id = $1 and $2::int is not null for key share',
  },
  {
    name: 'marks as sent, commits, and then sends',
    file: 'queue/dispatcher.ts',
    text: '    const answer = await queue.send(',
    replacement: `    await markSent(tx, due.map(({ jobId }) => jobId))
    await tx.query('commit')
    const answer = await queue.send(`,
  },
  {
    name: 'counts open jobs instead of counting down',
    file: 'store/job-ends.ts',
    text: "update scans set open_jobs = open_jobs - 1 where id = $1 and state = 'Running' returning open_jobs",
    replacement: `select count(*)::int as open_jobs from jobs where scan_id = $1 and state in ('Queued', 'Leased')`,
  },
  {
    name: 'resolves findings on a listing that failed',
    file: 'store/findings.ts',
    text: 'const listed = counts.filter(({ checkId, location }) => !buffer.unlisted.has(`${checkId} ${location}`))',
    replacement: 'const listed = counts',
  },
  {
    name: 'does a finished job again when its message comes twice',
    file: 'store/jobs.ts',
    text: `        return { kind: 'finished' }`,
    replacement: '        break',
  },
  {
    name: 'never sends a lost message again',
    file: 'queue/dispatcher.ts',
    text: 'const resent = await resendLost(options.pool, { afterMs: options.resendAfterMs ?? 15 * 60_000 })',
    replacement: 'const resent = (await Promise.resolve(0)) * (resendLost.length + (options.resendAfterMs ?? 0))',
  },
  {
    name: 'keeps the row of a job that has ended in the outbox',
    file: 'store/job-ends.ts',
    text: `  await tx.query('delete from outbox where job_id = $1', [jobId])\n`,
    replacement: '',
  },
  {
    name: 'writes a status whatever version the object has',
    file: 'platform/kube/status.ts',
    text: "metadata: { name, ...(namespace === '' ? {} : { namespace }), uid, resourceVersion },",
    replacement: 'metadata: { name, namespace, uid },',
  },
  {
    name: 'ignores that the lease was lost',
    file: 'worker/collect.ts',
    text: `return finished.kind === 'ok' ? FINISHED : LOST`,
    replacement: `return finished.kind === 'ok' || LOST.kind === 'lost' ? FINISHED : LOST`,
  },
]
