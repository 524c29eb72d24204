/**
 * A time as the API's MicroTime fields need it: exactly six digits of a second. The server refuses the three that
 * `Date.toISOString` gives (kubernetes/kubernetes#141204), in Lease and in Event.
 */
export function toMicroTime(time: Date): string {
  return `${time.toISOString().slice(0, -1)}000Z`
}

/** A time as metav1.Time has it: whole seconds, UTC. */
export function toKubeTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}
