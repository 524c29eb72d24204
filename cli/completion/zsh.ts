import { firstWords, type Offered, type OfferedOption, type OfferedVerb } from './words.ts'

/** A completion script for zsh. */
export function zshCompletion(verbs: readonly OfferedVerb[]): string {
  const families = [...new Set(verbs.filter(({ words }) => words.length > 1).map(({ words }) => words[0] ?? ''))]
  return `#compdef vedette
# Completion of vedette for zsh. Made by: vedette completion zsh
_vedette() {
  local verb=$words[2]
  if (( CURRENT == 2 )); then
    _values verb ${[...firstWords(verbs)].map(([word, about]) => described(word, about)).join(' ')}
    return
  fi
  shift words; (( CURRENT-- ))
  case $verb in
${families
  .map(
    (family) => `    ${family})
      if (( CURRENT == 2 )); then
        _values verb ${verbs
          .flatMap(({ words, summary }) => (words[0] === family ? [described(words[1] ?? '', summary)] : []))
          .join(' ')}
        return
      fi
      verb="$verb $words[2]"
      shift words; (( CURRENT-- )) ;;`,
  )
  .join('\n')}
  esac
  case $verb in
${verbs.map(verbCase).join('\n')}
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _vedette "$@"
else
  compdef _vedette vedette
fi
`
}

function verbCase({ words, options, operands }: OfferedVerb): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...operands.map((operand, index) => `'${index + 1}:: :${action(operand)}'`),
  ]
  return `    ${single(words.join(' '))}) _arguments -s ${specs.join(' ')} ;;`
}

function optionSpecs({ long, short, help, value }: OfferedOption): readonly string[] {
  const about = `[${help.replaceAll(/[[\]:\\]/g, ' ')}]`
  const tail = value === null ? '' : `:value:${action(value)}`
  return [
    `${long}${value === null ? '' : '='}`,
    ...(short === null ? [] : [`${short}${value === null ? '' : '+'}`]),
  ].map((name) => single(`*${name}${about}${tail}`))
}

function action({ kind, words, isList }: Offered): string {
  switch (kind) {
    case 'words':
      return isList ? `_values -s , value ${words.join(' ')}` : `(${words.join(' ')})`
    case 'file':
      return '_files'
    case 'folder':
      return '_files -/'
    case 'nothing':
      return ' '
    default:
      return kind satisfies never
  }
}

function described(word: string, about: string): string {
  return single(`${word}[${about.replaceAll(/[[\]:\\]/g, ' ')}]`)
}

function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
