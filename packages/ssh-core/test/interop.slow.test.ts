import { expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { compareCertificates } from './compare-certificates.ts';
import { compareKrls } from './compare-krls.ts';

withCounterpart(['ssh-keygen', 'sh'], 'compared with ssh-keygen', () => {
  it('ssh-keygen shows every field of 1,000 random certificates as they were issued', async () => {
    const { ours, theirs } = await compareCertificates(1000, 2);
    expect(theirs).toHaveLength(1000);
    expect(theirs).toEqual(ours);
  });

  it('ssh-keygen shows every field of 1,000 random revocation lists as they were written', async () => {
    const { ours, theirs } = await compareKrls(1000, 2);
    expect(theirs).toHaveLength(1000);
    expect(theirs).toEqual(ours);
  });
});
