import * as fc from 'fast-check';
import {
  type Certificate,
  issueCertificate,
  lastSerialOf,
  makeSerial,
  parsePublicKey,
} from '../src/index.ts';
import { makePair } from './authority.ts';
import { keyVectors } from './vectors.ts';

/** ssh-keygen shows no later times than this. */
const LAST_TIME = 2 ** 31 - 1;
const keys = keyVectors.accepted.map(({ line }) => parsePublicKey(line));

const text = (minLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength, maxLength: 30 })
    .filter((one) => !/\p{Cc}/u.test(one) && one.length > 0);
const name = fc.oneof(
  fc.constantFrom('force-command', 'source-address', 'verify-required', 'no-touch-required'),
  fc.constantFrom('permit-pty', 'permit-X11-forwarding', 'permit-user-rc', 'permit-agent-forwarding'),
  fc.stringMatching(/^[a-zA-Z@.!~-]{1,20}$/),
);
const option = fc.oneof(
  fc.record({ name, value: text(0) }).filter((one) => isValued(one.name)),
  fc.record({ name }).filter((one) => !/^(force-command|source-address)$/.test(one.name)),
);
const options = fc.uniqueArray(option, { maxLength: 8, selector: (one) => one.name });

/** What `ssh-keygen` shows of a known flag does not contain its value. */
function isValued(option: string): boolean {
  return !/^(permit-|verify-|no-touch)/.test(option);
}

const content = fc
  .record({
    key: fc.constantFrom(...keys),
    serial: fc.oneof(
      fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(String),
      fc
        .record({
          time: fc.integer({ min: 1_577_836_801, max: LAST_TIME }),
          randomBits: fc.nat(2 ** 31 - 1),
        })
        .map(makeSerial),
      fc.integer({ min: 1_577_836_801, max: LAST_TIME }).map(lastSerialOf),
    ),
    keyId: text(0),
    principals: fc.array(text(1), { minLength: 1, maxLength: 12 }),
    validAfter: fc.oneof(fc.constant(0), fc.nat(LAST_TIME - 1)),
    seconds: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 2 ** 31 })),
    criticalOptions: options,
    extensions: options,
  })
  .map(({ seconds, ...rest }) => {
    const end = rest.validAfter + seconds;
    return { ...rest, validBefore: Number.isFinite(end) ? Math.min(end, LAST_TIME) : end };
  });

/** Returns certificates with random content, the same for the same seed, from authorities made for them. */
export function randomCertificates(count: number, seed: number): Promise<Certificate[]> {
  const authorities = [makePair(), makePair()];
  return Promise.all(
    fc.sample(content, { numRuns: count, seed }).map((one, at) => {
      const { key: authority, sign } = authorities[at % authorities.length] ?? makePair();
      return issueCertificate({ ...one, authority, sign });
    }),
  );
}
