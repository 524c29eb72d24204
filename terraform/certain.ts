import { isUnknown } from '#core/stored.ts'
import { textOf } from './json.ts'

type Values = Readonly<Record<string, unknown>>

/** By Terraform's type: what follows from its arguments. */
const FOLLOWS: Readonly<Record<string, (values: Values) => Values>> = {
  // Source: Service Authorization Reference, "Resource types defined by Amazon S3".
  aws_s3_bucket: ({ bucket }) => {
    const name = textOf(bucket)
    return name === undefined || name === '' ? {} : { id: name, arn: `arn:aws:s3:::${name}` }
  },
}

/**
 * The values of a resource with those that Terraform learns only when it applies, and that are certain all the same: most
 * bucket policies name their bucket by an ARN that nobody else could have.
 */
export function withCertain(type: string, values: Values): Values {
  const follows = Object.entries(FOLLOWS[type]?.(values) ?? {}).filter(([name]) => isUnknown(values[name]))
  return follows.length === 0 ? values : { ...values, ...Object.fromEntries(follows) }
}
