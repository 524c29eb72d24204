import { firstWords, type Offered, type OfferedVerb } from './words.ts'

/** A completion script for fish. */
export function fishCompletion(verbs: readonly OfferedVerb[]): string {
  return `# Completion of vedette for fish. Made by: vedette completion fish
function __vedette_is
    # Whether the words after the command begin with these.
    set -l words (commandline -opc)[2..]
    test (count $words) -ge (count $argv); or return 1
    for index in (seq (count $argv))
        test "$words[$index]" = "$argv[$index]"; or return 1
    end
end

function __vedette_at
    # The same, and nothing else stands there yet.
    __vedette_is $argv; and test (count (commandline -opc)) -eq (math (count $argv) + 1)
end

function __vedette_list
    # Words for a list: what stands before the last comma stays.
    set -l before (string match -r '^(?:--[\\w-]+=)?(.*,)' -- (commandline -ct))[2]
    for word in $argv
        echo "$before$word"
    end
end

complete -c vedette -f
${[
  ...[...firstWords(verbs)].map(
    ([word, about]) =>
      `complete -c vedette -n "test (count (commandline -opc)) -eq 1" -a ${single(word)} -d ${single(about)}`,
  ),
  ...verbs.flatMap(({ words, summary }) =>
    words.length < 2
      ? []
      : [`complete -c vedette -n "__vedette_at ${words[0]}" -a ${single(words[1] ?? '')} -d ${single(summary)}`],
  ),
  ...verbs.flatMap(verbLines),
].join('\n')}
`
}

function verbLines({ words, options, operands }: OfferedVerb): readonly string[] {
  const start = `complete -c vedette -n "__vedette_is ${words.join(' ')}"`
  const [first] = operands
  return [
    ...(first === undefined || first.kind === 'nothing' ? [] : [`${start} ${offer(first)}`]),
    ...options.map(({ long, short, help, value }) =>
      [
        start,
        `-l ${long.slice(2)}`,
        ...(short === null ? [] : [`-s ${short.slice(1)}`]),
        ...(value === null ? [] : [value.kind === 'nothing' ? '-x' : `-r ${offer(value)}`]),
        `-d ${single(help)}`,
      ].join(' '),
    ),
  ]
}

function offer({ kind, words, isList }: Offered): string {
  switch (kind) {
    case 'words':
      return `-f -a ${isList ? single(`(__vedette_list ${words.join(' ')})`) : single(words.join(' '))}`
    case 'file':
      return '-F'
    case 'folder':
      return "-f -a '(__fish_complete_directories)'"
    case 'nothing':
      return ''
    default:
      return kind satisfies never
  }
}

function single(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
