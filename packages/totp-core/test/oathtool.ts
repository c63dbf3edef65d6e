/**
 * Random codes of ours against oathtool's. One process of oathtool gives the codes of several steps under one key, and a
 * shell runs a few hundred of them, so that ten thousand comparisons take seconds.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { computeCode, type TotpProfile, TotpSecret, verifyCode } from '../src/index.ts';

interface Case {
  readonly secret: TotpSecret;
  readonly profile: TotpProfile;
  readonly time: number;
}

const run = promisify(execFile);
const LATEST = 2 ** 36;

/** A case that depends on its number and on nothing else. */
function caseOf(number: number): Case {
  const random = createHash('sha512').update(`case ${number}`).digest();
  const pick = <T>(at: number, values: readonly T[]) => values[random.readUInt8(at) % values.length] as T;
  const length = 16 + (random.readUInt8(0) % 120);
  const bytes = Buffer.alloc(length, createHash('sha512').update(random).digest());
  return {
    secret: TotpSecret.fromBytes(bytes),
    profile: {
      algorithm: pick(1, ['SHA1', 'SHA256', 'SHA512'] as const),
      digits: pick(2, [6, 7, 8] as const),
      period: pick(3, [1, 15, 30, 30, 30, 60, 90, 300]),
    },
    time: random.readUIntBE(4, 6) % LATEST,
  };
}

async function oathtool(cases: readonly Case[], codes: number): Promise<string[][]> {
  const script = cases.map(({ secret, profile: { algorithm, digits, period }, time }) => {
    const key = Buffer.from(secret.bytes).toString('hex');
    return `oathtool --totp=${algorithm.toLowerCase()} -d ${digits} -s ${period}s -N @${time} -w ${codes - 1} ${key}`;
  });
  const { stdout } = await run('sh', ['-ec', script.join('\n')], { maxBuffer: 1 << 26 });
  const lines = stdout.trim().split('\n');
  return cases.map((_, at) => lines.slice(at * codes, (at + 1) * codes));
}

/**
 * Compares `cases` random secrets, profiles and times, `codes` consecutive steps each. Gives back how many codes were
 * compared and what differed.
 */
export async function compareWithOathtool(cases: number, codes: number) {
  const all = Array.from({ length: cases }, (_, number) => caseOf(number));
  const size = 250;
  const batches = Array.from({ length: Math.ceil(cases / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  );
  const differences: string[] = [];
  let compared = 0;
  const worker = async () => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const answers = await oathtool(batch, codes);
      for (const [at, { secret, profile, time }] of batch.entries())
        for (let ahead = 0; ahead < codes; ahead++) {
          const now = time + ahead * profile.period;
          const theirs = answers[at]?.[ahead];
          const verified = verifyCode({ secret, profile, code: theirs, time: now }).ok;
          compared++;
          if (theirs !== computeCode({ secret, profile, time: now }) || !verified)
            differences.push(`${JSON.stringify(profile)} at ${now}: ${theirs}`);
        }
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
  return { compared, differences };
}
