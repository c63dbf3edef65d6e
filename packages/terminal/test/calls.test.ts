import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { execFileSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { programCall } from '../src/command-line/calls.ts';
import { callOf, quoted } from '../src/index.ts';

describe('a command to be pasted', () => {
  it.each([
    ['installed', {}, 'countersign', 'countersign-server'],
    ['by npx', { npm_command: 'exec' }, 'npx @countersign/cli-client', 'npx @countersign/cli-server'],
    ['by npm start', { npm_lifecycle_event: 'start' }, 'npm run client --', 'npx @countersign/cli-server'],
    [
      'by npm run client',
      { npm_lifecycle_event: 'client' },
      'npm run client --',
      'npx @countersign/cli-server',
    ],
  ])('names the programs as they are started when this one was started %s', (_how, env, client, server) => {
    expect(programCall({ env }, 'countersign')).toBe(client);
    expect(programCall({ env }, 'countersign-server')).toBe(server);
  });

  it.each([
    ['alice@example', 'alice@example'],
    ['[::1]:8443', "'[::1]:8443'"],
    ["o'brien;&", String.raw`'o'\''brien;&'`],
    ['=bob', "'=bob'"],
    ['bob.', "'bob.'"],
    ['', "''"],
  ])('quotes %j if a shell would read it differently', (word, written) => {
    expect(quoted(word)).toBe(written);
  });

  withCounterpart('sh', 'pasted into a shell', () => {
    it('is read by a shell as the words it was made of', () => {
      const words = fc.array(fc.stringMatching(/^[!-~]{1,8}$/), { minLength: 1, maxLength: 5 });
      fc.assert(
        fc.property(words, (given) => {
          const read = execFileSync('sh', ['-c', `printf '%s\\n' ${given.map(quoted).join(' ')}`], {
            encoding: 'utf8',
          });
          expect(read).toBe(given.map((word) => `${word}\n`).join(''));
        }),
        { numRuns: 20 },
      );
    });
  });

  it('is one line however long, and never cut', () => {
    const dir = `/${'x'.repeat(300)}`;
    expect(callOf({ env: {} }, 'countersign-server', '--data-dir', dir)).toBe(
      `countersign-server --data-dir ${dir}`,
    );
    expect(callOf({ env: {} }, 'countersign', 'login', 'a\nb')).toBe("countersign login 'a b'");
  });
});
