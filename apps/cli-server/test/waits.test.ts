import { describe, expect, it } from 'vitest';
import { stateInWords, waitInWords } from '../src/ui/waits.ts';

const NOW = 1_800_000_000;
const until = NOW + 60;

describe('waiting accounts in a list', () => {
  it.each([
    ['strangers wait', [{ kind: 'password', source: '192.0.2.1', until }]],
    ['strangers wait', [{ kind: 'password', until }]],
    [
      'passwords wait',
      [
        { kind: 'password', source: '192.0.2.1', until },
        { kind: 'password', device: true, until },
      ],
    ],
    [
      'codes wait',
      [
        { kind: 'password', until: until + 600 },
        { kind: 'totp', until },
      ],
    ],
  ] as const)('is shown as "%s"', (words, waits) => {
    expect(stateInWords({ state: 'waiting', waits })).toBe(`${words} until 2027-01-15 08:01 UTC`);
  });

  it('is shown with every wait in full when it is shown alone', () => {
    expect(waitInWords({ kind: 'password', source: '192.0.2.1', until }, NOW)).toBe(
      'passwords from 192.0.2.1: until 2027-01-15 08:01 UTC, in 1 minute',
    );
    expect(waitInWords({ kind: 'password', device: true, until }, NOW)).toBe(
      'passwords from a known device: until 2027-01-15 08:01 UTC, in 1 minute',
    );
    expect(waitInWords({ kind: 'recovery' }, NOW)).toBe('recovery codes: locked');
  });
});
