/**
 * Compares random codes with oathtool's. One oathtool process prints the codes of several steps under one
 * key, and a shell runs a few hundred of them, so ten thousand comparisons take seconds.
 *
 * Called by a test. Run on its own it compares as many cases as its argument says, 10,000 keys by default,
 * using the build.
 */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { computeCode, TotpSecret, verifyCode } from '@countersign/totp-core';
import { execFile } from '../../../scripts/child-process.mjs';

const BATCH = 250;
/** Far beyond 2038. */
const LATEST = 2 ** 36;

/** @typedef {import('@countersign/totp-core').TotpProfile} TotpProfile */
/** @typedef {{ secret: TotpSecret, profile: TotpProfile, time: number }} Case */

/**
 * Returns a case that depends only on its number.
 *
 * @param {number} number
 * @returns {Case}
 */
function caseOf(number) {
  const random = createHash('sha512').update(`case ${number}`).digest();
  /** @template T @param {number} at @param {readonly T[]} values @returns {T} */
  const pick = (at, values) => /** @type {T} */ (values[random.readUInt8(at) % values.length]);
  const length = 16 + (random.readUInt8(0) % 120);
  /** @type {TotpProfile} */
  const profile = {
    algorithm: pick(1, ['SHA1', 'SHA256', 'SHA512']),
    digits: pick(2, [6, 7, 8]),
    period: pick(3, [1, 15, 30, 30, 30, 60, 90, 300]),
  };
  return {
    secret: TotpSecret.fromBytes(Buffer.alloc(length, createHash('sha512').update(random).digest())),
    profile,
    time: random.readUIntBE(4, 6) % LATEST,
  };
}

/**
 * @param {readonly Case[]} cases
 * @param {number} codes
 */
async function oathtool(cases, codes) {
  const script = cases.map(({ secret, profile: { algorithm, digits, period }, time }) => {
    const key = Buffer.from(secret.bytes).toString('hex');
    return `oathtool --totp=${algorithm.toLowerCase()} -d ${digits} -s ${period}s -N @${time} -w ${codes - 1} ${key}`;
  });
  const { stdout } = await execFile('sh', ['-ec', script.join('\n')], { maxBuffer: 1 << 26 });
  const lines = stdout.trim().split('\n');
  return cases.map((_, at) => lines.slice(at * codes, (at + 1) * codes));
}

/**
 * Compares the codes of `cases` random secrets, profiles and times, `codes` consecutive steps each.
 *
 * @param {number} cases
 * @param {number} codes
 * @returns {Promise<{ compared: number, differences: string[] }>}
 */
export async function compareWithOathtool(cases, codes) {
  const all = Array.from({ length: cases }, (_, number) => caseOf(number));
  const batches = Array.from({ length: Math.ceil(cases / BATCH) }, (_, at) =>
    all.slice(at * BATCH, (at + 1) * BATCH),
  );
  /** @type {string[]} */
  const differences = [];
  let compared = 0;
  const worker = async () => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const answers = await oathtool(batch, codes);
      for (const [at, { secret, profile, time }] of batch.entries())
        for (let ahead = 0; ahead < codes; ahead++) {
          const now = time + ahead * profile.period;
          const theirs = answers[at]?.[ahead];
          const verified = verifyCode({ secret, profile, code: theirs, time: now });
          if (theirs !== computeCode({ secret, profile, time: now }) || !verified.ok)
            differences.push(`${JSON.stringify(profile)} at ${now}: ${theirs}`);
          compared++;
        }
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
  return { compared, differences };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { compared, differences } = await compareWithOathtool(Number(process.argv[2] ?? 10_000), 10);
  process.stdout.write(`${compared} codes compared with oathtool, ${differences.length} differ\n`);
  process.exitCode = differences.length === 0 ? 0 : 1;
}
