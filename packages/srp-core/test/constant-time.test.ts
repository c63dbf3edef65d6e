/**
 * What timing could reveal: comparisons of secrets that stop early, and fast powers with secret exponents.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../src/encoding.ts';
import {
  checkClient,
  checkDialectClient,
  checkServer,
  DIALECTS,
  type Engine,
  engineFor,
  proveDialectClient,
  startDialectClient,
  startDialectServer,
} from '../src/index.ts';
import { accountOf, codeOf, group, identity, password } from './dialect-run.ts';
import { proven, seeded } from './product-run.ts';

/** Bytes that record which of them were read. */
function watched(bytes: Uint8Array) {
  const read = new Set<number>();
  const seen = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) read.add(Number(key));
      const value: unknown = Reflect.get(target, key, target);
      return value;
    },
  });
  return { bytes: seen, read };
}

/**
 * Names that may be compared with an operator: public values, and `answer`, the known answer of a self-test.
 * Any other name counts as a secret.
 */
const PUBLIC = [
  ...['answer', 'char', 'dialect', 'group', 'hash', 'hashName', 'kind', 'known', 'length'],
  ...['max', 'name', 'native', 'onlyGroup', 'parity', 'suite', 'tag', 'text', 'username'],
].join('|');
const LITERAL = /'[^']*'|`[^`$]*`|-?\d\w*|undefined|null|true|false/.source;
const KNOWN = `(?:[\\w.]+\\.)?(?:${PUBLIC})\\b(?!\\()|formatStretch\\(\\w+\\)|${LITERAL}`;
const HARMLESS = new RegExp(`typeof [\\w.]+ [!=]== |\\b(?:${KNOWN}) ?[!=]==? |[!=]==? ?(?:${KNOWN})`, 'g');
const STOPS_EARLY =
  /[!=]==?(?!>)|\.(?:every|some|compare|equals|localeCompare)\(|\b(?:isDeepStrictEqual|deepEqual)\(/;

/** Lines that compare a secret with an operator or with a function that stops early. */
function secretComparisons(code: string): string[] {
  return code
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => STOPS_EARLY.test(line.replace(HARMLESS, '')));
}

describe('proofs compared with ==', () => {
  it('detects every bit and every length', () => {
    const proof = seeded('proof');
    expect(equalBytes(proof, proof.slice())).toBe(true);
    for (let bit = 0; bit < 256; bit++) {
      const changed = proof.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(equalBytes(proof, changed), `bit ${bit}`).toBe(false);
    }
    for (const length of [0, 1, 31]) expect(equalBytes(proof, proof.slice(0, length))).toBe(false);
    expect(equalBytes(proof, Uint8Array.of(...proof, 0))).toBe(false);
  });

  it('reads both to the end, wherever the first difference is', () => {
    for (const first of [0, 1, 15, 31]) {
      const proof = seeded('proof');
      const other = proof.slice();
      other[first]! ^= 1;
      for (const [a, b] of [
        [watched(proof), watched(other)],
        [watched(proof), watched(proof)],
      ] as const) {
        equalBytes(a.bytes, b.bytes);
        const all = Array.from(proof.keys());
        expect([...a.read].sort((m, n) => m - n)).toEqual(all);
        expect([...b.read].sort((m, n) => m - n)).toEqual(all);
      }
    }
  });

  it('occurs in no file but encoding.ts, where the bytes are compared', () => {
    const folder = new URL('../src/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    expect(files).toContain('server.ts');
    const found = files.flatMap((name) =>
      secretComparisons(readFileSync(new URL(name, folder), 'utf8')).map((line) => `${name}: ${line}`),
    );
    expect(found.filter((line) => !line.startsWith('encoding.ts: '))).toEqual([]);
  });

  it.each([
    'if (M1 === keys.clientProof) return true;',
    'if (hex(M2) !== hex(expected.M2)) throw error;',
    'return String(proof) == String(expected);',
    'const same = M1.every((byte, i) => byte === proof[i]);',
    'return Buffer.compare(M1, expected.M1) === 0;',
    'return digits === sessionKey;',
    'if (text(M1) !== text(M2)) return false;',
    'if (bytesToHex(received) === bytesToHex(mine)) return true;',
    'return isDeepStrictEqual(mine, theirs);',
    'if (premaster !== stored.S) return group === known;',
    'for (let i = 0; i < 32; i++) if (a[i] !== b[i]) return false;',
  ])('would be seen in: %s', (code) => {
    expect(secretComparisons(code)).toEqual([code]);
  });

  it.each([
    "if (dialect.kind === 'proofs') return;",
    'if (M1 === undefined) throw new TypeError(text);',
    'if (proof.length !== 32) return false; // M1 === M2',
    "if (typeof M1 !== 'string') return undefined;",
    'const right = bytesToHex(digest) === answer;',
  ])('is not: %s', (code) => {
    expect(secretComparisons(code)).toEqual([]);
  });

  it.each([0, 15, 31])('refuses proofs of both sides with byte %i changed', (index) => {
    const { server, answer } = proven();
    const M1 = answer.M1.slice();
    M1[index]! ^= 1;
    expect(checkClient(server, { ...answer, M1 }).outcome).toBe('wrong_proof');
    const right = proven();
    const check = checkClient(right.server, right.answer);
    if (check.outcome !== 'proven') throw new Error(check.outcome);
    const M2 = check.M2.slice();
    M2[index]! ^= 1;
    expect(codeOf(() => checkServer(right.proof, M2))).toBe('proof_mismatch');
  });
});

describe('modular powers whose timing reveals the exponent', () => {
  it('uses the fast power, meant for public exponents, only for u', () => {
    const seen: bigint[] = [];
    const real = engineFor(group);
    const engine: Engine = {
      ...real,
      publicPower(of, base, exponent) {
        seen.push(exponent);
        return real.publicPower(of, base, exponent);
      },
    };
    const { server, answer } = proven({ engine });
    expect(seen).toEqual([]);
    checkClient(server, answer);
    const account = { ...accountOf(DIALECTS['fast-srp-hap']), hash: 'SHA-256', engine } as const;
    const client = startDialectClient(account);
    const other = startDialectServer(account);
    const { M1 } = proveDialectClient(client, { identity, password, salt: other.salt, B: other.B });
    expect(seen).toHaveLength(1);
    checkDialectClient(other, { A: client.A, M1 });
    const u = createHash('sha256').update(answer.A).update(server.B).digest('hex');
    expect(seen[0]).toBe(BigInt(`0x${u}`));
    expect(seen).toHaveLength(2);
  });
});
