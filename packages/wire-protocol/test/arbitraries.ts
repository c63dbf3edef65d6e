import fc from 'fast-check';
import { errorCode, FACTORS, forEachSubmit, type SubmitType } from '../src/fields.ts';
import type { Message, MessageType } from '../src/message.ts';
import { MESSAGES } from '../src/message.ts';
import { utf8Encode } from '../src/platform.ts';

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const text = (max: number) =>
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: max })
    .filter((value) => utf8Encode(value).length <= max);
const whole = (min: number, max: number) => fc.integer({ min, max });

const time = whole(0, 253_402_300_799);
const wait = whole(0, 31_536_000);
const count = whole(0, 2_147_483_647);
const suite = fc.constantFrom('3072-sha256', '2048-legacy-x', 'a', 'X'.repeat(64));
const code = text(64);
const digest = bytes(32, 32);
const groupElement = bytes(1, 1024);
const salt = bytes(1, 1024);
const username = text(200);
const stretch = fc.oneof(
  fc.record({
    name: fc.constant('argon2id'),
    m: whole(8, 4_194_304),
    t: whole(1, 65_535),
    p: whole(1, 255),
  }),
  fc.record({ name: fc.constant('none') }),
);
const factor = fc.record({ kind: fc.constantFrom(...FACTORS), code });
const algorithm = fc.constantFrom('SHA1', 'SHA256', 'SHA512');
const digits = fc.constantFrom(6, 7, 8);
const recoveryCodes = fc.array(text(64), { minLength: 1, maxLength: 10 });
const sshLine = fc.constantFrom('ssh-ed25519 AAAA', 'ssh-ed25519-cert-v01@openssh.com AAAA');
const roles = fc.uniqueArray(fc.constantFrom('web', 'db', '_a.b-c'), { minLength: 1 });
const audience = fc.constantFrom('https://wiki.example.org', 'a');
const credential = { suite, stretch, salt, verifier: groupElement };
const enrolment = { otpauth: text(4096), expiresAt: time };

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/**
 * Generates all fields of the first record, and sometimes those of the second. The tests show that the
 * results are valid.
 */
function message(type: MessageType, must: Fields = {}, may: Fields = {}): fc.Arbitrary<Message> {
  const fields: Fields = { type: fc.constant(type), ...must, ...may };
  return fc.record(fields, {
    requiredKeys: ['type', ...Object.keys(must)],
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<Message>;
}

/** Messages of each type. The type of this record ensures that none is missing. */
export const ARBITRARIES: { [T in MessageType]: fc.Arbitrary<Message> } = {
  'login.start': message('login.start', { username, suite, A: groupElement }, { device: digest }),
  'login.challenge': message('login.challenge', {
    suite,
    identity: text(3072),
    stretch,
    salt,
    B: groupElement,
  }),
  'login.restart': message('login.restart', { suite }),
  'login.proof': message('login.proof', { M1: digest, binding: digest }),
  'login.proven': message(
    'login.proven',
    { M2: digest, factors: fc.subarray([...FACTORS, 'totp.replace']) },
    { retryAfter: wait },
  ),
  ...forEachSubmit<{ [S in SubmitType]: fc.Arbitrary<Message> }>((type) => message(type, { code })),
  'login.done': message(
    'login.done',
    {
      username,
      recoveryCodesLeft: count,
      nextCodeIn: wait,
      advice: fc.subarray(['replace_totp', 'upgrade_credential', 'renew_totp']),
    },
    {
      lastLogin: time,
      failedSince: fc.record(
        {
          passwords: count,
          codes: count,
          unfinished: fc.record({ count, source: text(64), at: time }),
        },
        { requiredKeys: ['passwords', 'codes'] },
      ),
    },
  ),
  'factor.rejected': message(
    'factor.rejected',
    { attemptsLeft: count },
    {
      reason: fc.constantFrom('malformed', 'wrong', 'used', 'own'),
      hint: fc.record(
        {
          cause: fc.constantFrom('clock', 'period', 'earlier_qr', 'unknown'),
          offsetSeconds: whole(-86_400, 86_400),
          algorithm,
          digits,
          period: whole(1, 3600),
        },
        { requiredKeys: ['cause'] },
      ),
      retryAfter: wait,
      nextCodeIn: wait,
    },
  ),
  'invite.start': message('invite.start', { invite: text(64), A: groupElement }),
  'register.ask': message('register.ask', {}),
  'register.policy': message('register.policy', {
    registration: fc.constantFrom('open', 'invite', 'closed'),
  }),
  'register.start': message('register.start', { username, ...credential }),
  'register.totp': message('register.totp', enrolment),
  'register.confirm': message('register.confirm', { code }),
  'register.done': message('register.done', { recoveryCodes }),
  'password.reset': message('password.reset', { ...credential, factor }),
  'password.change': message('password.change', { ...credential, factor }),
  'password.changed': message('password.changed', {}),
  'credential.upgrade': message('credential.upgrade', { ...credential, factor }),
  'credential.upgraded': message('credential.upgraded', {}),
  'totp.replace': message('totp.replace', {}, { factor }),
  'totp.replacing': message('totp.replacing', enrolment),
  'totp.confirm': message('totp.confirm', { code }),
  'totp.replaced': message('totp.replaced', {}),
  'recovery.renew': message('recovery.renew', { factor }),
  'recovery.renewed': message('recovery.renewed', { recoveryCodes }),
  'ssh.certify': message('ssh.certify', { publicKey: sshLine }, { roles, seconds: whole(1, 31_536_000) }),
  'ssh.certified': message('ssh.certified', {
    certificate: sshLine,
    serial: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(String),
    roles,
    expiresAt: time,
  }),
  'token.issue': message('token.issue', { audience }, { seconds: whole(1, 3600) }),
  'token.issued': message('token.issued', {
    token: fc.constantFrom('a.b.c', 'eyJ.eyJ_-.AAAA'),
    expiresAt: time,
  }),
  'account.show': message('account.show', {}),
  'account.shown': message(
    'account.shown',
    {
      username,
      created: time,
      suite,
      stretch,
      totp: fc.record({ algorithm, digits, period: whole(1, 3600), weak: fc.boolean() }),
      recoveryCodesLeft: count,
    },
    { lastLogin: time },
  ),
  'account.remove': message('account.remove', { factor }),
  'account.removed': message('account.removed', {}),
  error: message(
    'error',
    { code: fc.constantFrom(...errorCode.options), message: text(512) },
    { retryAfter: wait },
  ),
};

export const MESSAGE_TYPES = Object.keys(MESSAGES) as MessageType[];
export const anyMessage: fc.Arbitrary<Message> = fc.oneof(...Object.values(ARBITRARIES));

/** Returns a message of this type, always the same. */
export function example(type: MessageType): Message {
  const [message] = fc.sample(ARBITRARIES[type], { numRuns: 1, seed: 1 });
  if (!message) throw new Error('no sample');
  return message;
}
