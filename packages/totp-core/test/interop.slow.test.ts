import { expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { compareWithOathtool } from './compare-with-oathtool.mjs';

withCounterpart(['oathtool', 'sh'], 'compared with oathtool', () => {
  it('oathtool shows the same 10,000 codes for random secrets, hashes, digits, periods and times', async () => {
    expect(await compareWithOathtool(1000, 10)).toEqual({ compared: 10_000, differences: [] });
  });
});
