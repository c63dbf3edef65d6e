import { expect, it } from 'vitest';
import { compareWithOathtool } from './compare-with-oathtool.mjs';

it('oathtool shows the same 10,000 codes for random secrets, hashes, digits, periods and times', async () => {
  expect(await compareWithOathtool(1000, 10)).toEqual({ compared: 10_000, differences: [] });
});
