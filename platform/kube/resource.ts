import type { KubeObject, ObjectKey } from './object.ts'

/** A kind as the API serves it, and (as a type only) what its objects look like. */
export interface KubeResource<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  /** Never set. It ties the type of the objects to the description. */
  readonly objects?: T
}

/** Describes a kind: `const targets = kubeResource<ScanTarget>({ group: …, plural: 'scantargets', … })`. */
export function kubeResource<T extends KubeObject>(description: Omit<KubeResource<T>, 'objects'>): KubeResource<T> {
  return description
}

export function apiVersionOf(resource: KubeResource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/** `plural.group`, as kubectl prints it: the name of a kind in logs and metric labels. */
export function resourceName(resource: KubeResource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
}

/** The path of the whole collection, of one namespace when given. */
export function collectionPath(resource: KubeResource, namespace?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${scope}/${resource.plural}`
}

export function objectPath(resource: KubeResource, key: ObjectKey, subresource?: 'status' | 'scale'): string {
  if (resource.namespaced && key.namespace === '') {
    throw new Error(`${resource.kind} is namespaced, but the key of "${key.name}" names no namespace`)
  }
  const path = `${collectionPath(resource, key.namespace)}/${encodeURIComponent(key.name)}`
  return subresource === undefined ? path : `${path}/${subresource}`
}
