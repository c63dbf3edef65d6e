import { describe, expect, it } from 'vitest';
import {
  checkDialectClient,
  checkDialectServer,
  clientPremaster,
  computeDialectVerifier,
  engineFor,
  portableEngine,
  proveDialectClient,
  replayDialect,
  serverPremaster,
  startDialectClient,
  startDialectServer,
} from '../src/index.ts';
import { bytes, hex } from './bytes.ts';
import { EXCHANGES, type Exchange } from './interop-vectors.ts';

/** Returns a recorded value in the dialect's encoding: as it was written, or else as it is in the file. */
function wire({ dialect, written, recorded }: Exchange, name: string): Uint8Array | string {
  const value = written[name] ?? recorded[name] ?? '';
  return dialect.wire.form === 'hex' ? value : bytes(value);
}

function text(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : hex(value);
}

/** The values of an exchange as both halves see them. */
function partsOf(exchange: Exchange) {
  const { identity, password, recorded } = exchange;
  const [salt, A, B, verifier] = ['salt', 'A', 'B', 'v'].map((name) => wire(exchange, name));
  const random = (name: string) => () => bytes(recorded[name] ?? '');
  return { identity, password, salt: salt!, A: A!, B: B!, verifier: verifier!, random };
}

const minimalS = ({ recorded }: Exchange) => (recorded.S ?? '').replace(/^(00)+/, '');

function playClient(exchange: Exchange, engine = engineFor(exchange.group)) {
  const { dialect, group, hash, recorded } = exchange;
  const { random, A, ...challenge } = partsOf(exchange);
  const given = { group, hash, engine, randomBytes: random('a') };
  if (dialect.kind === 'premaster') {
    const start = startDialectClient({ ...given, dialect });
    expect(text(start.A)).toBe(text(A));
    expect(hex(clientPremaster(start, challenge))).toBe(minimalS(exchange));
    return;
  }
  const start = startDialectClient({ ...given, dialect });
  expect(text(start.A)).toBe(text(A));
  const proof = proveDialectClient(start, challenge);
  expect(text(proof.M1)).toBe(text(wire(exchange, 'M1')));
  const { sessionKey } = checkDialectServer(proof, wire(exchange, 'M2'));
  expect(hex(sessionKey)).toBe(recorded.K ?? minimalS(exchange));
}

function playServer(exchange: Exchange, engine = engineFor(exchange.group)) {
  const { dialect, group, hash, recorded } = exchange;
  const { random, A, B, ...account } = partsOf(exchange);
  const given = { group, hash, engine, randomBytes: random('b'), ...account };
  if (dialect.kind === 'premaster') {
    const start = startDialectServer({ ...given, dialect });
    expect(text(start.B)).toBe(text(B));
    expect(hex(serverPremaster(start, { A }))).toBe(minimalS(exchange));
    return;
  }
  const start = startDialectServer({ ...given, dialect });
  expect([text(start.B), text(start.salt)]).toEqual([text(B), text(account.salt)]);
  const check = checkDialectClient(start, { A, M1: wire(exchange, 'M1') });
  if (check.outcome !== 'proven') throw new Error(check.outcome);
  expect(text(check.M2)).toBe(text(wire(exchange, 'M2')));
  expect(hex(check.sessionKey)).toBe(recorded.K ?? minimalS(exchange));
}

describe.each(EXCHANGES)('$id', (exchange) => {
  const { dialect, group, hash, identity, password, recorded } = exchange;

  it('has the recorded verifier', () => {
    const options = { dialect, group, hash, identity, password, salt: wire(exchange, 'salt') };
    expect(text(computeDialectVerifier(options))).toBe(text(wire(exchange, 'v')));
  });

  it('has every recorded value', () => {
    const [a, b] = ['a', 'b'].map((name) => bytes(recorded[name] ?? ''));
    const salt = wire(exchange, 'salt');
    const values = replayDialect({ dialect, group, hash, identity, password, salt, a: a!, b: b! });
    const names = ['k', 'x', 'v', 'A', 'B', 'u', 'S'];
    if (recorded.M1) names.push('M1', 'M2');
    if (recorded.K) names.push('K');
    const computed = new Map<string, Uint8Array>(Object.entries(values));
    for (const name of names) expect(hex(computed.get(name)!), name).toBe(recorded[name]);
  });

  it('matches this client', () => playClient(exchange));

  it('matches this server', () => playServer(exchange));
});

/** One small exchange per dialect; the portable engine would take too long for the rest. */
const SAMPLE = [...new Map(EXCHANGES.map((exchange) => [exchange.dialect.name, exchange])).values()];

describe.each(SAMPLE)('$id on the portable engine', (exchange) => {
  it('matches this client', () => playClient(exchange, portableEngine));
  it('matches this server', () => playServer(exchange, portableEngine));
});
