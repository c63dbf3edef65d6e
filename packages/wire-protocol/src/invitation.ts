/**
 * The text form of an invitation: one line with everything that a registration needs. docs/protocol.md
 * describes it byte by byte.
 *
 * It contains a secret (the code), so send it as you would send a password. The checksum detects typing
 * mistakes and truncation, nothing else. An invitation is genuine because the server has a verifier of its
 * code.
 */
import { base64urlDecode, base64urlEncode } from './base64url.ts';
import { utf8Decode, utf8Encode } from './platform.ts';

/** The content of an invitation. */
export interface Invitation {
  /** Where clients reach the server: a host name or IP address, 1 to 253 visible ASCII characters. */
  readonly host: string;
  readonly port: number;
  /** The pin of the server's key, `sha256:…`. */
  readonly pin: string;
  /** The only user name that it is valid for, at most 200 bytes. Without it, any name. */
  readonly username?: string | undefined;
  /** The public id and the secret, `ID.XXXX-XXXX-XXXX-XXXX`: 1 to 100 visible ASCII characters. */
  readonly code: string;
}

/**
 * Why a text is not a valid invitation:
 *
 * - `not_an_invitation`: some other text
 * - `newer_version`: created by a later version of this format
 * - `damaged`: characters are wrong or missing
 * - `malformed`: undamaged but invalid; the program that created it has a bug
 */
export type InvitationProblem = 'not_an_invitation' | 'newer_version' | 'damaged' | 'malformed';

/** The result of reading an invitation: its content, or why it is not valid. */
export type InvitationReading =
  | { readonly ok: true; readonly invitation: Invitation }
  | { readonly ok: false; readonly problem: InvitationProblem };

const PREFIX = 'countersign1_';
const ANY_VERSION = /^countersign[1-9]\d{0,3}_/;
/** The maximum length of the text in bytes. Every valid invitation is shorter. */
export const MAX_INVITATION_BYTES = 900;

const PIN_PREFIX = 'sha256:';
const PIN_BYTES = 32;
const CHECKSUM_BYTES = 4;
const HOST = /^[\x21-\x7e]{1,253}$/;
const CODE = /^[\x21-\x7e]{1,100}$/;
const MAX_USERNAME_BYTES = 200;

/**
 * Returns the text of an invitation, one line.
 *
 * @throws {RangeError} for a value that the format cannot hold; the message does not contain the value
 */
export function formatInvitation({ host, port, pin, username = '', code }: Invitation): string {
  const pinBytes = pin.startsWith(PIN_PREFIX) ? base64urlDecode(pin.slice(PIN_PREFIX.length)) : undefined;
  if (pinBytes?.length !== PIN_BYTES)
    throw new RangeError('"pin" expected sha256: and 32 bytes in base64url');
  if (!HOST.test(host)) throw new RangeError('"host" expected 1 to 253 visible ASCII characters');
  if (!isPort(port)) throw new RangeError('"port" expected 1 to 65535');
  if (!CODE.test(code)) throw new RangeError('"code" expected 1 to 100 visible ASCII characters');
  const name = utf8Encode(username);
  if (name.length > MAX_USERNAME_BYTES || utf8Decode(name) !== username)
    throw new RangeError('"username" expected well-formed text of at most 200 bytes');
  const body = Uint8Array.from([
    ...pinBytes,
    port >> 8,
    port & 0xff,
    ...[utf8Encode(host), name, utf8Encode(code)].flatMap((field) => [field.length, ...field]),
  ]);
  return PREFIX + base64urlEncode(Uint8Array.from([...body, ...checksum(body)]));
}

/** Reads an invitation without the white space that mail programs add. Never throws. */
export function readInvitation(text: string): InvitationReading {
  const line = text.slice(0, 8 * MAX_INVITATION_BYTES).replace(/[\s\p{Cf}]/gu, '');
  if (!line.startsWith(PREFIX))
    return refusal(ANY_VERSION.test(line) ? 'newer_version' : 'not_an_invitation');
  if (line.length > MAX_INVITATION_BYTES) return refusal('damaged');
  const bytes = base64urlDecode(line.slice(PREFIX.length));
  if (!bytes || bytes.length < CHECKSUM_BYTES) return refusal('damaged');
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  const shown = bytes.subarray(-CHECKSUM_BYTES);
  if (checksum(body).some((byte, index) => byte !== shown[index])) return refusal('damaged');
  const invitation = readBody(body);
  return invitation ? { ok: true, invitation } : refusal('malformed');
}

function readBody(body: Uint8Array): Invitation | undefined {
  const pin = PIN_PREFIX + base64urlEncode(body.subarray(0, PIN_BYTES));
  const port = ((body[PIN_BYTES] ?? 0) << 8) | (body[PIN_BYTES + 1] ?? 0);
  const fields: string[] = [];
  let at = PIN_BYTES + 2;
  for (let n = 0; n < 3; n++) {
    const start = at + 1;
    at = start + (body[at] ?? 0);
    const field = utf8Decode(body.subarray(start, at));
    if (field === undefined) return undefined;
    fields.push(field);
  }
  const [host = '', username = '', code = ''] = fields;
  // A body that is too short ends inside a field or before it.
  const isWhole = at === body.length && isPort(port) && HOST.test(host) && CODE.test(code);
  if (!isWhole || utf8Encode(username).length > MAX_USERNAME_BYTES) return undefined;
  return { host, port, pin, username: username || undefined, code };
}

function refusal(problem: InvitationProblem): InvitationReading {
  return { ok: false, problem };
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** CRC-32 (RFC 1952 §8) over prefix and body, big-endian. */
function checksum(body: Uint8Array): Uint8Array {
  let crc = 0xffff_ffff;
  for (const byte of [...utf8Encode(PREFIX), ...body]) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  const sum = ~crc;
  return Uint8Array.of(sum >>> 24, (sum >>> 16) & 0xff, (sum >>> 8) & 0xff, sum & 0xff);
}
