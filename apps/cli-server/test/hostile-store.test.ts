/** Contents of the store cannot control the administrator's terminal, in tables, in sentences and in JSON. */
import { accountSchema, Invitations } from '@countersign/auth-server/accounts';
import { Journal } from '@countersign/auth-server/audit';
import { beforeAll, describe, expect, it } from 'vitest';
import { addAccounts, administrate, inStore, NOW } from './administrator.ts';
import { cleaningAtEnd } from './at-end.ts';
import { dataDir } from './program.ts';

const HOSTILE = [
  'a\u001b]0;owned\u0007\u001b[2J\u001b[1;1H',
  '\u001b[35mpink\u001b[0m',
  '\u009b2J\u009d0;owned\u009c\u0085',
  '\u0000\u0008\u000b\u007f',
  'x\r\n  State  disabled\n\u2028root',
  '\u202enimda\u2066\u200f\u061c',
  '\ufeff\u200b\u{e0041}',
  'a\ud83dz',
  `e${'\u0301'.repeat(90)}`,
] as const;
/** Ids of records are well-formed text; values can contain anything. */
const ALL = HOSTILE.join(' ');
const LARGEST = Number.MAX_SAFE_INTEGER;

const atEnd = cleaningAtEnd();
/** Accounts `alice0`, `alice1` and so on, whose records say other things. */
let dir: string;
beforeAll(async () => {
  dir = await dataDir(atEnd);
  const names = [...HOSTILE, ALL].map((text, n) => ({ username: `alice${n}`, text }));
  await addAccounts(dir, ...names);
  await inStore(dir, async (store) => {
    const accounts = store.collection('accounts', accountSchema);
    const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const journal = new Journal({ store, clock: () => NOW * 1000, randomBytes });
    const invitations = new Invitations({ store, journal, randomBytes });
    for (const { username, text } of names) {
      await accounts.update(username, (account) => ({
        ...account,
        username: text,
        created: LARGEST,
        lastLogin: LARGEST,
        credential: { ...account.credential, suite: text, identity: text },
        totp: { ...account.totp, period: LARGEST },
        devices: [{ hash: 'AAAA', added: LARGEST, used: LARGEST, again: true }],
        familiar: [{ source: text, at: LARGEST }],
        clockOffsets: [-LARGEST],
      }));
      const told = { username: text, account: text, source: text, detail: text, count: LARGEST };
      await journal.commit([], [{ kind: 'login.failed', ...told }]);
      await invitations.create({ now: NOW, validFor: LARGEST - NOW, username: text });
    }
  });
});

describe('a hostile store cannot control the administrator’s terminal', () => {
  it.each([
    ['user list'],
    ...[...HOSTILE, ALL].map((_text, n) => [`user show alice${n}`]),
    ['user disable alice1'],
    ['user remove alice0'],
    ['audit show'],
    ['audit export'],
    ['audit verify'],
    ['invite list'],
    ['doctor'],
  ])('%s', async (command) => {
    for (const json of [false, true]) {
      const { stdout, stderr } = await administrate(dir, command.split(' '), { json, lines: ['no'] });
      expect(stdout + stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(stdout + stderr).not.toMatch(/^(?:root| {2}State {2}disabled)/mu);
      expect(stdout.replace(/^\{.*$/gm, '') + stderr).not.toMatch(/\p{M}{5}/u);
      expect(stderr).not.toContain('inside the program');
    }
  });
});
