import { firstWords, type Offered, type OfferedVerb } from './words.ts'

/** A completion script for bash 4 and newer; needs no bash-completion package. */
export function bashCompletion(verbs: readonly OfferedVerb[]): string {
  const families = [...new Set(verbs.filter(({ words }) => words.length > 1).map(({ words }) => words[0] ?? ''))]
  return `# Completion of vedette for bash. Made by: vedette completion bash
_vedette_offer() {
  # Offers words for what is being typed; behind a comma, the part behind it.
  local before="" part="$current"
  if [[ $1 == list && $current == *,* ]]; then before="\${current%,*},"; part="\${current##*,}"; fi
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$2" -- "$part")
}

_vedette() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" verb="\${COMP_WORDS[1]}"
  # bash takes --name=value apart at the sign.
  if [[ $current == = ]]; then current=""; elif [[ $previous == = ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    _vedette_offer one ${quoted([...firstWords(verbs).keys(), '--help', '--version'])}
    return
  fi
  case "$verb" in
${families
  .map(
    (family) => `    ${family})
      if (( COMP_CWORD == 2 )); then
        _vedette_offer one ${quoted(verbs.flatMap(({ words }) => (words[0] === family ? (words[1] ?? []) : [])))}
        return
      fi
      verb="$verb \${COMP_WORDS[2]}" ;;`,
  )
  .join('\n')}
  esac
  case "$verb:$previous" in
${verbs.flatMap(valueCases).join('\n')}
  esac
  case "$verb" in
${verbs.map(verbCase).join('\n')}
  esac
}

complete -o bashdefault -F _vedette vedette
`
}

function valueCases({ words, options }: OfferedVerb): readonly string[] {
  return options.flatMap(({ long, short, value }) => {
    if (value === null) return []
    const names = [long, ...(short === null ? [] : [short])].map((name) => `"${words.join(' ')}:${name}"`)
    return [`    ${names.join('|')}) ${reply(value)}; return ;;`]
  })
}

function verbCase({ words, options, operands }: OfferedVerb): string {
  const names = options.flatMap(({ long, short }) => (short === null ? [long] : [long, short]))
  const [first] = operands
  const otherwise = first === undefined ? '' : ` else ${reply(first)};`
  return `    "${words.join(' ')}") if [[ $current == -* ]]; then _vedette_offer one ${quoted(names)};${otherwise} fi ;;`
}

function reply({ kind, words, isList }: Offered): string {
  switch (kind) {
    case 'words':
      return `_vedette_offer ${isList ? 'list' : 'one'} ${quoted(words)}`
    case 'file':
      return 'mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null'
    case 'folder':
      return 'mapfile -t COMPREPLY < <(compgen -d -- "$current"); compopt -o filenames 2>/dev/null'
    case 'nothing':
      return ':'
    default:
      return kind satisfies never
  }
}

/** Words that have neither blanks nor quotes in them. */
function quoted(words: readonly string[]): string {
  return `"${words.join(' ')}"`
}
