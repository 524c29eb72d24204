import type { VerbEntry } from './verb-entry.ts'

/** The verbs that ask nothing of AWS and keep nothing: those of the single file. */
export const PLAN_VERBS: readonly VerbEntry[] = [
  {
    name: 'scan-plan',
    summary: 'what a Terraform plan would break, before it is applied',
    load: async () => (await import('./scan-plan/scan-plan.ts')).scanPlan,
  },
  {
    name: 'checks list',
    summary: 'what is looked for',
    load: async () => (await import('./checks/list.ts')).checksList,
  },
  {
    name: 'checks show',
    summary: 'why a check matters, how to fix what it finds, what it reads',
    load: async () => (await import('./checks/show.ts')).checksShow,
  },
  {
    name: 'policy',
    summary: 'the least that a role must allow, as policy or as a whole role',
    load: async () => (await import('./policy/policy.ts')).policy,
  },
]
