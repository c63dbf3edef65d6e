import { expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { decodeCertificate, formatLine, issueCertificate } from '../src/index.ts';
import { makePair } from './authority.ts';
import { compareCertificates } from './compare-certificates.ts';
import { sshKeygenAccepts } from './ssh-keygen.ts';

withCounterpart('ssh-keygen', 'compared with ssh-keygen', () => {
  it('ssh-keygen shows every field of 100 random certificates as they were issued', async () => {
    const { ours, theirs } = await compareCertificates(100, 1);
    expect(theirs).toHaveLength(100);
    expect(theirs).toEqual(ours);
  });

  it('ssh-keygen refuses a certificate that another key signed than the one it names', async () => {
    const { key, sign } = makePair();
    const content = { key, serial: '1', keyId: 'x', principals: ['x'], validAfter: 1, validBefore: 2 };
    const genuine = await issueCertificate({ ...content, authority: key, sign });
    const forged = await issueCertificate({ ...content, authority: key, sign: makePair().sign });
    expect(await sshKeygenAccepts(['-L'], formatLine(genuine))).toBe(true);
    expect(await sshKeygenAccepts(['-L'], formatLine(forged))).toBe(false);
    // The form of the signature is right, and only the form is checked here.
    expect(decodeCertificate(forged.blob)).toEqual(forged);
  });
});
