import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatInvitation } from '@countersign/wire-protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, KnownServers, parseInvitation } from '../src/index.ts';

const PIN = `sha256:${'A'.repeat(43)}`;
const OTHER_PIN = `sha256:${'B'.repeat(42)}A`;
const PARTS = { host: '127.0.0.1', port: 1, pin: PIN, code: 'AAECAwQF.0000-0000-0000-0000' };
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'countersign-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('an invitation', () => {
  it('contains server, pin, user name and code', () => {
    expect(parseInvitation(`  ${formatInvitation({ ...PARTS, username: 'alice' })}\n`)).toEqual({
      server: { host: '127.0.0.1', port: 1 },
      pin: PIN,
      username: 'alice',
      code: PARTS.code,
    });
  });

  it.each([
    ['other text', 'AAECAwQF.0000-0000-0000-0000', 'bad_invitation'],
    ['a missing end', formatInvitation(PARTS).slice(0, -1), 'damaged_invitation'],
    ['a later version', 'countersign2_AAAA', 'newer_invitation'],
    ['a host that no address can have', formatInvitation({ ...PARTS, host: 'a/b' }), 'bad_invitation'],
    [
      'a code that is none',
      formatInvitation({ ...PARTS, code: 'AAECAwQF.0000-0000-0000-0001' }),
      'bad_invitation',
    ],
    ['a code without an id', formatInvitation({ ...PARTS, code: '.0000-0000-0000-0000' }), 'bad_invitation'],
  ])('that is %s has a code of its own', (_what, text, code) => {
    expect(() => parseInvitation(text)).toThrow(expect.objectContaining({ code }));
  });

  it('with another pin than the remembered or given one stops before the server is called', async () => {
    const knownServers = new KnownServers(join(dir, 'known'));
    await knownServers.remember('127.0.0.1:1', OTHER_PIN, 0);
    const invitation = parseInvitation(formatInvitation(PARTS));
    const { server } = invitation;
    const conflict = { code: 'pin_conflict', pins: { expected: OTHER_PIN, shown: PIN } };
    for (const client of [new Client({ server, knownServers }), new Client({ server, pin: OTHER_PIN })]) {
      await expect(client.probe(invitation)).rejects.toMatchObject(conflict);
      const who = { name: 'alice', password: 'open sesame', invitation };
      await expect(client.register(who)).rejects.toMatchObject(conflict);
    }
  });
});
