import type { Operation } from './aws-call.ts'
import { group, type Schema, type TypeOf } from './schema.ts'
import type { Stored } from './stored.ts'

/** The location of what belongs to no region. */
export const GLOBAL = 'global'

/**
 * A type of resource: its CloudFormation name (or `AWS::::…` where there is none), where it is listed, by which
 * operation, and the schema of what is stored of it.
 */
export interface ResourceType<out T = unknown> {
  readonly type: string
  /** The IAM prefix of its service: `ec2`. */
  readonly service: string
  /** Where its listing is made: once per region, or once per account. An S3 bucket is listed globally and lives in a region. */
  readonly listed: 'region' | 'global'
  /** The operation whose complete answer makes the listing complete; it feeds every field that names no other. */
  readonly operation: Operation
  readonly schema: Schema<T>
}

export type ResourceOf<R> = R extends ResourceType<infer T> ? T : never

/** Declares a resource type. */
export function defineResource<const F extends Readonly<Record<string, Schema<unknown>>>>(definition: {
  readonly type: string
  readonly service: string
  readonly listed: 'region' | 'global'
  readonly operation: Operation
  readonly fields: F
}): ResourceType<{ readonly [K in keyof F]: TypeOf<F[K]> }> {
  const { fields, ...rest } = definition
  return { ...rest, schema: group(fields) }
}

/** One resource as a source hands it over. Identity is (target, type, location, id). */
export interface Resource<T = unknown> {
  readonly type: string
  /** Unique within type and location: an instance id, a bucket's name, an ARN's last part. */
  readonly id: string
  readonly arn: string | null
  /** What people call it: the Name tag, a user's name; the id where there is nothing better. */
  readonly name: string
  /** The region it lives in, or `global`. */
  readonly location: string
  /** The account that owns it, where that may be another one (shared subnets and VPCs). */
  readonly ownerId?: string
  readonly tags: Readonly<Record<string, string>>
  readonly data: Stored<T>
}

/** The key of a resource in a fingerprint: its ARN, or type and id where it has none. */
export function resourceKey(resource: Pick<Resource, 'arn' | 'type' | 'id'>): string {
  return resource.arn ?? `${resource.type}/${resource.id}`
}
