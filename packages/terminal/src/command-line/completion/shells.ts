/**
 * Completion scripts for bash, zsh and fish. They are static: the program does not run while the user types. Each finds
 * the command that the words before the cursor name, skipping options and their values, and offers what may follow.
 */
import { quoted } from '../calls.ts';
import type { Flag, Named, Node, Tree } from './tree.ts';

/** The shells with a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** One of `SHELLS`. */
export type Shell = (typeof SHELLS)[number];

/** Returns the script for a shell. */
export function completionScript(shell: Shell, tree: Tree): string {
  return { bash: forBash, zsh: forZsh, fish: forFish }[shell](tree);
}

function forBash(tree: Tree): string {
  const { name, common } = tree;
  const files = 'compopt -o default';
  return `# bash completion for ${name}. To use it: source <(${name} completion bash)
${functionName(tree)}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at= skip= words= word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
${walk(tree, {
  files,
  choose: (words) => `COMPREPLY=($(compgen -W ${quoted(words)} -- "$cur"))`,
  offer: ({ words, flags }) => `words=${quoted(namesOf([...words, ...flags]))}`,
})}
  case $at in ${placesOfFiles(tree)}) ${files} ;; esac
  COMPREPLY=($(compgen -W "$words "${quoted(namesOf(common))} -- "$cur"))
}
complete -F ${functionName(tree)} ${name}
`;
}

function forZsh(tree: Tree): string {
  const { name, common } = tree;
  const files = '_files';
  const list = (named: readonly Named[]) =>
    named.map(({ name: word, about }) => quoted(`${word}:${about}`)).join(' ');
  return `#compdef ${name}
# zsh completion for ${name}. To use it: ${name} completion zsh > "\${fpath[1]}/_${name}"
${functionName(tree)}() {
  local cur=\${words[CURRENT]} prev=\${words[CURRENT-1]} at= skip= word
  local -a offers flags common=(${list(common)})
  for word in \${words[2,CURRENT-1]}; do
${walk(tree, {
  files,
  choose: (words) => `compadd -- ${words}`,
  offer: ({ words, flags }) => `offers=(${list(words)}) flags=(${list(flags)})`,
})}
  (( $#offers )) && _describe -t commands command offers
  [[ $cur == -* ]] && _describe -o -t options option flags
  [[ $cur == -* ]] && _describe -o -t options option common
  case $at in ${placesOfFiles(tree)}) ${files} ;; esac
}
if [[ \${funcstack[1]} == _${name} ]]; then ${functionName(tree)} "$@"; else compdef ${functionName(tree)} ${name}; fi
`;
}

/** What bash and zsh write in their own ways. */
interface Offers {
  /** Offers files. */
  readonly files: string;
  /** Offers the values of an option. */
  readonly choose: (words: string) => string;
  /** Takes what may follow a command. */
  readonly offer: (node: Node) => string;
}

/** What bash and zsh do alike: the rest of the loop over `$word`, the value of an option, and what may follow `$at`. */
function walk({ nodes, withValue }: Tree, { files, choose, offer }: Offers): string {
  const paths = nodes.filter(({ at }) => at !== '').map(({ at }) => quoted(at.includes(' ') ? at : ` ${at}`));
  const chosen = withValue.map((flag) =>
    Array.isArray(flag.value) ? `    ${patternOf([flag])}) ${choose(flag.value.join(' '))} ;;\n` : '',
  );
  return `    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
    ${patternOf(withValue)}) skip=1 ;;
    -*) ;;
    *) case "$at $word" in
      ${paths.join('|')}) at="\${at:+$at }$word" ;;
      esac ;;
    esac
  done
  if [[ -n $skip ]]; then
    case $prev in
${chosen.join('')}    ${patternOf(withValue.filter(({ value }) => value === 'file'))}) ${files} ;;
    esac
    return
  fi
  case $at in
${nodes.map((node) => `    ${quoted(node.at)}) ${offer(node)} ;;`).join('\n')}
  esac`;
}

function forFish(tree: Tree): string {
  const { name, nodes, common, withValue } = tree;
  const known = nodes.map(({ at }) => quoted(at)).filter((at) => at !== "''");
  const lines = nodes.flatMap((node) => {
    const here = `complete -c ${name} -n '${functionName(tree)} "${node.at}"'`;
    return [
      ...node.words.map((word) => `${here} -a ${word.name} -d ${fishText(word.about)}`),
      ...node.flags.map((flag) => `${here} ${fishFlag(flag)}`),
      ...(node.takesFile ? [`${here} -F`] : []),
    ];
  });
  return `# fish completion for ${name}. To use it: ${name} completion fish > ~/.config/fish/completions/${name}.fish
function ${functionName(tree)}
    set -l at
    set -l skip
    for word in (commandline -opc)[2..]
        if test -n "$skip"
            set skip
            continue
        end
        switch $word
            case ${longAndShort(withValue).join(' ')}
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
${common.map((flag) => `complete -c ${name} ${fishFlag(flag)}`).join('\n')}
${lines.join('\n')}
`;
}

function functionName({ name }: Tree): string {
  return `_${name.replaceAll('-', '_')}_completion`;
}

function namesOf(named: readonly Named[]): string {
  return named.map(({ name }) => name).join(' ');
}

/** A pattern of `case` that matches the flags; one that matches nothing if there are none. */
function patternOf(flags: readonly Flag[]): string {
  return longAndShort(flags).join('|') || "''";
}

function longAndShort(flags: readonly Flag[]): string[] {
  return flags.flatMap(({ name, short }) => (short === undefined ? [name] : [name, short]));
}

/** The commands with an argument that is a file. */
function placesOfFiles({ nodes }: Tree): string {
  const places = nodes.filter(({ takesFile }) => takesFile).map(({ at }) => quoted(at));
  return places.join('|') || '-';
}

function fishFlag({ name, short, about, value }: Flag): string {
  const words = [`-l ${name.replace(/^--/, '')}`];
  if (short !== undefined) words.push(`-s ${short.replace('-', '')}`);
  if (value === 'file') words.push('-r -F');
  else if (value === 'other') words.push('-x');
  else if (value !== undefined) words.push(`-x -a ${quoted(value.join(' '))}`);
  return `${words.join(' ')} -d ${fishText(about)}`;
}

function fishText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
