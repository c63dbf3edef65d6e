import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LocalProtocolError } from '../src/errors.ts';
import { MAX_FRAME_BYTES } from '../src/frame.ts';
import { encodeMessage, type Message, openPayload, readMessage } from '../src/message.ts';
import { ARBITRARIES, anyMessage, example, MESSAGE_TYPES } from './arbitraries.ts';
import { refusal } from './refusal.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const decode = (payload: Uint8Array | string) =>
  readMessage(openPayload(typeof payload === 'string' ? utf8(payload) : payload));

/** The JSON of a valid message, modified. */
function changed(type: Message['type'], change: Record<string, unknown>): string {
  return JSON.stringify({ ...JSON.parse(new TextDecoder().decode(encodeMessage(example(type)))), ...change });
}

describe('every message', () => {
  for (const type of MESSAGE_TYPES)
    it(`${type} round-trips`, () => {
      fc.assert(
        fc.property(ARBITRARIES[type], (message) => {
          const payload = encodeMessage(message);
          const read = decode(payload);
          expect(read).toEqual(message);
          expect(encodeMessage(read)).toEqual(payload);
        }),
        { numRuns: 40 },
      );
    });

  it('rejects an unknown field, on both sides', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const json = { ...JSON.parse(new TextDecoder().decode(encodeMessage(message))), extra: 1 };
        expect(refusal(() => decode(JSON.stringify(json)))?.code).toBe('bad_message');
        const typed: Message = Object.assign(structuredClone(message), { extra: 1 });
        expect(() => encodeMessage(typed)).toThrow(LocalProtocolError);
      }),
    );
  });

  it('rejects a field of any other type', () => {
    const wrong = fc.constantFrom(null, [], {}, true, 1.5, -1, '', 'ÿ', 1e300, [[]], '\ud800', [null]);
    fc.assert(
      fc.property(anyMessage, wrong, fc.nat(), (message, value, pick) => {
        const json = JSON.parse(new TextDecoder().decode(encodeMessage(message)));
        // Any text is a valid name or code, and any word a valid suite; these have separate tests below.
        const keys = Object.keys(json).filter(
          (key) => !['username', 'identity', 'message', 'otpauth', 'code', 'invite'].includes(key),
        );
        const key = keys[pick % keys.length] ?? 'type';
        fc.pre(JSON.stringify(json[key]) !== JSON.stringify(value));
        fc.pre(!(['advice', 'factors'].includes(key) && JSON.stringify(value) === '[]'));
        json[key] = value;
        expect(['bad_message', 'unknown_type']).toContain(refusal(() => decode(JSON.stringify(json)))?.code);
      }),
    );
  });

  it('rejects a message that lacks one of its fields', () => {
    const optional = new Set(['lastLogin', 'failedSince', 'reason', 'hint', 'retryAfter']);
    const maybe = new Set([
      'login.start device',
      'totp.replace factor',
      'factor.rejected nextCodeIn',
      'ssh.certify roles',
      'ssh.certify seconds',
      'token.issue seconds',
    ]);
    for (const type of MESSAGE_TYPES) {
      const json = JSON.parse(new TextDecoder().decode(encodeMessage(example(type))));
      for (const key of Object.keys(json)) {
        if (optional.has(key) || maybe.has(`${type} ${key}`)) continue;
        const { [key]: _, ...rest } = json;
        expect(refusal(() => decode(JSON.stringify(rest)))?.code, `${type} without ${key}`).toBe(
          key === 'type' ? 'unknown_type' : 'bad_message',
        );
      }
    }
  });

  it('omits undefined fields', () => {
    const message: Message = {
      type: 'login.done',
      username: 'alice',
      lastLogin: undefined,
      recoveryCodesLeft: 10,
      nextCodeIn: 12,
      advice: [],
    };
    expect(new TextDecoder().decode(encodeMessage(message))).toBe(
      '{"type":"login.done","username":"alice","recoveryCodesLeft":10,"nextCodeIn":12,"advice":[]}',
    );
  });
});

describe('a payload', () => {
  it('yields a message or a RemoteProtocolError, whatever its bytes', () => {
    const nearly = anyMessage.chain((message) => {
      const payload = encodeMessage(message);
      return fc
        .tuple(fc.nat(payload.length - 1), fc.nat(255))
        .map(([place, byte]) => payload.map((old, index) => (index === place ? byte : old)));
    });
    const json = fc.json({ maxDepth: 4 }).map(utf8);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), json, nearly), (payload) => {
        let message: unknown;
        const error = refusal(() => {
          message = decode(payload);
        });
        expect(error ?? message).toBeInstanceOf(Object);
      }),
      { numRuns: 2000 },
    );
  });

  for (const [what, payload] of [
    ['a byte that UTF-8 does not have', Uint8Array.of(0x22, 0xff, 0x22)],
    ['an overlong form', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22)],
    ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['half a character', Uint8Array.of(0x22, 0xe2, 0x82)],
    ['UTF-16', new Uint8Array(Buffer.from('\ufeff{"type":"account.show"}', 'utf16le'))],
  ] as const)
    it(`refuses ${what}`, () => {
      expect(refusal(() => decode(payload))?.code).toBe('not_utf8');
    });

  for (const json of [
    '',
    '{',
    '{"type":"account.show"}}',
    '{"type":"account.show"} {"type":"account.show"}',
    '\ufeff{"type":"account.show"}',
    '{"type":"account.show",}',
    "{'type':'account.show'}",
    'NaN',
    '{"type":"account.show"}\u0000',
    '{"type":"account\n.show"}',
  ])
    it(`rejects ${JSON.stringify(json)}, which is not JSON`, () => {
      expect(refusal(() => decode(json))?.code).toBe('not_json');
    });

  for (const json of [
    'null',
    '1',
    '"account.show"',
    '[]',
    '["type","account.show"]',
    '{}',
    '{"type":null}',
    '{"type":["account.show"]}',
    '{"type":"Account.Show"}',
    '{"type":"account.show "}',
    '{"type":"constructor"}',
    '{"type":"__proto__"}',
    '{"type":"toString"}',
    '{"__proto__":{"type":"account.show"}}',
  ])
    it(`rejects ${json}, which has no known type`, () => {
      expect(refusal(() => decode(json))?.code).toBe('unknown_type');
    });

  it('can be nested as deeply as a frame allows', () => {
    const deep = '['.repeat(MAX_FRAME_BYTES / 2 - 20) + ']'.repeat(MAX_FRAME_BYTES / 2 - 20);
    expect(refusal(() => decode(deep))?.code).toBe('unknown_type');
    expect(refusal(() => decode(`{"type":"totp.submit","code":${deep}}`))?.code).toBe('bad_message');
    const objects = `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`;
    expect(refusal(() => decode(`{"type":"totp.replace","factor":${objects}}`))?.code).toBe('bad_message');
  });

  it('is rejected if a key occurs twice, at any depth and in any spelling', () => {
    for (const json of [
      '{"type":"totp.submit","code":"1","code":"2"}',
      '{"type":"totp.submit","code":"1","code":"1"}',
      '{"type":"error","type":"totp.submit","code":"1"}',
      '{"type":"totp.submit","code":"1","c\\u006fde":"2"}',
      '{"type":"totp.replace","factor":{"kind":"totp","kind":"recovery","code":"1"}}',
    ])
      expect(refusal(() => decode(json))?.message).toMatch(/duplicate key$/);
  });

  it('is not confused by a value that looks like a key', () => {
    for (const code of ['"code":', '\\', '\\"', '":"', '{"code":"1"', '\\":'])
      expect(decode(JSON.stringify({ type: 'totp.submit', code }))).toEqual({ type: 'totp.submit', code });
    expect(decode('{ "type" :\t"totp.submit" ,\r\n "code" : "1" }')).toEqual({
      type: 'totp.submit',
      code: '1',
    });
  });

  it('rejects keys that reach for the prototype', () => {
    for (const json of [
      '{"type":"account.show","__proto__":{}}',
      '{"type":"account.show","__proto__":null}',
      '{"type":"account.show","constructor":{}}',
      '{"type":"totp.replace","factor":{"kind":"totp","code":"1","__proto__":{"x":1}}}',
      '{"type":"totp.replace","__proto__":{"factor":{"kind":"totp","code":"1"}}}',
    ])
      expect(refusal(() => decode(json))?.code).toBe('bad_message');
    expect({}).not.toHaveProperty('x');
  });

  it('rejects lone surrogates written as escapes, and accepts pairs', () => {
    const submit = (escaped: string) => `{"type":"totp.submit","code":"${escaped}"}`;
    for (const escaped of ['\\ud800', '\\udc00', 'a\\udc00\\ud800', '\\ud83d\\ud83d\\ude00'])
      expect(refusal(() => decode(submit(escaped)))?.code).toBe('bad_message');
    expect(decode(submit('\\ud83d\\ude00'))).toEqual({ type: 'totp.submit', code: '😀' });
    expect(() => encodeMessage({ type: 'totp.submit', code: '\ud800' })).toThrow('totp.submit: code: custom');
  });
});

describe('limits of fields', () => {
  const good = 'A'.repeat(43);
  for (const [type, field, values] of [
    ['login.start', 'username', ['', 'x'.repeat(201), 'é'.repeat(101), '😀'.repeat(51), 5]],
    ['login.start', 'suite', ['', '-a', 'a b', 'ä', 'a'.repeat(65), 'a\n', '../a']],
    ['login.start', 'device', ['', 'A'.repeat(42), 'A'.repeat(44), 'B'.repeat(43), null]],
    ['login.start', 'A', ['', 'A'.repeat(1367), 'AB', 'AA==', 'A A', good.replace('A', '+')]],
    ['login.proof', 'M1', ['AA', `${good}A`, `${good.slice(1)}B`, '']],
    ['login.proof', 'binding', ['AA', `${good}AA`]],
    ['login.challenge', 'salt', ['', 'A'.repeat(1367)]],
    ['login.challenge', 'identity', ['', 'x'.repeat(3073)]],
    [
      'login.challenge',
      'stretch',
      [
        { name: 'argon2id', m: 65536, t: 3 },
        { name: 'argon2id', m: 7, t: 3, p: 4 },
        { name: 'argon2id', m: 4_194_305, t: 3, p: 4 },
        { name: 'argon2id', m: 65536, t: 0, p: 4 },
        { name: 'argon2id', m: 65536, t: 3.5, p: 4 },
        { name: 'argon2id', m: '65536', t: 3, p: 4 },
        { name: 'argon2id', m: 65536, t: 3, p: 256 },
        { name: 'none', m: 1 },
        { name: 'md5' },
        {},
      ],
    ],
    ['login.done', 'lastLogin', [-1, 0.5, 253_402_300_800, 1e300, '1', null]],
    ['login.done', 'recoveryCodesLeft', [-1, 2 ** 31, 2 ** 53]],
    [
      'login.done',
      'advice',
      [['other'], 'replace_totp', ['renew_totp', 'renew_totp', 'renew_totp', 'renew_totp']],
    ],
    [
      'login.done',
      'failedSince',
      [{}, { passwords: 1 }, { passwords: 1, codes: 1, more: 1 }, { passwords: 1, codes: 1, unfinished: 1 }],
    ],
    ['factor.rejected', 'retryAfter', [-1, 31_536_001]],
    [
      'factor.rejected',
      'hint',
      ['scan again', { cause: 'other' }, { cause: 'clock', offsetSeconds: 86_401 }],
    ],
    ['register.done', 'recoveryCodes', [[], Array(101).fill('A'), ['']]],
    ['register.totp', 'otpauth', ['', 'x'.repeat(4097)]],
    ['totp.submit', 'code', ['', 'x'.repeat(65), 123456]],
    ['token.issue', 'audience', ['', 'a b', 'a\n', 'ä', 'x'.repeat(513)]],
    ['token.issue', 'seconds', [0, -1, 0.5, 3601]],
    ['token.issued', 'token', ['', 'a.b', 'a.b.', 'a.b.c.d', 'a.b.c=', `a.b.${'c'.repeat(8189)}`]],
    ['error', 'code', ['other', '', 7]],
    ['error', 'message', ['', 'x'.repeat(513)]],
    ['error', 'retryAfter', [1e9]],
  ] as const)
    it(`${type}.${field}`, () => {
      for (const value of values)
        expect(refusal(() => decode(changed(type, { [field]: value })))?.code, JSON.stringify(value)).toBe(
          'bad_message',
        );
    });

  it('counts bytes of UTF-8: a name can have 50 characters of four bytes', () => {
    const username = '😀'.repeat(50);
    expect(decode(changed('login.start', { username }))).toMatchObject({ username });
  });
});

describe('errors about what the other side sent', () => {
  it('never quote it', () => {
    const secret = 'correct horse battery staple';
    const payloads = [
      secret,
      `{"type":"${secret}"}`,
      `{"${secret}":1}`,
      changed('login.start', { [secret]: secret }),
      changed('login.start', { username: 7, suite: secret, A: secret }),
      changed('login.challenge', { stretch: { name: secret } }),
      changed('login.challenge', { stretch: { name: 'none', [secret]: secret } }),
      changed('error', { code: secret, message: secret }),
      changed('totp.replace', { factor: { kind: secret, code: secret } }),
      `{"type":"totp.submit","code":"1","code":"${secret}"}`,
    ];
    for (const payload of payloads) {
      const error = refusal(() => decode(payload));
      if (error === undefined) throw new Error(`accepted: ${payload}`);
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('horse');
      expect(error.cause).toBeUndefined();
    }
  });

  it('name the invalid field', () => {
    expect(
      refusal(() => decode(changed('login.challenge', { stretch: { name: 'argon2id', m: -1, t: 3, p: 4 } })))
        ?.message,
    ).toBe('the other side sent a bad login.challenge: stretch.m: too_small');
  });
});
