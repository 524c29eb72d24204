import { PLAN_VERBS } from './registry-plan.ts'
import type { VerbEntry } from './verb-entry.ts'

/** Every verb there is, in the order in which help lists them. A test compares name and summary with the verb's own. */
export const VERBS: readonly VerbEntry[] = [
  {
    name: 'scan',
    summary: 'what is wrong in AWS accounts',
    load: async () => (await import('./scan/verbs.ts')).scan,
  },
  {
    name: 'check-all',
    summary: 'the same as scan',
    load: async () => (await import('./scan/verbs.ts')).checkAll,
  },
  {
    name: 'check-iam',
    summary: 'users, keys, roles, policies and the root user',
    load: async () => (await import('./scan/verbs.ts')).checkIam,
  },
  {
    name: 'check-s3',
    summary: 'buckets: who reaches them, how they are kept',
    load: async () => (await import('./scan/verbs.ts')).checkS3,
  },
  {
    name: 'check-network',
    summary: 'what is open to the internet: security groups, network ACLs, VPCs',
    load: async () => (await import('./scan/verbs.ts')).checkNetwork,
  },
  ...PLAN_VERBS,
  {
    name: 'explain',
    summary: 'why a finding is one: the values, and the rule over them',
    load: async () => (await import('./explain/explain.ts')).explain,
  },
  {
    name: 'completion',
    summary: 'what makes your shell complete verbs, options and ids of checks',
    load: async () => (await import('./completion/completion.ts')).completionOf(VERBS),
  },
]
