import { CURRENT_SUITE } from '@countersign/srp-core';
import { type Account, toText } from './account.ts';

/** Returns an account of the usual size: 3072 bits of verifier, ten recovery codes, some known devices. */
export function typicalAccount(): Account {
  const text = (bytes: number) => toText(new Uint8Array(bytes));
  return {
    uid: text(16),
    generation: 2 ** 47,
    username: 'nobody',
    created: 0,
    credential: {
      suite: CURRENT_SUITE.name,
      identity: 'nobody',
      stretch: { name: 'argon2id', m: 65_536, t: 3, p: 4 },
      salt: text(16),
      verifier: text(CURRENT_SUITE.group.bytes),
    },
    totp: { secret: text(20), algorithm: 'SHA1', digits: 6, period: 30, lastStep: 0, weak: false },
    recovery: Array.from({ length: 10 }, () => text(32)),
    disabled: false,
    totpReset: false,
    roles: [],
    lastLogin: 0,
    devices: Array.from({ length: 2 }, () => ({ hash: text(32), added: 0, used: 0, again: true })),
    clockOffsets: [0, 0, 0],
  };
}
