import { SENSITIVE } from '#core/field.ts'
import type { Reason } from '#core/reason.ts'
import type { ReportResult } from '#core/report.ts'
import { isRecord } from './json.ts'
import { at } from './marks.ts'
import type { Plan } from './plan.ts'

/** Shorter ones are found in anything, and hide nothing. */
const SHORTEST = 4
/** Longer ones are documents, which nobody shows as they are. */
const LONGEST = 1000
/** Arguments of a provider that let somebody in. */
const KEYS = /key|secret|token|password|external_id/

/**
 * What a plan holds and nobody may read in a report: what it marks, sensitive variables, keys of providers. A second net:
 * values that are marked are not shown anyway, but providers make ARNs out of names, and lose the mark.
 */
export class Secrets {
  readonly #texts: ReadonlySet<string>
  readonly #pattern: RegExp | undefined

  constructor({ changes, configuration, readData, variables }: Plan) {
    const found = new Set<string>()
    for (const [name, value] of variables) if (configuration.isSensitive([], name)) collect(value, true, found)
    for (const { before, beforeSensitive, after, afterSensitive } of changes) {
      collect(before, beforeSensitive, found)
      collect(after, afterSensitive, found)
    }
    for (const { values, sensitive } of readData.values()) collect(values, sensitive, found)
    for (const provider of configuration.providers()) collectKeys(provider, found)
    this.#texts = new Set([...found].filter(({ length }) => length >= SHORTEST && length <= LONGEST))
    // Longer ones first: one may be a part of another.
    const longestFirst = [...this.#texts].sort((a, b) => b.length - a.length)
    this.#pattern =
      this.#texts.size === 0 ? undefined : new RegExp(longestFirst.map((text) => RegExp.escape(text)).join('|'), 'g')
  }

  /** The result without any of it. */
  hide(result: ReportResult): ReportResult {
    if (this.#pattern === undefined) return result
    const { resource } = result
    return {
      ...result,
      resource: resource && {
        ...resource,
        // No ARN rather than half of one.
        arn: resource.arn === null || this.#holds(resource.arn) ? null : resource.arn,
        name: this.#without(resource.name),
      },
      evidence: result.evidence.map((item) => ({
        ...item,
        field: this.#without(item.field),
        value: this.#holds(item.value) ? SENSITIVE : item.value,
      })),
      missing: result.missing.map(({ field, reasons }) => ({
        field: this.#without(field),
        reasons: reasons.map((reason) => this.#reason(reason)),
      })),
    }
  }

  #reason(reason: Reason): Reason {
    return 'detail' in reason && reason.detail !== undefined
      ? { ...reason, detail: this.#without(reason.detail) }
      : reason
  }

  #without(text: string): string {
    return this.#pattern === undefined ? text : text.replaceAll(this.#pattern, SENSITIVE)
  }

  #holds(value: unknown): boolean {
    if (typeof value === 'string') return this.#without(value) !== value || this.#isCutOffInside(value)
    if (Array.isArray(value)) return value.some((member) => this.#holds(member))
    return isRecord(value) && Object.entries(value).some(([name, inner]) => this.#holds(name) || this.#holds(inner))
  }

  /** Evidence is cut off where it is long: perhaps in the middle of a secret. */
  #isCutOffInside(text: string): boolean {
    if (!text.endsWith('…')) return false
    const shown = text.slice(0, -1)
    return [...this.#texts].some((secret) =>
      Array.from({ length: secret.length - SHORTEST }, (_, n) => secret.slice(0, n + SHORTEST)).some((part) =>
        shown.endsWith(part),
      ),
    )
  }
}

function collect(value: unknown, marks: unknown, found: Set<string>): void {
  if (marks === undefined || marks === false) return
  if (typeof value === 'string') {
    if (marks === true) found.add(value)
  } else if (Array.isArray(value)) {
    value.forEach((member, index) => collect(member, at(marks, index), found))
  } else if (isRecord(value)) {
    for (const [name, inner] of Object.entries(value)) collect(inner, at(marks, name), found)
  }
}

/** Constants under names that are keys, in a provider's own arguments and its blocks. */
function collectKeys(expressions: unknown, found: Set<string>): void {
  if (Array.isArray(expressions)) expressions.forEach((block) => collectKeys(block, found))
  else if (isRecord(expressions)) {
    for (const [name, expression] of Object.entries(expressions)) {
      if (isRecord(expression) && Object.hasOwn(expression, 'constant_value')) {
        collect(expression['constant_value'], KEYS.test(name), found)
      } else collectKeys(expression, found)
    }
  }
}
