import { pbkdf2Sync, randomInt } from 'node:crypto';
import { DIALECTS } from '@countersign/srp-core';
import { afterAll, beforeAll } from 'vitest';
import { withCounterpart } from '../../scripts/test/with-counterpart.ts';
import type { Credentials } from '../peers/peer.ts';
import { groupOf } from '../peers/peer.ts';
import { PythonSrp } from '../peers/python-srp.ts';
import { testPeer } from './peer-suite.ts';
import { randomPerson, randomSalt } from './rounds.ts';

/** The first is its default; 3072 bits must be passed as numbers. */
const SETTINGS = [
  { group: groupOf(2048), hash: 'SHA-1' },
  { group: groupOf(2048), hash: 'SHA-256' },
  { group: groupOf(1024), hash: 'SHA-512' },
  { group: groupOf(3072), hash: 'SHA-224' },
  { group: groupOf(4096), hash: 'SHA-384' },
] as const;

/** Clients of Apple's service stretch the password first and pass the resulting bytes to the library. */
function applePerson(): Credentials {
  const { identity, password } = randomPerson();
  return { identity, password: Uint8Array.from(pbkdf2Sync(password, identity, 10, 32, 'sha256')) };
}

withCounterpart('python3-srp', 'python3-srp in its own interpreter', () => {
  let python: PythonSrp;
  beforeAll(() => {
    python = new PythonSrp();
  });
  afterAll(() => python.close());

  for (const [name, dialect, mode, backend] of [
    ['python3-srp', DIALECTS.pysrp, 'default', 'openssl'],
    ['python3-srp after rfc5054_enable()', DIALECTS['pysrp-rfc5054'], 'rfc5054', 'openssl'],
    ['python3-srp without libssl', DIALECTS['pysrp-pure'], 'default', 'pure'],
    ['python3-srp without libssl, after rfc5054_enable()', DIALECTS['pysrp-rfc5054-pure'], 'rfc5054', 'pure'],
    ['python3-srp as Apple’s clients use it', DIALECTS['apple-gsa'], 'apple', 'openssl'],
  ] as const)
    testPeer(
      name,
      () =>
        SETTINGS.map((setting) => ({
          dialect,
          peer: python.peer({ ...setting, mode, backend }),
          randomSalt: () => randomSalt(4 + randomInt(29)),
        })),
      mode === 'apple' ? applePerson : randomPerson,
    );
});
