/**
 * One account in memory, sealed like those on disk. Opening and validating a record is most of what finding an account
 * costs; opening this one instead, where there is none, asks nothing more of the disk.
 */
import { type Collection, memoryBackend, openStore } from '@countersign/secure-store';
import { CURRENT_SUITE } from '@countersign/srp-core';
import { type Account, accountSchema, toText } from './account.ts';

const NAME = 'nobody';

export class Decoy {
  #accounts: Promise<Collection<Account>> | undefined;

  /** Takes the time of finding an account. */
  async open(): Promise<void> {
    this.#accounts ??= oneInMemory();
    await (await this.#accounts).get(NAME);
  }
}

async function oneInMemory(): Promise<Collection<Account>> {
  const store = await openStore({
    backend: memoryBackend(),
    passphrase: crypto.randomUUID(),
    create: 'if-empty',
    kdf: { m: 8, t: 1, p: 1 },
  });
  const accounts = store.collection('accounts', accountSchema);
  await accounts.insert(NAME, typical());
  return accounts;
}

/** An account as it usually is: 3072 bits of verifier, ten recovery codes, some known devices. */
function typical(): Account {
  const text = (bytes: number) => toText(new Uint8Array(bytes));
  return {
    uid: text(16),
    generation: 2 ** 47,
    username: NAME,
    created: 0,
    credential: {
      suite: CURRENT_SUITE.name,
      identity: NAME,
      stretch: { name: 'argon2id', m: 65_536, t: 3, p: 4 },
      salt: text(16),
      verifier: text(CURRENT_SUITE.group.bytes),
    },
    totp: { secret: text(20), algorithm: 'SHA1', digits: 6, period: 30, lastStep: 0, weak: false },
    recovery: Array.from({ length: 10 }, () => text(32)),
    disabled: false,
    totpReset: false,
    lastLogin: 0,
    devices: Array.from({ length: 2 }, () => ({ hash: text(32), added: 0, used: 0, again: true })),
    clockOffsets: [0, 0, 0],
  };
}
