import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type KeptToken, KeptTokens } from '../src/known/tokens.ts';

const root = mkdtempSync(join(tmpdir(), 'tokens-'));
const NOW = 1_800_000_000;
let dir = '';
let tokens = new KeptTokens(root);
beforeEach(() => {
  dir = join(mkdtempSync(join(root, 'x')), 'countersign');
  tokens = new KeptTokens(dir);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const server = 'login.example.org:8443';
const audience = 'https://git.example.org';
const made = (changes: Partial<KeptToken> = {}): KeptToken => ({
  server,
  username: 'alice',
  audience,
  token: `a.b.${Object.values(changes).join('')}`,
  expiresAt: NOW + 300,
  ...changes,
});
const files = () => readdirSync(dir).map((name) => join(dir, name));

describe('a token', () => {
  it('is found until 30 seconds before it expires', async () => {
    await tokens.keep(made(), NOW);
    expect(await tokens.find({ server, audience }, NOW + 269)).toEqual(made());
    expect(await tokens.find({ server, audience }, NOW + 270)).toBeUndefined();
  });

  it('is found for its own server, service and user only', async () => {
    const others = [{ server: 'other:1' }, { audience: 'https://other' }, { username: 'bob' }];
    for (const other of others) await tokens.keep(made(other), NOW);
    expect(await tokens.find({ server, audience, username: 'alice' }, NOW)).toBeUndefined();
    for (const other of others) {
      const { server, audience, username } = made(other);
      expect(await tokens.find({ server, audience, username }, NOW)).toEqual(made(other));
    }
  });

  it('is found by the name of its user as it is typed', async () => {
    await tokens.keep(made(), NOW);
    expect(await tokens.find({ server, audience, username: 'ALICE' }, NOW)).toEqual(made());
  });

  it('is that of the user whose token is valid longest, if no user is named', async () => {
    await tokens.keep(made({ username: 'bob', expiresAt: NOW + 400 }), NOW);
    await tokens.keep(made(), NOW);
    expect(await tokens.find({ server, audience }, NOW)).toMatchObject({ username: 'bob' });
  });

  it('is in a file for its user alone, whose name does not show what it is for', async () => {
    await tokens.keep(made(), NOW);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(files()).toEqual([expect.stringMatching(/\/[0-9a-f]{32}\.json$/)]);
    expect(statSync(files()[0]!).mode & 0o777).toBe(0o600);
  });

  it('replaces the one before, also when several are kept at once', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => tokens.keep(made({ expiresAt: NOW + 100 + n }), NOW)),
    );
    expect(files()).toHaveLength(1);
    expect(await tokens.find({ server, audience }, NOW)).toMatchObject({ username: 'alice' });
  });

  it('that has expired is removed when another one is kept', async () => {
    await tokens.keep(made({ username: 'bob' }), NOW);
    await tokens.keep(made({ expiresAt: NOW + 900 }), NOW + 300);
    expect(files()).toHaveLength(1);
  });

  it('is forgotten alone, with its user, or with its server', async () => {
    for (const other of [{}, { username: 'bob' }, { audience: 'https://other' }, { server: 'other:1' }])
      await tokens.keep(made(other), NOW);
    expect(await tokens.forget({ server, audience, token: 'not this one' })).toBe(0);
    expect(await tokens.forget({ server, audience, token: made().token })).toBe(1);
    expect(await tokens.forget({ server, username: 'bob' })).toBe(1);
    expect(await tokens.forget({ server })).toBe(1);
    expect(files()).toHaveLength(1);
  });
});

describe('a damaged or exposed file', () => {
  it.each(['', '{', '[]', '{"server":"x"}', '\0'.repeat(20_000)])('counts as no token: %j', async (text) => {
    await tokens.keep(made(), NOW);
    writeFileSync(files()[0]!, text);
    expect(await tokens.find({ server, audience }, NOW)).toBeUndefined();
    await tokens.keep(made(), NOW);
    expect(await tokens.find({ server, audience }, NOW)).toEqual(made());
  });

  it('as a file that others can write, or a link, counts as none', async () => {
    await tokens.keep(made(), NOW);
    const [path = ''] = files();
    chmodSync(path, 0o620);
    expect(await tokens.find({ server, audience }, NOW)).toBeUndefined();
    await tokens.keep(made(), NOW);
    const elsewhere = join(root, 'elsewhere');
    writeFileSync(elsewhere, JSON.stringify(made()), { mode: 0o600 });
    rmSync(path);
    symlinkSync(elsewhere, path);
    expect(await tokens.find({ server, audience }, NOW)).toBeUndefined();
    await expect(tokens.keep(made(), NOW)).rejects.toMatchObject({ code: 'IS_A_LINK' });
  });

  it('as a folder that others can enter, or a link, is refused', async () => {
    await tokens.keep(made(), NOW);
    chmodSync(dir, 0o750);
    await expect(tokens.find({ server, audience }, NOW)).rejects.toMatchObject({ code: 'NOT_PRIVATE' });
    await expect(tokens.keep(made(), NOW)).rejects.toMatchObject({ code: 'NOT_PRIVATE' });
    const link = `${dir}-link`;
    symlinkSync(dir, link);
    await expect(new KeptTokens(link).forget({ server })).rejects.toMatchObject({ code: 'IS_A_LINK' });
  });

  it('as a folder that does not exist holds none, and is not made by looking', async () => {
    expect(await tokens.find({ server, audience }, NOW)).toBeUndefined();
    expect(await tokens.forget({ server })).toBe(0);
    expect(() => statSync(dir)).toThrow('ENOENT');
  });

  it('as a folder is reported once, and nothing is kept from then on, if the caller takes the report', async () => {
    await tokens.keep(made(), NOW);
    chmodSync(dir, 0o750);
    const problems: unknown[] = [];
    const careful = new KeptTokens(dir, { onProblem: (error) => problems.push(error) });
    expect(careful.isUsable).toBe(true);
    expect(await careful.find({ server }, NOW)).toBeUndefined();
    await careful.keep(made(), NOW);
    expect(await careful.forget({ server })).toBe(0);
    expect(problems).toEqual([expect.objectContaining({ code: 'NOT_PRIVATE' })]);
    expect(careful.isUsable).toBe(false);
    expect(new KeptTokens(undefined).isUsable).toBe(false);
  });
});
