/** Known answers: an engine is used in a group only after it has computed them correctly. */

import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { toNumber, utf8 } from '../encoding.ts';
import type { Group } from '../group.ts';
import { pad } from '../public-value.ts';
import type { Engine } from './interface.ts';

/** 512 bits, longer than any exponent of an exchange with SHA-256 (the client's a + u·x). */
const EXPONENT = toNumber(sha512(utf8('countersign srp-6a engine check')));

/**
 * SHA-256 of PAD(g^e) and of PAD((N − g²)^e), where e is `EXPONENT`. N − g² is not a square, which some hosts
 * refuse.
 */
const ANSWERS: Readonly<Record<Group['name'], readonly [generator: string, base: string]>> = {
  'migration-1024': [
    '2a9d0989d79973b1cb108739eda159620c06c053a5bfb78841071f3d44cee86d',
    '1cfc838d6d2bc908b23c4eaf65abc905d808663a37438a1e8045feb65106e587',
  ],
  'migration-1536': [
    '1c5d2c866545cfbad7e63f7f23a611209cdeb6ce3bb0599a9de18f92c4d3bd2a',
    'deb792a410bf5fb8eb6e1063b68761ab4e51277d14ccebaff8c586779d3a3d86',
  ],
  '2048': [
    '2f98601b59ba3a9171368b55ba57143a554439f1f7fb43de8a21b088d2d9a685',
    'e4d5e7290d80fcc0570a01b78c9115dad8d9603ded671dfd96c18323525ef106',
  ],
  '3072': [
    '61c9fd447b25d19b5983c188bbb9d399894d5ecc9f673f17b72f0a754395c7f2',
    '0d74aee0ed0ac9a4e8a442ad7964ac94947bd9470c93f0abad7eb26e7202c68e',
  ],
  '4096': [
    'a814b852c7ab64cfacc847fc2bca2406649220719cf71d55d8d5c1e0921166eb',
    '916cecc0781a243b9e1de3b47feb689de65f4c6cfd4fadd63673251cd7de17c8',
  ],
  '6144': [
    '7065445a8a733f78b92cfb06bd492bc190b1904c7a320945059dea5155b5b385',
    '7d41fc7f1f5abe30512e93900b9e80b9b577b533b98d469de5c07d63c0b4df5b',
  ],
  '8192': [
    '5079ee842f4bb39238d9768af55f2f12abb6ba9be1d0bfc2f1e4297d2f3146ee',
    '0b8ab4a7697a7ef73a8210c71dd3e8f26a2035f9e969682fe6e910a1c5c6f242',
  ],
};

/** Returns whether the engine computes the known answers of a group, with each of its methods. */
export function answersRight(engine: Engine, group: Group): boolean {
  const [generatorAnswer, baseAnswer] = ANSWERS[group.name];
  const right = (n: bigint, answer: string) => bytesToHex(sha256(pad(group, n))) === answer;
  const base = group.N - group.g * group.g;
  try {
    const exponent = engine.fix(group, EXPONENT);
    return (
      right(exponent.value, generatorAnswer) &&
      right(exponent.power(base), baseAnswer) &&
      right(engine.power(group, base, EXPONENT), baseAnswer) &&
      right(engine.publicPower(group, base, EXPONENT), baseAnswer)
    );
  } catch {
    return false;
  }
}
