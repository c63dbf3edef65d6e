/**
 * Completion scripts for bash, zsh and fish. They are static: the program does not run while the user types. Each finds
 * the command that the words before the cursor name, skipping options and their values, and offers what may follow.
 */
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
  const { name, nodes, common, withValue } = tree;
  const offers = nodes.map(
    (node) => `    ${quoted(node.at)}) words=${quoted(namesOf([...node.words, ...node.flags]))} ;;`,
  );
  return `# bash completion for ${name}. To use it: source <(${name} completion bash)
${functionName(tree)}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at= skip= words= word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
    ${patternOf(withValue)}) skip=1 ;;
    -*) ;;
    *) case "$at $word" in
${pathCases(nodes, 'at')}
      esac ;;
    esac
  done
  if [[ -n $skip ]]; then
    case $prev in
${choices(withValue, (words) => `COMPREPLY=($(compgen -W ${quoted(words)} -- "$cur"))`)}
    ${patternOf(withValue.filter(({ value }) => value === 'file'))}) compopt -o default ;;
    esac
    return
  fi
  case $at in
${offers.join('\n')}
  esac
  case $at in ${patternFor(nodes.filter(({ takesFile }) => takesFile))}) compopt -o default ;; esac
  COMPREPLY=($(compgen -W "$words "${quoted(namesOf(common))} -- "$cur"))
}
complete -F ${functionName(tree)} ${name}
`;
}

function forZsh(tree: Tree): string {
  const { name, nodes, common, withValue } = tree;
  const list = (named: readonly Named[]) =>
    named.map(({ name: word, about }) => quoted(`${word}:${about}`)).join(' ');
  const offers = nodes.map(
    (node) => `    ${quoted(node.at)}) offers=(${list(node.words)}) flags=(${list(node.flags)}) ;;`,
  );
  return `#compdef ${name}
# zsh completion for ${name}. To use it: ${name} completion zsh > "\${fpath[1]}/_${name}"
${functionName(tree)}() {
  local cur=\${words[CURRENT]} prev=\${words[CURRENT-1]} at= skip= word
  local -a offers flags common=(${list(common)})
  for word in \${words[2,CURRENT-1]}; do
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
    ${patternOf(withValue)}) skip=1 ;;
    -*) ;;
    *) case "$at $word" in
${pathCases(nodes, 'at')}
      esac ;;
    esac
  done
  if [[ -n $skip ]]; then
    case $prev in
${choices(withValue, (words) => `compadd -- ${words}`)}
    ${patternOf(withValue.filter(({ value }) => value === 'file'))}) _files ;;
    esac
    return
  fi
  case $at in
${offers.join('\n')}
  esac
  (( $#offers )) && _describe -t commands command offers
  [[ $cur == -* ]] && _describe -o -t options option flags
  [[ $cur == -* ]] && _describe -o -t options option common
  case $at in ${patternFor(nodes.filter(({ takesFile }) => takesFile))}) _files ;; esac
}
if [[ \${funcstack[1]} == _${name} ]]; then ${functionName(tree)} "$@"; else compdef ${functionName(tree)} ${name}; fi
`;
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
            case ${withValue.flatMap(({ name: long, short }) => (short ? [long, short] : [long])).join(' ')}
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

/** The cases that make the path longer if a word names a command there. */
function pathCases(nodes: readonly Node[], variable: string): string {
  const paths = nodes.filter(({ at }) => at !== '').map(({ at }) => at);
  const inside = paths.map((at) => quoted(at.includes(' ') ? at : ` ${at}`));
  return `      ${inside.join('|')}) ${variable}="\${${variable}:+$${variable} }$word" ;;`;
}

/** A pattern of \`case\` that matches the flags; one that matches nothing if there are none. */
function patternOf(flags: readonly Flag[]): string {
  const words = flags.flatMap(({ name, short }) => (short === undefined ? [name] : [name, short]));
  return words.length === 0 ? "''" : words.join('|');
}

function patternFor(nodes: readonly Node[]): string {
  return nodes.length === 0 ? '-' : nodes.map(({ at }) => quoted(at)).join('|');
}

function choices(flags: readonly Flag[], offer: (words: string) => string): string {
  return flags
    .flatMap((flag) => (Array.isArray(flag.value) ? [[flag, flag.value.join(' ')] as const] : []))
    .map(([flag, words]) => `    ${patternOf([flag])}) ${offer(words)} ;;`)
    .join('\n');
}

function fishFlag({ name, short, about, value }: Flag): string {
  const words = [`-l ${name.replace(/^--/, '')}`];
  if (short !== undefined) words.push(`-s ${short.replace('-', '')}`);
  if (value === 'file') words.push('-r -F');
  else if (value === 'other') words.push('-x');
  else if (value !== undefined) words.push(`-x -a ${quoted(value.join(' '))}`);
  return `${words.join(' ')} -d ${fishText(about)}`;
}

/** A word in single quotes, for bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
