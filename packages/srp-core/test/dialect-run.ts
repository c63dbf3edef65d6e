/** Accounts and exchanges in any dialect, for tests of something else. */
import {
  computeDialectVerifier,
  DIALECTS,
  type Dialect,
  type DialectKind,
  findGroup,
  rawPassword,
  SrpError,
  startDialectClient,
  startDialectServer,
  type WireForm,
} from '../src/index.ts';
import { bytes } from './bytes.ts';

export const group = findGroup('2048')!;
export const identity = 'alice';
export const password = rawPassword('correct horse battery staple');
export const wrong = rawPassword('correct horse battery stable');

/** A dialect whose form is known only at run time. */
export type AnyDialect = Dialect<WireForm, 'proofs'> | Dialect<WireForm, 'premaster'>;

const ALL: readonly AnyDialect[] = Object.values(DIALECTS);

/** Returns the dialect with this name. */
export function dialectNamed(name: string): AnyDialect {
  const dialect = ALL.find((known) => known.name === name);
  if (!dialect) throw new Error(`no dialect ${name}`);
  return dialect;
}

/** Those with proofs of their own. */
export const WITH_PROOFS = ALL.filter((dialect) => dialect.kind === 'proofs');
/** Those whose proof is TLS's. */
export const WITH_PREMASTER = ALL.filter((dialect) => dialect.kind === 'premaster');

/** Digits or bytes, depending on the dialect. */
export function written(dialect: Dialect, hex: string): Uint8Array | string {
  return dialect.wire.form === 'hex' ? hex : bytes(hex);
}

/** Converts any value to hex digits. */
export function digitsOf(value: Uint8Array | string): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('hex');
}

const VERIFIERS = new Map<Dialect, Uint8Array | string>();

/** Alice's account in a dialect, with the longest of its hashes. */
export function accountOf<K extends DialectKind>(dialect: Dialect<WireForm, K>) {
  const salt = written(dialect, '00a1a2a3a4a5a6a7a8a9aaabacadaeaf');
  const setting = { dialect, group, hash: dialect.hashes.at(-1)!, identity, salt };
  const verifier = VERIFIERS.get(dialect) ?? computeDialectVerifier({ ...setting, password });
  VERIFIERS.set(dialect, verifier);
  return { ...setting, verifier };
}

/** Both halves of a dialect with proofs, started on Alice's account. */
export function started(dialect: Dialect<WireForm, 'proofs'>) {
  const account = accountOf(dialect);
  return { account, client: startDialectClient(account), server: startDialectServer(account) };
}

/** Returns the code of the SrpError that `act` throws; rethrows other errors. */
export function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof SrpError) return error.code;
    throw error;
  }
  return undefined;
}
