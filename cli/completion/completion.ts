import { EXIT } from '#core/report.ts'
import { defineVerb, operand } from '../command.ts'
import type { VerbEntry } from '../verb-entry.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { offered } from './words.ts'
import { zshCompletion } from './zsh.ts'

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

/** The verb of a program that has these verbs. */
export const completionOf = (program: readonly VerbEntry[]) =>
  defineVerb({
    name: 'completion',
    summary: 'what makes your shell complete verbs, options and ids of checks',
    about:
      'Writes a completion script for a shell. For bash and zsh, source it from ~/.bashrc or ~/.zshrc; for fish, put it into a file.',
    examples: [
      { command: 'vedette completion bash', what: 'For bash; in ~/.bashrc: source <(vedette completion bash)' },
      {
        command: 'vedette completion zsh',
        what: 'For zsh; in ~/.zshrc, after compinit: source <(vedette completion zsh)',
      },
      { command: 'vedette completion fish', what: 'For fish; into ~/.config/fish/completions/vedette.fish' },
    ],
    operands: [operand('SHELL', 'bash, zsh or fish', { values: Object.keys(SHELLS) })],
    options: {},
    run: async ({ operands: [shell] }, io) => {
      const verbs = offered(await Promise.all(program.map(({ load }) => load())))
      const write = Object.entries(SHELLS).find(([name]) => name === shell)?.[1]
      await io.stdout.write(write?.(verbs) ?? '')
      return EXIT.clean
    },
  })
