/*
 * The invariant that every test here holds to: whatever bytes come, in whatever pieces, `receive` and `end` give
 * messages or throw a RemoteProtocolError; and what one end may send, the other end takes.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Connection } from '../src/connection.ts';
import { LocalProtocolError } from '../src/errors.ts';
import type { Message, MessageType } from '../src/message.ts';
import { nextState, type Role, type State, TRANSITIONS } from '../src/states.ts';
import { ARBITRARIES, anyMessage, example, MESSAGE_TYPES } from './arbitraries.ts';
import { ConnectionPair, pairAfter, rows, ways } from './pair.ts';
import { cut, join, oneByOne, rawFrame } from './pieces.ts';
import { refusal } from './refusal.ts';

const ROLES: Role[] = ['client', 'server'];
const STATES = Object.keys(TRANSITIONS) as State[];
const turnOf = (state: State) => Object.keys(TRANSITIONS[state])[0];
const other = (role: Role): Role => (role === 'client' ? 'server' : 'client');

/** The frame of a message, built without checking whether it may be sent. */
function frameOf(message: Message): Uint8Array {
  for (const [state, way] of ways())
    for (const role of ROLES)
      if (nextState(state, role, message.type)) return pairAfter(way)[role].send(message);
  throw new Error(`neither side sends ${message.type}`);
}

describe('the table of states', () => {
  it('reaches every state, and the end from everywhere', () => {
    const reached = ways();
    expect([...reached.keys()].sort()).toEqual(STATES.filter((state) => state !== 'failed').sort());
    for (const row of rows()) expect(STATES).toContain(row.to);
  });

  it('has one side whose turn it is in each state', () => {
    for (const state of STATES) {
      expect(Object.keys(TRANSITIONS[state]).length).toBe(state === 'closed' ? 0 : 1);
    }
  });

  it('passes the turn with every message', () => {
    for (const { sender, to } of rows()) if (to !== 'closed') expect(turnOf(to)).toBe(other(sender));
  });

  it('uses every message, each for one side only', () => {
    const senders = new Map<MessageType, Set<Role>>([['error', new Set(['server'])]]);
    for (const { type, sender } of rows()) senders.set(type, (senders.get(type) ?? new Set()).add(sender));
    expect([...senders.keys()].sort()).toEqual([...MESSAGE_TYPES].sort());
    for (const [type, roles] of senders) expect(roles.size, type).toBe(1);
  });

  it('cannot emit M2 before M1, nor log in before a second factor', () => {
    for (const { type, from } of rows()) {
      if (type === 'login.proven') expect(['proving', 'inviteProving']).toContain(from);
      if (type === 'login.done') expect(['judging', 'confirmingReset']).toContain(from);
    }
    const reached = (banned: MessageType[]) => {
      const seen = new Set<State>(['start']);
      for (const state of seen)
        for (const row of rows()) if (row.from === state && !banned.includes(row.type)) seen.add(row.to);
      return seen;
    };
    expect(reached(['login.proof'])).not.toContain('proven');
    expect(reached(['login.proof'])).not.toContain('invited');
    expect(reached(['totp.submit', 'recovery.submit', 'totp.confirm'])).not.toContain('authenticated');
    expect(reached(['register.confirm', 'login.proof', 'register.policy'])).not.toContain('closed');
  });

  it('allows one authentication per connection: nothing leads back to the start', () => {
    for (const { to } of rows()) expect(to).not.toBe('start');
    const before = new Set(['starting', 'restarting', 'restarted', 'challenged', 'proving', 'inviting']);
    for (const { from, to } of rows())
      if (['proven', 'invited', 'authenticated', 'enrolling'].includes(from))
        expect(before).not.toContain(to);
  });

  it('lets the server ask for another suite once', () => {
    const pair = new ConnectionPair();
    pair.pass('client', example('login.start'));
    pair.pass('server', example('login.restart'));
    pair.pass('client', example('login.start'));
    expect(() => pair.server.send(example('login.restart'))).toThrow(LocalProtocolError);
    expect(refusal(() => pair.client.receive(frameOf(example('login.restart'))))?.code).toBe('wrong_state');
  });
});

describe('a client and a server', () => {
  for (const { from, sender, type, to } of rows())
    it(`go from ${from} to ${to} when the ${sender} sends ${type}`, () => {
      const pair = pairAfter(ways().get(from) ?? []);
      expect([pair.client.state, pair.server.state]).toEqual([from, from]);
      const message = example(type);
      expect(pair.pass(sender, message)).toEqual([message]);
      expect([pair.client.state, pair.server.state]).toEqual([to, to]);
    });

  it('stay in step on random legal walks with generated messages', () => {
    const walk = fc.array(fc.tuple(fc.nat(), fc.nat(0xffff)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(walk, (steps) => {
        const pair = new ConnectionPair();
        for (const [pick, seed] of steps) {
          const open = rows().filter((row) => row.from === pair.client.state);
          const row = open[pick % open.length];
          if (!row) break;
          const [message] = fc.sample(ARBITRARIES[row.type], { numRuns: 1, seed });
          if (!message) throw new Error('no sample');
          expect(pair.pass(row.sender, message)).toEqual([message]);
          expect(pair.client.state).toBe(row.to);
          expect(pair.server.state).toBe(row.to);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('refuse to send or receive, in every state, every message without a row', () => {
    const frames = new Map(MESSAGE_TYPES.map((type) => [type, frameOf(example(type))]));
    for (const [state, way] of ways())
      for (const sender of ROLES)
        for (const type of MESSAGE_TYPES) {
          if (nextState(state, sender, type)) continue;
          const pair = pairAfter(way);
          expect(() => pair[sender].send(example(type)), `${state} ${sender} ${type}`).toThrow(
            LocalProtocolError,
          );
          expect(pair[sender].state).toBe(state);
          const receiver = pair[other(sender)];
          const error = refusal(() => receiver.receive(frames.get(type) ?? new Uint8Array()));
          expect(error?.code, `${state} ${sender} ${type}`).toBe(
            state === 'closed' ? undefined : 'wrong_state',
          );
        }
  });

  it('both close when the server sends error, in any state, in turn or not', () => {
    for (const [state, way] of ways()) {
      if (state === 'closed') continue;
      const pair = pairAfter(way);
      expect(pair.pass('server', example('error'))).toHaveLength(1);
      expect([pair.client.state, pair.server.state]).toEqual(['closed', 'closed']);
      expect(() => pair.server.send(example('error'))).toThrow(LocalProtocolError);
      expect(pair.client.receive(frameOf(example('error')))).toEqual([]);
    }
  });

  it('drop what the client sent before it read the error', () => {
    const pair = new ConnectionPair();
    const crossing = pair.client.send(example('login.start'));
    const error = pair.server.send(example('error'));
    expect(pair.server.receive(crossing)).toEqual([]);
    expect(pair.client.receive(error)).toHaveLength(1);
  });

  it('deliver an answer and the error after it together', () => {
    const pair = pairAfter(ways().get('judging') ?? []);
    const both = join(
      pair.server.send(example('factor.rejected')),
      pair.server.send(example('error')),
      rawFrame('what comes after an error is not read'),
    );
    expect(pair.client.receive(both).map(({ type }) => type)).toEqual(['factor.rejected', 'error']);
    expect(pair.client.state).toBe('closed');
  });
});

describe('a connection', () => {
  it('returns the same messages whole, byte by byte and in random pieces', () => {
    const message = example('login.start');
    const bytes = new Connection({ role: 'client' }).send(message);
    const read = (pieces: Uint8Array[]) => {
      const server = new Connection({ role: 'server' });
      return pieces.flatMap((piece) => server.receive(piece));
    };
    expect(read([bytes])).toEqual([message]);
    expect(read(oneByOne(bytes))).toEqual([message]);
    fc.assert(fc.property(cut(bytes), (pieces) => void expect(read(pieces)).toEqual([message])));
  });

  it('throws only RemoteProtocolError for any bytes, in any state, on either side', () => {
    const reached = [...ways()];
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ maxLength: 64 }).map((payload) => rawFrame(payload)),
      fc.json({ maxDepth: 3 }).map((json) => rawFrame(json)),
      anyMessage.map((message) => rawFrame(JSON.stringify(message))),
      fc.constantFrom(...MESSAGE_TYPES).map((type) => frameOf(example(type))),
    );
    fc.assert(
      fc.property(
        fc.nat(reached.length - 1),
        fc.constantFrom(...ROLES),
        fc.array(noise, { maxLength: 4 }),
        (index, role, inputs) => {
          const connection = pairAfter(reached[index]?.[1] ?? [])[role];
          for (const input of inputs) refusal(() => connection.receive(input));
          const { state } = connection;
          const failure = refusal(() => connection.end());
          expect(connection.state).toBe(failure ? 'failed' : state);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses a second message before the answer to the first, and processes neither', () => {
    const two = join(frameOf(example('login.start')), frameOf(example('login.proof')));
    expect(refusal(() => new Connection({ role: 'server' }).receive(two))?.code).toBe('wrong_state');

    const server = new Connection({ role: 'server' });
    const [first] = oneByOne(two).flatMap((byte, index) =>
      index < two.length - 1 && server.state !== 'failed' ? server.receive(byte) : [],
    );
    expect(first?.type).toBe('login.start');
    expect(refusal(() => server.receive(two.subarray(-1)))?.code).toBe('wrong_state');
  });

  it('has failed after a violation: it throws the same error again, and the server can report it', () => {
    const server = new Connection({ role: 'server' });
    const first = refusal(() => server.receive(rawFrame('no')));
    expect(first?.code).toBe('not_json');
    expect(server.state).toBe('failed');
    expect(refusal(() => server.receive(frameOf(example('login.start'))))).toBe(first);
    expect(refusal(() => server.end())).toBe(first);
    expect(() => server.send(example('login.challenge'))).toThrow(LocalProtocolError);
    const client = new Connection({ role: 'client' });
    expect(client.receive(server.send({ type: 'error', code: 'protocol', message: 'no' }))).toHaveLength(1);
    expect(server.state).toBe('closed');
  });

  it('does not let a client send anything after a violation by the server', () => {
    const client = new Connection({ role: 'client' });
    expect(refusal(() => client.receive(frameOf(example('login.done'))))?.code).toBe('wrong_state');
    for (const type of MESSAGE_TYPES) expect(() => client.send(example(type))).toThrow(LocalProtocolError);
  });

  it('checks the state before it reads the fields', () => {
    const error = refusal(() =>
      new Connection({ role: 'server' }).receive(rawFrame('{"type":"login.done"}')),
    );
    expect(error?.message).toBe('the other side sent login.done in state start');
  });

  it('distinguishes an end inside a frame from an end between two', () => {
    const half = frameOf(example('login.start')).subarray(0, 9);
    const server = new Connection({ role: 'server' });
    expect(server.receive(half)).toEqual([]);
    expect(refusal(() => server.end())?.code).toBe('truncated');
    expect(server.state).toBe('failed');

    const owing = pairAfter(ways().get('showing') ?? []).server;
    owing.end();
    expect(owing.send(example('account.shown')).length).toBeGreaterThan(4);
  });

  it('keeps its state when a message cannot be sent', () => {
    const client = new Connection({ role: 'client' });
    expect(() => client.send({ type: 'login.start', username: '', suite: 'a', A: Uint8Array.of(1) })).toThrow(
      'login.start: username: too_small',
    );
    expect(client.state).toBe('start');
    expect(client.send(example('login.start')).length).toBeGreaterThan(4);
  });
});
