import type { z } from 'zod'

export const API_GROUP = 'vedette.dev'
export const API_VERSION = 'v1alpha1'
/** `apiVersion` of every object of ours. */
export const GROUP_VERSION = `${API_GROUP}/${API_VERSION}`

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'date' | 'boolean'
  readonly jsonPath: string
  readonly description: string
  /** 0 shows always, 1 only with `-o wide`. */
  readonly priority?: 0 | 1
}

/** All that a CustomResourceDefinition is generated from. */
export interface Kind<Spec extends z.ZodType = z.ZodType, Status extends z.ZodType = z.ZodType> {
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  /** First sentence of `kubectl explain`. */
  readonly description: string
  readonly spec: Spec
  readonly status: Status
  readonly columns: readonly PrinterColumn[]
  /** Why and how a spec is refused as a whole; each message says what to do. */
  readonly selectableFields?: readonly string[]
}

/** Metadata as our controllers use it. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation: number
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** An object of one of our kinds, as the API server stores it: spec defaulted, status perhaps not written yet. */
export interface KindObject<K extends Kind> {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly spec: z.output<K['spec']>
  readonly status?: z.output<K['status']>
}
