/**
 * Does the time of a power depend on its secret exponent? Measured in the manner of dudect (Reparaz, Balasch,
 * Verbauwhede 2017): exponents of two classes, one fixed and one random, in random order, and Welch's t
 * between their times. It is computed on all measurements and with the slowest cut off at several
 * percentiles, since interruptions hide small differences. |t| above 4.5 means that the classes can be
 * distinguished with this many measurements; a low |t| proves nothing.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { type Engine, findGroup, nativeEngine, portableEngine } from '@countersign/srp-core';
import { QUICK } from './measure.ts';
import type { Report } from './report.ts';

const THRESHOLD = 4.5;
/** The shares of measurements that are kept, fastest first. */
const KEPT = [1, 0.99, 0.95, 0.9, 0.75, 0.5];
const BYTES = 32;

interface Classes {
  readonly what: string;
  readonly fixed: bigint;
}

const CLASSES: readonly Classes[] = [
  { what: 'a random one', fixed: toNumber(withTopBit(randomBytes(BYTES))) },
  { what: 'nearly all zeros', fixed: 2n ** 255n + 1n },
  { what: 'all ones', fixed: 2n ** 256n - 1n },
  { what: 'one leading zero byte', fixed: toNumber(withTopBit(randomBytes(BYTES - 1))) },
  { what: '8 leading zero bytes', fixed: toNumber(withTopBit(randomBytes(BYTES - 8))) },
];

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** Exponents of one length, so that only their content differs. */
function withTopBit(bytes: Buffer): Buffer {
  bytes.writeUInt8((bytes[0] ?? 0) | 0x80, 0);
  return bytes;
}

/** The largest |t| over all cuts. */
function greatestT(engine: Engine, { fixed }: Classes, measurements: number): { t: number; kept: number } {
  const group = findGroup('3072');
  if (!group) throw new Error('no group');
  const base = (toNumber(randomBytes(group.bytes)) % (group.N - 3n)) + 2n;
  const work = Array.from({ length: measurements }, () => {
    const isFixed = randomInt(2) === 0;
    return { isFixed, exponent: isFixed ? fixed : toNumber(withTopBit(randomBytes(BYTES))) };
  });
  for (const { exponent } of work.slice(0, 20)) engine.power(group, base, exponent);
  const measured = work.map(({ isFixed, exponent }) => {
    const started = process.hrtime.bigint();
    engine.power(group, base, exponent);
    return { isFixed, time: Number(process.hrtime.bigint() - started) };
  });
  measured.sort((a, b) => a.time - b.time);
  const found = KEPT.map((kept) => {
    const part = measured.slice(0, Math.floor(kept * measured.length));
    const times = (isFixed: boolean) => part.filter((m) => m.isFixed === isFixed).map(({ time }) => time);
    return { t: welch(times(true), times(false)), kept };
  });
  return found.reduce((most, each) => (Math.abs(each.t) > Math.abs(most.t) ? each : most));
}

function welch(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [moments(a), moments(b)];
  return (x.mean - y.mean) / Math.sqrt(x.variance / a.length + y.variance / b.length);
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance };
}

export async function run(): Promise<Report> {
  if (!nativeEngine) throw new Error('no native engine on this host');
  const rows: (string | number)[][] = [];
  for (const [engine, measurements] of [
    [nativeEngine, QUICK ? 300 : 20_000],
    [portableEngine, QUICK ? 100 : 5_000],
  ] as const)
    for (const classes of CLASSES) {
      const { t, kept } = greatestT(engine, classes, measurements);
      const verdict = Math.abs(t) > THRESHOLD ? 'told apart' : 'not told apart';
      rows.push([engine.name, classes.what, measurements, t, `${kept * 100} %`, verdict]);
    }
  return {
    title: 'Does the time of a power depend on the secret exponent?',
    method: `Welch’s t between powers with a fixed and with random 256-bit exponents at 3072 bits, in random order, the largest of ${KEPT.length} cuts; an absolute value above ${THRESHOLD} means that the classes can be distinguished.`,
    columns: ['engine', 'fixed exponent', 'measurements', 't', 'kept', 'the classes are'],
    rows,
    ratios: [],
    remarks: [
      'Both engines skip 64-bit words that are zero, which the last class shows. A random exponent has such a word with a probability of 2⁻⁶⁴.',
      'Measured inside the process, without a network, around the engine’s whole call. This includes the conversion of numbers to the bytes of a key and back, which is done by the JavaScript engine without any guarantee. The portable engine uses BigInt, whose operations take longer for longer numbers.',
    ],
  };
}
