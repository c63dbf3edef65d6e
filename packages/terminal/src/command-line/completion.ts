/**
 * Completion scripts for bash, zsh and fish. They are static: the program does not run while the user types. Each finds
 * the command that the words before the cursor name, skipping options and their values, and offers what may follow.
 */
import { type Command, Option } from 'commander';
import { quoted } from './calls.ts';
import { takesPath } from './option-values.ts';
import { commandsOf, wordsOf } from './words.ts';

/** The shells with a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** One of `SHELLS`. */
export type Shell = (typeof SHELLS)[number];

/**
 * Returns the script for a shell.
 *
 * @param program with all its commands loaded
 */
export function completionScript(shell: Shell, program: Command): string {
  return { bash: forBash, zsh: forZsh, fish: forFish }[shell](program);
}

function forBash(program: Command): string {
  const name = program.name();
  const files = 'compopt -o default';
  return `# bash completion for ${name}. To use it: source <(${name} completion bash)
${functionName(name)}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at= skip= words= word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
${walk(program, {
  files,
  choose: (words) => `COMPREPLY=($(compgen -W ${quoted(words)} -- "$cur"))`,
  offer: (words, flags) => `words=${quoted([...words.keys(), ...flags.keys()].join(' '))}`,
})}
  case $at in ${placesOfFiles(program)}) ${files} ;; esac
  COMPREPLY=($(compgen -W "$words "${quoted([...described(commonOptions(program)).keys()].join(' '))} -- "$cur"))
}
complete -F ${functionName(name)} ${name}
`;
}

function forZsh(program: Command): string {
  const name = program.name();
  const files = '_files';
  const list = (words: Described) => [...words].map(([word, about]) => quoted(`${word}:${about}`)).join(' ');
  return `#compdef ${name}
# zsh completion for ${name}. To use it: ${name} completion zsh > "\${fpath[1]}/_${name}"
${functionName(name)}() {
  local cur=\${words[CURRENT]} prev=\${words[CURRENT-1]} at= skip= word
  local -a offers flags common=(${list(described(commonOptions(program)))})
  for word in \${words[2,CURRENT-1]}; do
${walk(program, {
  files,
  choose: (words) => `compadd -- ${words}`,
  offer: (words, flags) => `offers=(${list(words)}) flags=(${list(flags)})`,
})}
  (( $#offers )) && _describe -t commands command offers
  [[ $cur == -* ]] && _describe -o -t options option flags
  [[ $cur == -* ]] && _describe -o -t options option common
  case $at in ${placesOfFiles(program)}) ${files} ;; esac
}
if [[ \${funcstack[1]} == _${name} ]]; then ${functionName(name)} "$@"; else compdef ${functionName(name)} ${name}; fi
`;
}

/** What bash and zsh write in their own ways. */
interface Offers {
  /** Offers files. */
  readonly files: string;
  /** Offers the values of an option. */
  readonly choose: (words: string) => string;
  /** Takes what may follow a command. */
  readonly offer: (words: Described, flags: Described) => string;
}

/** What bash and zsh do alike: the rest of the loop over `$word`, the value of an option, and what may follow `$at`. */
function walk(program: Command, { files, choose, offer }: Offers): string {
  const commands = commandsFrom(program);
  const paths = commands.map(wordsOf).filter((at) => at !== '');
  const valued = optionsWithValue(program);
  const chosen = valued.flatMap((option) => {
    const { argChoices } = option;
    return argChoices ? [`    ${patternOf([option])}) ${choose(argChoices.join(' '))} ;;\n`] : [];
  });
  const offers = commands.map((command) => {
    const follows = offer(wordsIn(command), described(ownOptions(command)));
    return `    ${quoted(wordsOf(command))}) ${follows} ;;`;
  });
  return `    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
    ${patternOf(valued)}) skip=1 ;;
    -*) ;;
    *) case "$at $word" in
      ${paths.map((at) => quoted(at.includes(' ') ? at : ` ${at}`)).join('|')}) at="\${at:+$at }$word" ;;
      esac ;;
    esac
  done
  if [[ -n $skip ]]; then
    case $prev in
${chosen.join('')}    ${patternOf(valued.filter((option) => !option.argChoices && takesPath(option)))}) ${files} ;;
    esac
    return
  fi
  case $at in
${offers.join('\n')}
  esac`;
}

function forFish(program: Command): string {
  const name = program.name();
  const commands = commandsFrom(program);
  const known = commands.slice(1).map((command) => quoted(wordsOf(command)));
  const lines = commands.flatMap((command) => {
    const here = `complete -c ${name} -n '${functionName(name)} "${wordsOf(command)}"'`;
    return [
      ...[...wordsIn(command)].map(([word, about]) => `${here} -a ${word} -d ${fishText(about)}`),
      ...ownOptions(command).map((option) => `${here} ${fishFlag(option)}`),
      ...(takesFile(command) ? [`${here} -F`] : []),
    ];
  });
  return `# fish completion for ${name}. To use it: ${name} completion fish > ~/.config/fish/completions/${name}.fish
function ${functionName(name)}
    set -l at
    set -l skip
    for word in (commandline -opc)[2..]
        if test -n "$skip"
            set skip
            continue
        end
        switch $word
            case ${namesOf(optionsWithValue(program)).join(' ')}
                set skip 1
            case '-*'
            case '*'
                if contains -- (string join ' ' -- $at $word) ${known.join(' ')}
                    set -a at $word
                end
        end
    end
    test "$at" = "$argv[1]"
end
complete -c ${name} -f
${commonOptions(program)
  .map((option) => `complete -c ${name} ${fishFlag(option)}`)
  .join('\n')}
${lines.join('\n')}
`;
}

function functionName(program: string): string {
  return `_${program.replaceAll('-', '_')}_completion`;
}

/** Words and what they mean. */
type Described = ReadonlyMap<string, string>;

/** The program and all its commands. */
function commandsFrom(command: Command): Command[] {
  return [command, ...commandsOf(command).flatMap(commandsFrom)];
}

/** The commands in one, and the words that its arguments can be. */
function wordsIn(command: Command): Described {
  const values = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  return new Map([
    ...commandsOf(command).map((child) => [child.name(), child.description()] as const),
    ...values.map((value) => [value, ''] as const),
  ]);
}

function takesFile({ registeredArguments }: Command): boolean {
  return registeredArguments.some((argument) => argument.name() === 'file');
}

/** The options that every command takes. */
function commonOptions({ options }: Command): Option[] {
  return [...options.filter(({ hidden }) => !hidden), new Option('-h, --help', 'show the help of a command')];
}

/** The options of a command besides those. */
function ownOptions({ parent, options }: Command): Option[] {
  return parent === null ? [] : options.filter(({ hidden }) => !hidden);
}

/** The options of all commands that take a value in the next word. */
function optionsWithValue(program: Command): Option[] {
  const all = [...commonOptions(program), ...commandsFrom(program).flatMap(ownOptions)];
  const valued = all.filter(({ required }) => required);
  return [...new Map(valued.map((option) => [option.long, option])).values()];
}

function described(options: readonly Option[]): Described {
  return new Map(options.map((option) => [option.long ?? option.flags, option.description]));
}

function namesOf(options: readonly Option[]): string[] {
  return options.flatMap(({ long, short }) => [long, short].filter((name) => name !== undefined));
}

/** A pattern of `case` that matches the options; one that matches nothing if there are none. */
function patternOf(options: readonly Option[]): string {
  return namesOf(options).join('|') || "''";
}

/** The commands with an argument that is a file. */
function placesOfFiles(program: Command): string {
  const places = commandsFrom(program).filter(takesFile);
  return places.map((command) => quoted(wordsOf(command))).join('|') || '-';
}

function fishFlag(option: Option): string {
  const { long = '', short, description, required, argChoices } = option;
  const words = [`-l ${long.replace(/^--/, '')}`];
  if (short !== undefined) words.push(`-s ${short.replace('-', '')}`);
  if (required && argChoices) words.push(`-x -a ${quoted(argChoices.join(' '))}`);
  else if (required) words.push(takesPath(option) ? '-r -F' : '-x');
  return `${words.join(' ')} -d ${fishText(description)}`;
}

function fishText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
