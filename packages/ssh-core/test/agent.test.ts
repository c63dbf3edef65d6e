import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_AGENT_REPLY_BYTES } from '../src/agent/reply.ts';
import {
  type AgentReply,
  AgentReplyDecoder,
  encodeAddRequest,
  encodeListRequest,
  encodeRemoveRequest,
  issueCertificate,
  parseCertificate,
  parsePublicKey,
} from '../src/index.ts';
import { makePair } from './authority.ts';
import { join, string } from './blobs.ts';
import { damaged } from './damaged.ts';
import { cut } from './pieces.ts';
import { refusal } from './refusal.ts';
import { lineOf, vectors } from './vectors.ts';

const recorded = vectors<
  Record<'empty' | 'identities' | 'failure' | 'success', string> & { lines: string[] }
>('agent');
const fromHex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const frame = (...parts: Uint8Array[]) => join(string(join(...parts)));

/** The answer in these pieces; nothing may complete it before the last one. */
function decode(...pieces: Uint8Array[]): AgentReply | undefined {
  const decoder = new AgentReplyDecoder();
  let reply: AgentReply | undefined;
  for (const piece of pieces) {
    if (reply !== undefined && piece.length > 0) throw new Error('complete too early');
    reply = decoder.push(piece) ?? reply;
  }
  decoder.end();
  return reply;
}

describe('answers of ssh-agent', () => {
  const replies = ['empty', 'identities', 'failure', 'success'] as const;

  it('are read', () => {
    const listed = recorded.lines.map((line) => {
      const comment = line.split(' ').slice(2).join(' ');
      return { blob: Uint8Array.from(Buffer.from(line.split(' ')[1] ?? '', 'base64')), comment };
    });
    expect(decode(fromHex(recorded.empty))).toEqual({ type: 'identities', identities: [] });
    expect(decode(fromHex(recorded.identities))).toEqual({ type: 'identities', identities: listed });
    expect(decode(fromHex(recorded.failure))).toEqual({ type: 'failure' });
    expect(decode(fromHex(recorded.success))).toEqual({ type: 'success' });
  });

  it.each(replies)('are read byte by byte and in random pieces: %s', (name) => {
    const bytes = fromHex(recorded[name]);
    const whole = decode(bytes);
    expect(decode(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
    fc.assert(
      fc.property(cut(bytes), (pieces) => {
        expect(decode(...pieces)).toEqual(whole);
      }),
    );
  });

  it.each(replies)('are not complete at any shorter length: %s', (name) => {
    const bytes = fromHex(recorded[name]);
    for (let length = 1; length < bytes.length; length++) {
      const decoder = new AgentReplyDecoder();
      expect(decoder.push(bytes.subarray(0, length))).toBeUndefined();
      expect(refusal(() => decoder.end())).toBe('malformed');
    }
  });

  it('are read one after the other', () => {
    const decoder = new AgentReplyDecoder();
    expect(decoder.push(fromHex(recorded.success))).toEqual({ type: 'success' });
    expect(decoder.push(new Uint8Array())).toBeUndefined();
    expect(decoder.push(fromHex(recorded.failure))).toEqual({ type: 'failure' });
    decoder.end();
  });
});

describe('a lying agent', () => {
  const key = parsePublicKey(lineOf('ed25519')).blob;

  it.each([
    ['an empty answer', frame(), 'malformed'],
    ['a signature that was not asked for', frame(Buffer.of(14), string('x')), 'malformed'],
    ['an extension failure', frame(Buffer.of(28)), 'malformed'],
    ['a success with more behind it', frame(Buffer.of(6, 0)), 'malformed'],
    ['two answers', join(frame(Buffer.of(6)), frame(Buffer.of(6))), 'malformed'],
    ['fewer keys than announced', frame(Buffer.of(12), uint32(2), string(key), string('')), 'malformed'],
    ['more keys than announced', frame(Buffer.of(12), uint32(0), string(key), string('')), 'malformed'],
    ['a key that ends outside', frame(Buffer.of(12), uint32(1), uint32(1000), key), 'malformed'],
    ['2,049 keys', frame(Buffer.of(12), uint32(2049), Buffer.alloc(8 * 2049)), 'too_long'],
    ['4,294,967,295 keys', frame(Buffer.of(12), uint32(2 ** 32 - 1)), 'too_long'],
    ['an answer over 256 KiB', uint32(MAX_AGENT_REPLY_BYTES + 1), 'too_long'],
    ['a page', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'too_long'],
  ])('is refused: %s', (_, bytes, code) => {
    expect(refusal(() => decode(Uint8Array.from(bytes)))).toBe(code);
  });

  it('of any bytes is answered with a reply, more to come, or a refusal', () => {
    const inputs = [fromHex(recorded.identities), fromHex(recorded.empty)];
    fc.assert(
      fc.property(damaged(inputs), (bytes) => {
        const codes = [undefined, 'malformed', 'too_long'];
        expect(codes).toContain(refusal(() => new AgentReplyDecoder().push(bytes)));
      }),
      { numRuns: 500 },
    );
  });

  it('cannot put control characters on the screen', () => {
    const comments = ['alice\u001b[2J', 'a\nb', Buffer.of(0xff), 'Jürgen ☕'];
    const listed = comments.flatMap((comment) => [string(key), string(comment)]);
    const reply = decode(frame(Buffer.of(12), uint32(comments.length), ...listed));
    expect(reply?.type === 'identities' && reply.identities.map(({ comment }) => comment)).toEqual([
      '',
      '',
      '',
      'Jürgen ☕',
    ]);
  });

  it('cannot change an answer by what follows: the caller can reuse its buffer', () => {
    const buffer = fromHex(recorded.identities);
    const decoder = new AgentReplyDecoder();
    const reply = decoder.push(buffer);
    const before = structuredClone(reply);
    buffer.fill(0);
    expect(reply).toEqual(before);
  });
});

describe('requests', () => {
  const pair = makePair();
  const publicBytes = pair.key.blob.subarray(-32);
  const request = { identity: pair.key, seed: pair.seed, comment: 'alice', lifetime: 3600 };
  const end = join('alice', Buffer.of(1), uint32(3600));

  it('for the list and for a removal have the bytes of RFC 9987', () => {
    expect(encodeListRequest()).toEqual(Uint8Array.of(0, 0, 0, 1, 11));
    expect(encodeRemoveRequest(pair.key)).toEqual(frame(Buffer.of(18), string(pair.key.blob)));
  });

  it('add a key with its lifetime', () => {
    const secret = string(join(pair.seed, publicBytes));
    const fields = join('ssh-ed25519', string(publicBytes), secret);
    expect(encodeAddRequest(request)).toEqual(frame(Buffer.of(25), fields, end));
  });

  it('add a certificate with its key and lifetime', async () => {
    const times = { validAfter: 1, validBefore: 2 };
    const { key: authority, sign } = pair;
    const content = { key: pair.key, serial: '1', keyId: 'x', principals: ['x'], ...times, authority, sign };
    const identity = await issueCertificate(content);
    const secret = string(join(pair.seed, publicBytes));
    const fields = join(
      'ssh-ed25519-cert-v01@openssh.com',
      string(identity.blob),
      string(publicBytes),
      secret,
    );
    expect(encodeAddRequest({ ...request, identity })).toEqual(frame(Buffer.of(25), fields, end));
  });

  it.each([
    ['a lifetime of 0, which means forever', { lifetime: 0 }],
    ['no end', { lifetime: Number.POSITIVE_INFINITY }],
    ['a lifetime over 32 bits', { lifetime: 2 ** 32 }],
    ['a fraction of a second', { lifetime: 1.5 }],
    ['a seed of 64 bytes', { seed: new Uint8Array(64) }],
    ['a comment of two lines', { comment: 'a\nb' }],
    ['a comment of 1,025 bytes', { comment: 'x'.repeat(1025) }],
  ])('are not made with %s', (_, change) => {
    expect(() => encodeAddRequest({ ...request, ...change })).toThrow(RangeError);
  });

  it('are made for Ed25519 alone', () => {
    expect(() => encodeAddRequest({ ...request, identity: parsePublicKey(lineOf('p256')) })).toThrow(
      TypeError,
    );
    const rows = vectors<{ accepted: { name: string; line: string }[] }>('certificates').accepted;
    const other = rows.find(({ name }) => name === 'a certificate for p256');
    const identity = parseCertificate(other?.line ?? '');
    expect(() => encodeAddRequest({ ...request, identity })).toThrow(TypeError);
  });

  it('refuse an identity that is neither a key nor a certificate', () => {
    expect(refusal(() => encodeAddRequest({ ...request, identity: { blob: new Uint8Array(3) } }))).toBe(
      'malformed',
    );
    const identity = { blob: join('ssh-x-cert-v01@openssh.com') };
    expect(refusal(() => encodeAddRequest({ ...request, identity }))).toBe('unsupported_key');
  });
});
