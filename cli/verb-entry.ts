import type { Verb } from './command.ts'
import type { Listed } from './help.ts'

/** A verb as the list shows it. Its module is loaded when it is asked for, so that the others cost nothing. */
export interface VerbEntry extends Listed {
  readonly load: () => Promise<Verb>
}
