import type { ScanScheduleSpec } from '#core/kinds/scan-schedule.ts'

/** A label selector as ScanSchedule has it; the empty one matches everything. */
export type LabelSelector = ScanScheduleSpec['targetSelector']

/**
 * Whether labels satisfy a selector: every label and every expression of it.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>> = {}): boolean {
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      // A label may be named as something that every object inherits, such as `constructor`.
      const label = Object.hasOwn(labels, key) ? labels[key] : undefined
      switch (operator) {
        case 'In':
          return label !== undefined && values.includes(label)
        case 'NotIn':
          return label === undefined || !values.includes(label)
        case 'Exists':
          return label !== undefined
        case 'DoesNotExist':
          return label === undefined
        default:
          return operator satisfies never
      }
    })
  )
}
