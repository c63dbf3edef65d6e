/** The blocks of docs/tokens.md, so that the tests run what the guide says. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

const GUIDE = readFileSync(new URL('../../../../docs/tokens.md', import.meta.url), 'utf8');

/** Returns the blocks of a language below a heading of the guide. */
export function blocksOf(heading: string, language: string): string[] {
  const section = GUIDE.split(/^#+ /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  const fences = section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  const blocks = [...fences].filter(([, found]) => found === language).map(([, , text = '']) => text);
  expect(blocks, `${language} below ${heading}`).not.toEqual([]);
  return blocks;
}

/** Returns the commands below a heading of the guide. */
export function commandsOf(heading: string): string[] {
  return blocksOf(heading, 'sh').flatMap((block) => block.trim().split('\n'));
}

/** Returns what a token says, without checking it. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
