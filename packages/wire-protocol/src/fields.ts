/**
 * What the fields of messages are made of. Each has a limit; none accepts an ill-formed string, a number outside its
 * range, or bytes in any but their canonical spelling. These are limits of the wire, there so that no later step meets
 * a value it cannot hold; whether a name, suite or code is good is for the packages that know.
 *
 * Lengths of text are in bytes of UTF-8, times in whole seconds since 1970.
 */
import { z } from 'zod';
import { base64urlDecode, base64urlEncode } from './base64url.ts';
import { utf8Encode } from './platform.ts';

/** A lone surrogate: with the `u` flag a proper pair is one code point and does not match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Well-formed text of 1 to `max` bytes. Control characters are let through: who prints text takes them out. */
export function text(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !LONE_SURROGATE.test(value) && utf8Encode(value).length <= max);
}

/** `min` to `max` bytes: a `Uint8Array` in memory, canonical base64url on the wire. */
export function bytes(min: number, max: number) {
  return z.codec(
    z.string().max(Math.ceil((max * 8) / 6)),
    z.custom<Uint8Array>(
      (value) => value instanceof Uint8Array && value.length >= min && value.length <= max,
    ),
    {
      decode: (spelling, context) => {
        const value = base64urlDecode(spelling);
        if (value !== undefined) return value;
        context.issues.push({ code: 'custom', message: 'not canonical base64url', input: spelling });
        return z.NEVER;
      },
      encode: base64urlEncode,
    },
  );
}

/** A whole number, both ends included. */
export function whole(min: number, max: number) {
  return z.int().min(min).max(max);
}

/** Until the end of the year 9999, which every date type can hold. */
export const time = whole(0, 253_402_300_799);
/** How long to wait, in seconds: at most a year. */
export const wait = whole(0, 31_536_000);
export const count = whole(0, 2_147_483_647);

/** Where a connection came from: an address or a network. */
export const source = text(64);

/** 1 to 64 characters, at most 200 bytes. */
export const username = text(200);
/** The I of a verifier; that of an imported account may be longer than a name of ours. */
export const identity = text(3072);
/** The name of a suite: it names the group and how x is made. */
export const suite = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/);
/** A public value or a verifier, up to the 8192-bit group. */
export const groupElement = bytes(1, 1024);
/** 16 bytes in everything new; imported accounts have what they came with. */
export const salt = bytes(1, 1024);
/** A proof (M1, M2) or a channel binding. */
export const digest = bytes(32, 32);
/** Drawn by a client, and kept by it for one account on one server. */
export const deviceToken = bytes(32, 32);
/** What a person typed or scanned for a code: the server parses it. */
export const code = text(64);
export const publicInvite = text(64);
export const otpauth = text(4096);
export const recoveryCodes = z.array(text(64)).min(1).max(100);

/** How the password is stretched before it becomes P′. The client has its own, lower ceiling. */
export const stretch = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('argon2id'),
    /** KiB */
    m: whole(8, 4_194_304),
    t: whole(1, 65_535),
    p: whole(1, 255),
  }),
  z.strictObject({ name: z.literal('none') }),
]);

/** An unused code of either kind, for a command that neither the password nor an open session alone may give. */
export const factor = z.strictObject({ kind: z.enum(['totp', 'recovery']), code });

export const profile = {
  algorithm: z.enum(['SHA1', 'SHA256', 'SHA512']),
  digits: z.union([z.literal(6), z.literal(7), z.literal(8)]),
  /** seconds */
  period: whole(1, 3600),
};

/** Why a first code was probably wrong: said at enrolment only. */
export const hint = z.strictObject({
  cause: z.enum(['clock', 'algorithm', 'digits', 'period', 'secret_as_text', 'earlier_qr', 'unknown']),
  offsetSeconds: whole(-86_400, 86_400).optional(),
  algorithm: profile.algorithm.optional(),
  digits: profile.digits.optional(),
  period: profile.period.optional(),
});

export const errorCode = z.enum([
  'authentication_failed',
  'name_taken',
  'registration_closed',
  'invitation_required',
  'slow_down',
  'locked',
  'disabled',
  'channel_mismatch',
  'session_stale',
  'protocol',
  'profile_refused',
  'name_refused',
  'expired',
  'busy',
  'store_unavailable',
  'shutting_down',
  'internal',
]);

export type ErrorCode = z.output<typeof errorCode>;
export type Factor = z.output<typeof factor>;
export type Hint = z.output<typeof hint>;
export type WireStretch = z.output<typeof stretch>;
