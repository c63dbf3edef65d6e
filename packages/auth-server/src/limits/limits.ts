import { z } from 'zod';

const positive = z.int().min(1).max(1_000_000_000);
/** At most a year, the longest wait in a message. */
const seconds = z
  .int()
  .min(1)
  .max(365 * 24 * 60 * 60);

const passwordSchema = z.strictObject({
  /** Wrong passwords by one source on one account before it is slowed down. */
  freeFailures: positive.default(3),
  /** The first delay, which doubles with every further failure. */
  firstDelay: seconds.default(1),
  longestDelay: seconds.default(15 * 60),
  /** How many days after its last login a device is judged by its own failures alone. */
  familiarDays: positive.default(90),
  /** After this many wrong passwords in a row, such a device counts as unknown until its row is forgotten. */
  deviceFailures: positive.default(10),
});

const sourceSchema = z.strictObject({
  /** Failures of one source at all accounts, with less than `window` between them, before a pause; without known devices. */
  failures: positive.default(30),
  window: seconds.default(10 * 60),
  pause: seconds.default(10 * 60),
  /** The maximum number of attempts of one source under judgement at once. */
  inFlight: positive.max(1024).default(256),
  startsPerMinute: positive.default(60),
  registrationsPerDay: positive.default(20),
});

const networkSchema = z.strictObject({
  /** Registrations begun a day in one IPv4 /24 or IPv6 /48, in which one attacker may have many sources. */
  registrationsPerDay: positive.default(100),
});

const nameSchema = z.strictObject({
  /** Failures a day at one name before every attempt waits for `delay`; without known devices. */
  failures: positive.default(100),
  delay: seconds.default(60),
});

const codeSchema = z.strictObject({
  /** After every `perStep` wrong codes in a row there is a delay: the first, the second, then doubling. */
  perStep: positive.default(5),
  firstDelay: seconds.default(60),
  secondDelay: seconds.default(15 * 60),
  longestDelay: seconds.default(24 * 60 * 60),
  lockAfter: positive.default(100),
  /** Wrong codes on one connection before it is closed. */
  perConnection: positive.default(5),
});

const accountSchema = z.strictObject({
  /** Changes of one account in an hour, whatever pays for them: each has an event in the audit log. */
  changesPerHour: positive.default(20),
});

const rowsSchema = z.strictObject({
  /** Rows of the ledger. One network owns at most 1/64 of them; when the ledger is full, new names share rows. */
  most: positive.default(1_000_000),
  /** A row that is not touched for this time is forgotten. */
  idle: seconds.default(24 * 60 * 60),
  /** A reserved attempt that is not settled counts as a failure after this time. */
  reservation: seconds.default(60),
});

/** The format of the file for `start --limits FILE`: every field can be set alone. */
export const limitsSchema = z.strictObject({
  password: passwordSchema.prefault({}),
  source: sourceSchema.prefault({}),
  network: networkSchema.prefault({}),
  name: nameSchema.prefault({}),
  code: codeSchema.prefault({}),
  account: accountSchema.prefault({}),
  rows: rowsSchema.prefault({}),
  /** Accounts registered a day without an invitation, by all sources together. */
  registrationsPerDay: positive.default(1000),
  /** Open connections of this process past their first message; a quarter is reserved for known devices. */
  connections: positive.default(4096),
  /** Open connections of this process before their first message. */
  connectionsWaiting: positive.default(1024),
  /** The same two for one source; the reserved quarter is not counted. */
  connectionsPerSource: positive.default(512),
});

/**
 * Every number that limits guessing and abuse, in one object. Durations are in seconds. Nothing is read from the
 * environment.
 */
export type Limits = z.output<typeof limitsSchema>;

/** The documented limits. */
export const DEFAULT_LIMITS: Limits = limitsSchema.parse({});

/** A limit that delays attempts, by its key in the file. The audit log contains these names. */
export type LimitName =
  | 'password.freeFailures'
  | 'source.failures'
  | 'source.inFlight'
  | 'source.startsPerMinute'
  | 'source.registrationsPerDay'
  | 'network.registrationsPerDay'
  | 'name.failures'
  | 'code.perStep'
  | 'code.lockAfter'
  | 'account.changesPerHour'
  | 'registrationsPerDay';

/** Overwrites limits with the values of others, so that all code that holds them uses the new values. */
export function replaceLimits(
  held: Limits,
  { password, source, network, name, code, account, rows, ...rest }: Limits,
): void {
  Object.assign(held, rest);
  Object.assign(held.password, password);
  Object.assign(held.source, source);
  Object.assign(held.network, network);
  Object.assign(held.name, name);
  Object.assign(held.code, code);
  Object.assign(held.account, account);
  Object.assign(held.rows, rows);
}

/** Returns `default`, or the limits that differ from it, as in `code.lockAfter=50 registrationsPerDay=5000`. */
export function limitsInWords(limits: Limits): string {
  const differing = differences('', limits, DEFAULT_LIMITS);
  return differing.length === 0 ? 'default' : differing.join(' ');
}

function differences(path: string, limits: object, defaults: object): string[] {
  const usual = new Map<string, unknown>(Object.entries(defaults));
  return Object.entries(limits).flatMap(([key, value]: [string, unknown]) => {
    const other = usual.get(key);
    if (isObject(value) && isObject(other)) return differences(`${path}${key}.`, value, other);
    return value === other ? [] : [`${path}${key}=${String(value)}`];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
