import type { PolicyDocument } from '#core/iam/document.ts'
import type { Reason } from '#core/reason.ts'
import type { ResourceType } from '#core/resource.ts'
import type { Stored, Unknown } from '#core/stored.ts'
import type { Attributes } from './attributes.ts'
import type { Scope } from './scope.ts'
import type { Told } from './told.ts'

/**
 * How a resource of Terraform's becomes resources of ours. One per pair of types: `aws_vpc` is a VPC, and also the default
 * group that comes with it, so it has two. Rules cannot tell what a mapping made from what AWS answered.
 */
export interface Mapping<T = unknown> {
  /** Terraform's type: `aws_s3_bucket`. */
  readonly from: string
  readonly to: ResourceType<T>
  /** Whether it lives in a region, or in none. A bucket is listed globally and lives in a region. */
  readonly lives: 'region' | 'global'
  /**
   * The attributes by which others name it: `['bucket', 'id', 'arn']`. The first that is known is its identity in look-ups
   * inside the plan; where none is, `${ADDRESS.FIRST}` stands for it. Mappings of one Terraform type name the same.
   */
  readonly names: readonly string[]
  /** What sets properties of it in resources of their own. A change of one makes it judged, though it does not change itself. */
  readonly companions: readonly CompanionType[]
  /**
   * The fields of `to` of which a plan may say something: `versioning`, or `report.accessKey1.active`, each with all that
   * is in it. A check that reads another has no twin, and is not asked.
   */
  readonly says: readonly string[]
  /** None where it stands for nothing here (an ingress rule of type `egress`). Pure, and never throws. */
  readonly resources: (planned: Planned) => readonly Mapped<T>[]
  /**
   * One that the plan does not manage, told by its companions and `--facts` alone: everything else of it is unknown, never a
   * default. Undefined: nothing of it is to be judged. Where it is left out, such companions are told as not examined.
   */
  readonly standIn?: (planned: Planned) => Stored<T> | undefined
}

/** A Terraform type whose resources belong to another. */
export interface CompanionType {
  readonly type: string
  /** Its attribute that names what it belongs to; a list names several, all for certain. */
  readonly by: string
  /** That attribute is a list, so it may name none. */
  readonly isList?: true
  /** Terraform refuses one without it: where a plan has none, it is not the whole plan. */
  readonly isRequired?: true
}

/** One resource as a mapping hands it over. What identifies it in a report is the address. */
export interface Mapped<T> {
  /** Where one address becomes several of one type: what tells them apart, `inline_policy[0]`. */
  readonly part?: string
  readonly name: Told<string> | undefined
  readonly arn: Told<string> | undefined
  readonly tags?: Readonly<Record<string, string>>
  readonly data: Stored<T>
}

/** A setting of the account, or of the account in a region: it is judged only where the plan manages it. */
export interface Setting<T = unknown> {
  readonly from: string
  /** `Account` or `AccountRegion`. */
  readonly of: ResourceType
  /** Which field of it. */
  readonly field: string
  readonly read: (planned: Planned) => Stored<T>
  /** What holds where the plan deletes it: AWS's default. */
  readonly removed: (deleted: Planned) => Stored<T>
  /** What other resources are judged with where the plan does not manage it, and nobody gave the real value. */
  readonly assumed: Stored<T>
}

/** A resource of the plan, with what belongs to it: all that a mapping may look at. */
export interface Planned {
  readonly address: string
  readonly type: string
  /** Nothing of it is there yet: created, or replaced. */
  readonly isNew: boolean
  /** As it will be; of a deleted or forgotten one, as it was. */
  readonly attributes: Attributes
  /** As it is now; undefined where there is none. */
  readonly before: Attributes | undefined
  readonly scope: Scope
  /** What others know it by: the first known of its names, else `${aws_vpc.main.id}`. */
  readonly identity: string
  /** Resources of a type that belong to it. */
  companions(type: string): Companions
  /**
   * What an attribute refers to, by the identity of a resource of this plan, so that a look-up finds it: the value where
   * it is known, the placeholder of what it is linked to, else unknown (unlinked). Undefined: not set.
   */
  reference(attribute: string): Told<string> | undefined
  /** The same of an attribute that holds a list. An unknown member stands for one or more. */
  references(attribute: string): readonly Told<string>[] | Unknown | undefined
  /** The resources of a type in this plan that an attribute names, be it inside a block. */
  named(attribute: string, type: string): readonly Planned[]
  /** The resources of a type that the plan has in the same account and region. */
  others(type: string): readonly Planned[]
  /** A policy: JSON text, the statements of a deferred `aws_iam_policy_document`, or what the files tell. */
  policy(attribute: string): Told<PolicyDocument> | undefined
  /** What the live account holds in a field of a type of ours, where `--facts` gave it. */
  fact(type: string, field: string): unknown
}

export interface Companions {
  /** There after the plan, and its own for certain. */
  readonly planned: readonly Planned[]
  /** Its own, and deleted by the plan. */
  readonly deleted: readonly Planned[]
  /** Its own, there after the plan, and no longer managed. */
  readonly forgotten: readonly Planned[]
  /** It may have one more: what could not be linked, and why. */
  readonly unresolved: readonly Reason[]
}
