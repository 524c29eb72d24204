import { isUnknown, unknown, type Based, type Unknown } from '#core/stored.ts'

/** A value that a plan tells, with where it comes from; or why it does not tell it. */
export type Told<T> = Based<T> | Unknown

/** The same value in other words: basis and secrecy stay, unknown stays unknown. `say` may find that it cannot be read. */
export function mapTold<T, U>(told: Told<T>, say: (value: T) => U | Unknown): Told<U> {
  if (isUnknown(told)) return told
  const value = say(told.$value)
  return isUnknown(value) ? value : { ...told, $value: value }
}

/** It is there, and is not what it has to be. */
export function unreadable(detail: string): Unknown {
  return unknown({ kind: 'unreadable', detail })
}
