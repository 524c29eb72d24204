import { SEVERITIES } from '#core/check.ts'
import { FRAMEWORKS } from '#frameworks/registry.ts'
import { RESOURCE_TYPES } from '#resources/registry.ts'
import { choice, occurrences, text, texts, under, type ValuesOf } from './option.ts'

/** IAM prefixes of everything that is looked at: of the types that checks read, and of the inventory. */
const SERVICES = [...new Set(RESOURCE_TYPES.map(({ service }) => service))].sort()

/** Which checks a verb is about: the same options wherever checks are chosen. */
export const SELECTION_OPTIONS = under('Which checks', {
  checks: texts({
    placeholder: 'ID,…',
    help: "Only these checks. Prowler's and Checkov's ids are understood, here and wherever an id is",
    completes: 'check',
  }),
  excludeChecks: texts({ placeholder: 'ID,…', help: 'Not these checks', completes: 'check' }),
  services: texts({ placeholder: 'NAME,…', values: SERVICES, help: 'Only these services' }),
  excludeServices: texts({ placeholder: 'NAME,…', values: SERVICES, help: 'Not these services' }),
  framework: texts({
    placeholder: 'NAME,…',
    values: FRAMEWORKS.map(({ id }) => id),
    help: 'Only checks that answer one of its requirements',
  }),
  minSeverity: choice(SEVERITIES, { placeholder: 'SEVERITY', help: 'Only checks of this severity or a worse one' }),
  param: occurrences({
    placeholder: 'CHECK.NAME=VALUE',
    help: 'Sets a parameter of a check: --param iam-user-access-key-rotation.keyMaxAgeDays=60',
  }),
})

/** Where else checks are chosen. */
export const CONFIG_OPTION = {
  config: text({
    placeholder: 'FILE',
    completes: 'file',
    help: 'The configuration; default the nearest .vedette.yaml from this folder upwards',
  }),
}

export type SelectionValues = ValuesOf<typeof SELECTION_OPTIONS>
