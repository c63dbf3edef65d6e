/** Hostile input: frames, messages and values that are nearly right. */
import { randomBytes, randomInt } from 'node:crypto';
import type { ClientMessage } from '@countersign/wire-protocol';

const text = (bytes: number) => randomBytes(bytes).toString('base64url');
const STRETCH = { name: 'argon2id', m: 65_536, t: 3, p: 4 };

/** A message of each type as the wire carries it, with valid fields. */
const MESSAGES: readonly (() => Record<string, unknown>)[] = [
  () => ({ type: 'login.start', username: 'user1', suite: '3072-sha256', A: text(384) }),
  () => ({ type: 'login.start', username: 'user1', suite: '3072-sha256', A: text(384), device: text(32) }),
  () => ({ type: 'login.proof', M1: text(32), binding: text(32) }),
  () => ({ type: 'totp.submit', code: String(randomInt(1_000_000)).padStart(6, '0') }),
  () => ({ type: 'recovery.submit', code: '0000-0000-0000-0000' }),
  () => ({ type: 'invite.start', invite: text(12), A: text(384) }),
  () => ({ type: 'register.start', username: `fuzz${randomInt(1000)}`, ...credential() }),
  () => ({ type: 'register.confirm', code: '123456' }),
  () => ({ type: 'password.change', ...credential(), factor: { kind: 'totp', code: '123456' } }),
  () => ({ type: 'credential.upgrade', ...credential(), factor: { kind: 'totp', code: '123456' } }),
  () => ({ type: 'totp.replace' }),
  () => ({ type: 'totp.confirm', code: '123456' }),
  () => ({ type: 'recovery.renew', factor: { kind: 'recovery', code: 'x' } }),
  () => ({ type: 'account.show' }),
  () => ({ type: 'account.remove', factor: { kind: 'totp', code: '１２３４５６' } }),
  () => ({ type: 'error', code: 'protocol', message: 'x' }),
];

function credential(): Record<string, unknown> {
  return { suite: '3072-sha256', stretch: STRETCH, salt: text(16), verifier: text(384) };
}

/** Values that a field does not expect. */
const VALUES: readonly (() => unknown)[] = [
  () => null,
  () => '',
  () => -1,
  () => 1e308,
  () => true,
  () => [],
  () => ({}),
  () => '\u0000',
  () => '\ud800',
  () => '\u202e\u0007',
  () => 'x'.repeat(randomInt(1, 20_000)),
  () => text(randomInt(1, 600)),
  () => Array.from({ length: 1000 }, () => 0),
  () => JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1}'),
  () => nested(randomInt(1, 3000)),
];

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

export function oneOf<T>(choices: readonly T[]): T {
  const choice = choices[randomInt(choices.length)];
  if (choice === undefined) throw new RangeError('"choices" expected at least one');
  return choice;
}

/** A valid message of a random type, or of those types. */
export function validMessage(types?: readonly ClientMessage['type'][]): Record<string, unknown> {
  const made = MESSAGES.map((make) => make());
  return oneOf(types ? made.filter(({ type }) => types.some((wanted) => wanted === type)) : made);
}

/** A message with up to three wrong fields. */
export function hostileMessage(): Record<string, unknown> {
  const message = validMessage();
  for (let change = randomInt(3); change >= 0; change--) {
    const keys = Object.keys(message);
    const key = oneOf([...keys, 'extra', 'toString']);
    if (randomInt(4) === 0) delete message[key];
    else message[key] = oneOf(VALUES)();
  }
  return message;
}

/** Returns the frame of a message, whatever it contains. */
export function frameOf(message: unknown): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(4);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
}

/** Bytes that are a frame, nearly a frame, or not a frame at all. */
export function hostileBytes(): Buffer {
  switch (randomInt(6)) {
    case 0:
      return randomBytes(randomInt(1, 200));
    case 1: {
      // The announced length differs from the actual one.
      const frame = frameOf(validMessage());
      frame.writeUInt32BE(oneOf([0, 1, frame.length, 16_384, 16_385, 2 ** 31, 2 ** 32 - 1]));
      return frame;
    }
    case 2: {
      const frame = frameOf(validMessage());
      for (let flips = randomInt(1, 6); flips > 0; flips--) frame[randomInt(frame.length)] = randomInt(256);
      return frame;
    }
    case 3:
      return Buffer.concat([frameOf(validMessage()), frameOf(hostileMessage())]);
    case 4: {
      const frame = frameOf(hostileMessage());
      return frame.subarray(0, randomInt(1, frame.length));
    }
    default:
      return frameOf(hostileMessage());
  }
}
