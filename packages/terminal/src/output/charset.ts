/** Which characters a terminal can show, and replacements for one that shows only ASCII. */
import type { Io } from '../program/io.ts';

/** Whether the terminal shows characters outside ASCII: not in the Linux console, and not in a locale without UTF-8. */
export function showsUnicode(env: Io['env']): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
  return env.TERM !== 'linux' && /utf-?8/i.test(locale);
}

/** The characters outside ASCII in the programs' own text. Names and other values stay as they are. */
const IN_ASCII: Readonly<Record<string, string>> = {
  '…': '...',
  '’': "'",
  '×': 'x',
  '─': '-',
  '│': '|',
  '◆': '*',
  '◇': 'o',
  '▲': '!',
  '■': 'x',
  '●': '>',
  '○': ' ',
};
const OURS = new RegExp(`[${Object.keys(IN_ASCII).join('')}]`, 'gu');

export function inCharset(env: Io['env'], text: string): string {
  return showsUnicode(env) ? text : text.replaceAll(OURS, (character) => IN_ASCII[character] ?? character);
}
