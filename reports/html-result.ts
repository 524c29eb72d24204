import type { Check } from '#core/check.ts'
import { describeReason } from '#core/reason.ts'
import type { CountedResult } from '#core/report.ts'
import { describeBasis, describeResource, describeSource, describeValue } from './describe-result.ts'
import { requirementsOf } from './requirements.ts'
import { xmlAttributes, xmlLines, xmlText } from './xml.ts'

/** The start of a group of results of one check: what it is about, why it matters, how to fix it, and the table's head. */
export function checkGroup(
  { checkId, severity }: CountedResult,
  check: Check | undefined,
  { count, isOpen }: { readonly count: number; readonly isOpen: boolean },
): string {
  return `<details${xmlAttributes({ class: `check ${severity}`, 'data-check': checkId, 'data-severity': severity })}${isOpen ? ' open' : ''}>
<summary><span class="badge">${severity}</span><h3 class="title">${xmlText(check?.title ?? checkId)}</h3><span class="count">${count}</span><code>${xmlText(checkId)}</code></summary>
<div class="body">${check === undefined ? '' : aboutOf(check)}
<table><thead><tr><th scope="col">Resource</th><th scope="col">Where</th><th scope="col">Why</th></tr></thead><tbody>
`
}

function aboutOf({ id, why, fix, references, notExamined }: Check): string {
  const rows = [
    ['Terraform', `<code>${xmlLines(fix.terraform)}</code>`],
    ['CLI', `<code>${xmlLines(fix.cli)}</code>`],
    ['Console', xmlText(fix.console)],
    ['Read more', references.map(linkTo).join('<br>')],
    [
      'Asked by',
      requirementsOf(id)
        .map(({ frameworkTitle, id: requirement }) => `${xmlText(frameworkTitle)}, ${xmlText(requirement)}`)
        .join('<br>'),
    ],
    ['Not covered', xmlText((notExamined ?? []).join('; '))],
  ].filter(([, text]) => text !== '')
  return `<p>${xmlText(why)}</p>
<dl class="fix">${rows.map(([name, text]) => `<dt>${name}</dt><dd>${text}</dd>`).join('')}</dl>`
}

function linkTo(url: string): string {
  return `<a${xmlAttributes({ href: url, rel: 'noreferrer' })}>${xmlText(url.replace(/^https:\/\//, ''))}</a>`
}

/** A row of the group's table. The account is named where the page's head does not. */
export function resultRow(
  result: CountedResult,
  check: Check | undefined,
  { accountIsKnown }: { readonly accountIsKnown: boolean },
): string {
  const { resource, location } = result
  const accountId = accountIsKnown ? null : result.accountId
  const source = describeSource(result)
  const places = [accountId, location].filter((place) => place !== null)
  const arn = resource !== null && resource.address === null ? resource.arn : null
  const name = `<code>${xmlText(describeResource(result, check))}</code>${arn === null ? '' : `<br><code class="place">${xmlText(arn)}</code>`}`
  const where = [
    source === '' ? '' : `<code>${xmlText(source)}</code>`,
    places.length === 0 ? 'not known' : xmlText(places.join(' ')),
  ]
    .filter((part) => part !== '')
    .join('<br>')
  return `<tr><td>${name}${noteOf(result)}</td><td class="place">${where}</td><td><ul>${reasonsOf(result).join('')}</ul></td></tr>\n`
}

function reasonsOf({ verdict, evidence, missing }: CountedResult): readonly string[] {
  if (verdict === 'unknown') {
    return missing.map(
      ({ field, reasons }) =>
        `<li><code>${xmlText(field)}</code> ${xmlText(reasons.map(describeReason).join(', '))}</li>`,
    )
  }
  return evidence.map(({ field, value, basis }) => {
    const rest = describeBasis(basis)
    return `<li><code>${xmlText(field)}</code> = <code>${xmlText(describeValue(value))}</code>${rest === '' ? '' : ` <span class="basis">${rest}</span>`}</li>`
  })
}

function noteOf({ history, acceptance }: CountedResult): string {
  const notes = [
    ...(history === 'new' || history === 'reopened' ? [history] : []),
    ...(acceptance === null
      ? []
      : [
          `accepted: ${acceptance.reason}`,
          acceptance.approvedBy === null ? '' : `approved by ${acceptance.approvedBy}`,
          acceptance.expiresAt === null ? '' : `until ${acceptance.expiresAt.toISOString().slice(0, 10)}`,
          `in ${acceptance.from}`,
        ].filter((note) => note !== '')),
  ]
  return notes.length === 0 ? '' : `<br><span class="note">${xmlText(notes.join(', '))}</span>`
}
