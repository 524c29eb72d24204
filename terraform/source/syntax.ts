import type { SourceRange } from '#core/report.ts'

// What of Terraform's language matters here: https://developer.hashicorp.com/terraform/language/syntax/configuration

/** A block: `resource "aws_s3_bucket" "logs" { … }`. */
export interface Block {
  readonly type: string
  readonly labels: readonly string[]
  readonly attributes: ReadonlyMap<string, Expression>
  readonly blocks: readonly Block[]
  readonly range: SourceRange
}

export interface Comment {
  /** Without its marker. */
  readonly text: string
  readonly line: number
}

export interface SourceFile {
  readonly blocks: readonly Block[]
  readonly comments: readonly Comment[]
  /** The first line that could not be understood; null: all of it was. What surrounds it is there. */
  readonly brokenAt: number | null
}

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** Text with interpolations. */
  | { readonly kind: 'template'; readonly parts: readonly Expression[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly entries: readonly { readonly key: Expression; readonly value: Expression }[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly expands: boolean }
  /** `aws_s3_bucket.logs["a"].arn`: `from` is the name it begins with, or any other expression. */
  | { readonly kind: 'traversal'; readonly from: Expression; readonly steps: readonly Step[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'conditional'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | {
      readonly kind: 'for'
      readonly makes: 'list' | 'object'
      readonly keyName: string | null
      readonly valueName: string
      readonly over: Expression
      /** For objects. */
      readonly key: Expression | null
      readonly value: Expression
      readonly condition: Expression | null
      /** `...`: values of the same key are gathered in a list. */
      readonly groups: boolean
    }
  | { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly Expression[] }
  /** Something that is not understood, as it stands. */
  | { readonly kind: 'other'; readonly text: string }

export type Step =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'index'; readonly index: Expression }
  /** `[*]` or `.*`: what follows is asked of each member. */
  | { readonly kind: 'splat' }
