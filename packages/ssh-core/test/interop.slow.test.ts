import { expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { compareWithSshKeygen } from './compare-certificates.ts';

withCounterpart('ssh-keygen', 'compared with ssh-keygen', () => {
  it('ssh-keygen shows every field of 1,000 random certificates as they were issued', async () => {
    const { ours, theirs } = await compareWithSshKeygen(1000, 2);
    expect(theirs).toHaveLength(1000);
    expect(theirs).toEqual(ours);
  });
});
