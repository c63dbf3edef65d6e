/** Which characters a terminal shows, by its locale, and our own words for one that shows ASCII alone. */
import type { Io } from './io.ts';

/** Whether the terminal shows characters outside ASCII: everywhere but in the Linux console and the C locale. */
export function showsUnicode(env: Io['env']): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
  return env.TERM !== 'linux' && /utf-?8/i.test(locale);
}

/** What our sentences, tables and questions hold outside ASCII. Names and other values stay as they are. */
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

/** The text for a terminal of that environment. */
export function inCharset(env: Io['env'], text: string): string {
  return showsUnicode(env) ? text : text.replaceAll(OURS, (character) => IN_ASCII[character] ?? character);
}
