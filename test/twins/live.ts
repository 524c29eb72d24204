import { CHECKS } from '#checks/registry.ts'
import { typesRead, type Result } from '#core/evaluation.ts'
import { evaluateInMemory, type ListedResources } from '#core/memory-snapshot.ts'
import { GLOBAL } from '#core/resource.ts'
import type { Collector } from '#resources/collector.ts'
import { COLLECTORS } from '#resources/collectors.ts'
import type { Aws } from '#test/harness/aws/aws.ts'
import { collected } from '#test/resources/collect.ts'
import { transportTo } from '#test/resources/transport.ts'

/** All verdicts on a live account, by the real collectors and every check. Rejects when something could not be listed. */
export async function judgeLive(
  aws: Aws,
  { account, region }: { readonly account: string; readonly region: string },
): Promise<readonly Result[]> {
  const wanted = typesRead(CHECKS)
  // A report that is ready, so that nobody waits 2 s for a poll.
  aws.account(account).credentialReport({}, { polls: 0 })
  const transport = transportTo({
    url: aws.url,
    credentials: aws.adminCredentials(account),
    accountId: account,
    region,
  })
  try {
    const listings: ListedResources[] = []
    for (const collector of COLLECTORS.filter(({ types }) => types.some(({ type }) => wanted.has(type)))) {
      listings.push(...(await listed(collector, transport, region)))
    }
    const checks = CHECKS.map((check) => ({ check, params: check.defaults }))
    const around = { partition: 'aws', accountId: account, checks, regions: [region], wantedRegions: null }
    return evaluateInMemory({ ...around, keep: 'all' }, listings).results
  } finally {
    transport.destroy()
  }
}

async function listed(
  collector: Collector,
  aws: Parameters<Collector['collect']>[0],
  region: string,
): Promise<readonly ListedResources[]> {
  const { resources, end } = await collected(collector, aws)
  if (!end.complete) throw new Error(`${collector.operations[0]} was not listed: ${end.failure.message}`)
  return collector.types.map(({ type }) => ({
    type,
    location: collector.listed === 'global' ? GLOBAL : region,
    complete: true,
    reasons: [],
    observedAt: end.observedAt ?? new Date(),
    resources: resources.filter((resource) => resource.type === type),
  }))
}
