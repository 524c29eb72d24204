import type { SourceRange } from '#core/report.ts'

/**
 * What the Terraform files themselves say, where somebody has them: plan JSON has no positions, no locals, no `dynamic`
 * blocks, and nothing of an expression but the names in it. Every answer may be undefined: the files do not say.
 */
export interface SourceView {
  /** Where a resource is declared. `address` has no instance keys: `module.logs.aws_s3_bucket.this`. */
  rangeOf(address: string): SourceRange | undefined
  /** What a local value refers to, as the configuration of a plan writes references: `aws_s3_bucket.a.id`. */
  referencesOf(module: readonly string[], local: string): readonly string[] | undefined
  /**
   * What an attribute is set to, as plain JSON as far as it can be told, with unknowns (`{ $unknown: [...] }`) inline: for
   * what the plan leaves wholly unknown. `address` has instance keys; `path` is `policy`, or `ingress[0].cidr_blocks`.
   */
  valueOf(address: string, path: string): unknown
  /** Whether a block of this name comes from `dynamic`, so that it may be there although the configuration lacks it. */
  isDynamic(address: string, block: string): boolean
}
