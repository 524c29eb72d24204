import type { Verb } from './command.ts'
import type { Listed } from './help.ts'

/** A verb as the list shows it. Its module is loaded when it is asked for. */
export interface VerbEntry extends Listed {
  readonly load: () => Promise<Verb>
}

/** Every verb there is, in the order in which help lists them. A test compares name and summary with the verb's own. */
export const VERBS: readonly VerbEntry[] = [
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
    name: 'explain',
    summary: 'why a finding is one: the values, and the rule over them',
    load: async () => (await import('./explain/explain.ts')).explain,
  },
  {
    name: 'policy',
    summary: 'the least that a role must allow, as policy or as a whole role',
    load: async () => (await import('./policy/policy.ts')).policy,
  },
  {
    name: 'completion',
    summary: 'what makes your shell complete verbs, options and ids of checks',
    load: async () => (await import('./completion/completion.ts')).completionOf(VERBS),
  },
]
