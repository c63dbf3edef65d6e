import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { spawnSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { encodeKrl, formatLine, issueCertificate, type KrlContent } from '../src/index.ts';
import { makePair, type Pair } from './authority.ts';
import { compareKrls } from './compare-krls.ts';
import { inFolder, sshKeygenAccepts } from './ssh-keygen.ts';

const header = { version: 1, generatedAt: 1_800_000_000 };
const user = makePair();
const [one, two, third] = [makePair(), makePair(), makePair()];

const certificateOf = ({ key: authority, sign }: Pair, serial: string) =>
  issueCertificate({
    key: user.key,
    serial,
    keyId: 'x',
    principals: ['x'],
    validAfter: 1,
    validBefore: 2,
    authority,
    sign,
  });

/** Which of the keys and certificates `ssh-keygen -Q` finds in a list. */
function revokedIn(
  content: Partial<KrlContent>,
  tested: readonly { blob: Uint8Array }[],
): Promise<boolean[]> {
  return inFolder((folder) => {
    const list = join(folder, 'list');
    writeFileSync(list, encodeKrl({ ...header, ...content }));
    const files = tested.map((key, at) => {
      const file = join(folder, `${at}.pub`);
      writeFileSync(file, `${formatLine(key)}\n`);
      return file;
    });
    const { stdout, stderr } = spawnSync('ssh-keygen', ['-Q', '-f', list, ...files], { encoding: 'utf8' });
    const lines = stdout.trim().split('\n');
    if (stderr !== '' || lines.length !== files.length) throw new Error(`${stdout}${stderr}`);
    return lines.map((line) => line.endsWith('REVOKED'));
  });
}

withCounterpart(['ssh-keygen', 'sh'], 'compared with ssh-keygen', () => {
  it('ssh-keygen shows every field of 100 random lists as they were written', async () => {
    const { ours, theirs } = await compareKrls(100, 1);
    expect(theirs).toHaveLength(100);
    expect(theirs).toEqual(ours);
  });

  it('ssh-keygen finds revoked exactly the numbers in the list, at the edges of ranges too', async () => {
    const revoked = ['5', '7', '20', '21', '30', '4294967296', '18446744073709551615'];
    const valid = ['1', '4', '6', '8', '19', '31', '4294967295', '4294967297', '18446744073709551614'];
    const ranges = [{ first: '20', last: '30' }];
    const serials = ['5', '7', '4294967296', '18446744073709551615'];
    const tested = await Promise.all([...revoked, ...valid].map((serial) => certificateOf(one, serial)));
    const found = await revokedIn({ certificates: [{ authority: one.key, ranges, serials }] }, tested);
    expect(found).toEqual([...revoked.map(() => true), ...valid.map(() => false)]);
  });

  it('ssh-keygen does not apply the numbers of one authority to another', async () => {
    const certificates = [
      { authority: one.key, ranges: [{ first: '1', last: '100' }], serials: [] },
      { authority: two.key, ranges: [], serials: ['200'] },
    ];
    const tested = [];
    for (const pair of [one, two, third])
      for (const serial of ['50', '200']) tested.push(await certificateOf(pair, serial));
    expect(await revokedIn({ certificates }, tested)).toEqual([true, false, false, true, false, false]);
  });

  it('ssh-keygen finds every certificate of an authority revoked that is listed as a key', async () => {
    const tested = [await certificateOf(one, '1'), await certificateOf(two, '1'), one.key, user.key];
    expect(await revokedIn({ keys: [one.key] }, tested)).toEqual([true, false, true, false]);
  });

  it('ssh-keygen finds every certificate of a user key revoked that is listed', async () => {
    const tested = [await certificateOf(one, '1'), await certificateOf(two, '1'), one.key, user.key];
    expect(await revokedIn({ keys: [user.key] }, tested)).toEqual([true, true, false, true]);
  });

  it('ssh-keygen accepts a list that revokes nothing, and no part of it', async () => {
    const list = encodeKrl(header);
    expect(await sshKeygenAccepts(['-Q', '-l'], list)).toBe(true);
    expect(await sshKeygenAccepts(['-Q', '-l'], list.subarray(0, -1))).toBe(false);
    expect(await sshKeygenAccepts(['-Q', '-l'], new Uint8Array())).toBe(false);
  });
});
