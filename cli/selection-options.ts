import { SEVERITIES } from '#core/check.ts'
import { choice, occurrences, text, texts, under, type ValuesOf } from './option.ts'

/** Which checks a verb is about: the same options wherever checks are chosen. */
export const SELECTION_OPTIONS = under('Which checks', {
  checks: texts({
    placeholder: 'ID,…',
    help: "Only these checks. Prowler's and Checkov's ids are understood, here and wherever an id is",
    completes: 'check',
  }),
  excludeChecks: texts({ placeholder: 'ID,…', help: 'Not these checks', completes: 'check' }),
  services: texts({ placeholder: 'NAME,…', help: 'Only checks of these services: ec2, iam, s3' }),
  excludeServices: texts({ placeholder: 'NAME,…', help: 'No checks of these services' }),
  framework: texts({ placeholder: 'NAME,…', help: 'Only checks that answer a requirement of it: cis-aws-5.0' }),
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
