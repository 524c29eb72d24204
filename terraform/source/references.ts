import type { Expression, Step } from './syntax.ts'

/**
 * What an expression refers to, as the configuration of a plan writes it: `aws_s3_bucket.a["x"].arn` and its prefixes'
 * longest form only. In order of appearance, each once.
 */
export function references(expression: Expression): readonly string[] {
  const found = new Set<string>()
  walk(expression, (name, steps) => found.add([name, ...steps].join('')))
  return [...found]
}

function walk(expression: Expression, hear: (name: string, steps: readonly string[]) => void): void {
  const each = (inner: readonly Expression[]): void => inner.forEach((one) => walk(one, hear))
  switch (expression.kind) {
    case 'traversal': {
      const { from, steps } = expression
      if (from.kind === 'name') hear(from.name, written(steps))
      else walk(from, hear)
      each(steps.flatMap((step) => (step.kind === 'index' && step.index.kind !== 'literal' ? [step.index] : [])))
      return
    }
    case 'name':
      return hear(expression.name, [])
    case 'template':
      return each(expression.parts)
    case 'list':
      return each(expression.items)
    case 'object':
      return each(expression.entries.flatMap(({ key, value }) => [key, value]))
    case 'call':
      return each(expression.args)
    case 'conditional':
      return each([expression.test, expression.yes, expression.no])
    case 'for':
      return each([
        expression.over,
        ...(expression.key === null ? [] : [expression.key]),
        expression.value,
        ...(expression.condition === null ? [] : [expression.condition]),
      ])
    case 'operation':
      return each(expression.operands)
    case 'literal':
    case 'other':
      return
    default:
      return expression satisfies never
  }
}

/** Steps as they are written, up to the first index that only running Terraform could work out. */
function written(steps: readonly Step[]): readonly string[] {
  const parts: string[] = []
  for (const step of steps) {
    if (step.kind === 'attribute') parts.push(`.${step.name}`)
    else if (step.kind === 'index' && step.index.kind === 'literal') parts.push(`[${JSON.stringify(step.index.value)}]`)
    else break
  }
  return parts
}
