/** Known answers: an engine is used in a group only after it has computed them correctly. */

import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { concat, toNumber, utf8 } from '../encoding.ts';
import type { Group } from '../group.ts';
import { pad } from '../public-value.ts';
import type { Engine } from './interface.ts';

/** 512 bits, longer than any exponent of an exchange with SHA-256 (the client's a + u·x). */
const EXPONENT = toNumber(sha512(utf8('countersign srp-6a engine check')));

/** SHA-256 of PAD(g^e) | PAD((N − g²)^e) for e = `EXPONENT`. Some hosts refuse N − g², a non-square. */
const ANSWERS: Readonly<Record<Group['name'], string>> = {
  'migration-1024': '53efbcb9915355fc8f02f70eb092fd11c198951bf17034f22c5de75f1ce81f29',
  'migration-1536': '68ff6ce9fe456d9efe981d3e5b408309ad8918d57e4d2963323de2e14dd70d34',
  '2048': '4dd360941372367bd0921ce2f070c87b568fb9d6cbb1a7f442a04493a6d1b759',
  '3072': '7237bab2d3203165b1bdb718b0e72ecd491cad98a38133825436781f85324b4e',
  '4096': '88ad9928eea14e4cccffe61b48d5750f31a044fb1245307869c9a80cc853d2bc',
  '6144': '24f460a1bd8279ebb57a401f71b87da5a3f83e1385d41bfbe005ee3cfde51c4b',
  '8192': 'd01429bf5d8c756f81a7547a4b0602a680d9f0606080a9b9f80fc75772ee4245',
};

/** Returns whether the engine computes the known answer of a group, with each of its methods. */
export function answersRight(engine: Engine, group: Group): boolean {
  const answer = ANSWERS[group.name];
  const base = group.N - group.g * group.g;
  try {
    const { value, power } = engine.fix(group, EXPONENT);
    const right = (n: bigint) => bytesToHex(sha256(concat(pad(group, value), pad(group, n)))) === answer;
    return (
      right(power(base)) &&
      right(engine.power(group, base, EXPONENT)) &&
      right(engine.publicPower(group, base, EXPONENT))
    );
  } catch {
    return false;
  }
}
