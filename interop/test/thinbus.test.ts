import { randomInt } from 'node:crypto';
import { DIALECTS } from '@countersign/srp-core';
import { hex } from '../peers/bytes.ts';
import { thinbus } from '../peers/thinbus.ts';
import { testPeer } from './peer-suite.ts';
import { randomSalt } from './rounds.ts';

/** The digits count as they are: in upper case, an odd number of them, with leading zeros. */
function randomDigits(): string {
  const digits = hex(randomSalt(16)).slice(randomInt(3));
  return randomInt(2) === 0 ? digits : digits.toUpperCase();
}

testPeer('thinbus-srp', () => [{ dialect: DIALECTS.thinbus, peer: thinbus, randomSalt: randomDigits }]);
