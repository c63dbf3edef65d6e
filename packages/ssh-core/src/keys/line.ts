/**
 * Public keys and certificates as text: one line of a `.pub` file or of authorized_keys (sshd(8),
 * "AUTHORIZED_KEYS FILE FORMAT"): the kind, the blob in base64, and a comment.
 */
import { base64 } from '@scure/base';
import { expectBytes, expectString, expectText } from '../argument.ts';
import { SshError } from '../errors.ts';
import { utf8Decode } from '../platform.ts';
import { Reader } from '../wire/reader.ts';
import { isCertificateKind, isKeyKind } from './kind.ts';
import { decodePublicKey, expectKeyKind, type PublicKey } from './public-key.ts';

/** Longer lines are refused. `sshd` reads at most as many bytes. */
const MAX_LINE = 16_384;
const MAX_COMMENT_BYTES = 1024;

/** The start of a private key: PEM, PuTTY, or the base64 of "openssh-key-v1". */
const PRIVATE_KEY = /BEGIN [A-Z0-9 ]*PRIVATE KEY|^\s*(?:PuTTY-User-Key-File|b3BlbnNzaC1rZXktdjE)/;
/** The other public forms that `ssh-keygen -i` converts. */
const OTHER_FORM = /^-{4,5} ?BEGIN/;
const KIND = /^[a-z][a-z0-9-]*(?:@[a-z0-9.-]+)?$/;

/**
 * Reads a public key from a line as in a `.pub` file. The comment is ignored. Options of authorized_keys are
 * refused, because a caller that reads only the key would drop a restriction.
 *
 * @throws {SshError} malformed, also for several lines
 * @throws {SshError} too_long
 * @throws {SshError} private_key
 * @throws {SshError} unsupported_key
 * @throws {SshError} weak_key
 * @throws {SshError} has_options
 */
export function parsePublicKey(line: string): PublicKey {
  const [name, text] = splitLine(line);
  return decodePublicKey(decodeBlob(expectKeyKind(name), text));
}

/** Returns the words before the comment: the name of the kind and the blob in base64. */
export function splitLine(line: string): readonly [name: string, text: string] {
  expectString('line', line);
  if (PRIVATE_KEY.test(line.slice(0, MAX_LINE)))
    throw new SshError('private_key', 'this is a private key; use the file that ends in .pub');
  if (line.length > MAX_LINE) throw new SshError('too_long', `a line has at most ${MAX_LINE} characters`);
  const trimmed = line.trim();
  if (OTHER_FORM.test(trimmed))
    throw new SshError('malformed', 'this is another format; convert it with: ssh-keygen -i -f FILE');
  if (/[\r\n]/.test(trimmed)) throw new SshError('malformed', 'one key was expected, on one line');
  const [first = '', second = '', ...rest] = trimmed.split(/[ \t]+/);
  if (isLineKind(first)) return [first, second];
  if ([second, ...rest].some(isLineKind))
    throw new SshError('has_options', 'the line begins with options; give only the key');
  if (!KIND.test(first) || second === '') throw new SshError('malformed', 'this is not a public key');
  return [first, second];
}

function isLineKind(word: string): boolean {
  return isKeyKind(word) || isCertificateKind(word) || word === 'ssh-dss';
}

/** Decodes the blob of a line, in canonical base64, and checks that it is of the kind that the line names. */
export function decodeBlob(name: string, text: string): Uint8Array {
  let blob: Uint8Array;
  try {
    blob = base64.decode(text);
  } catch {
    // Without the cause, whose message quotes the input.
    throw new SshError('malformed', 'the key is not in base64, or was cut off');
  }
  if (utf8Decode(new Reader(blob, 'the public key').string()) !== name)
    throw new SshError('malformed', 'the key is of another kind than its line says');
  return blob;
}

/**
 * Returns a key or certificate as a line of a `.pub` file, without a line break.
 *
 * @param comment at most 1,024 bytes, without control characters; none by default
 */
export function formatLine({ blob }: { readonly blob: Uint8Array }, comment = ''): string {
  expectText('comment', comment, 0, MAX_COMMENT_BYTES);
  const name = new Reader(expectBytes('blob', blob), 'the key').text();
  return `${name} ${base64.encode(blob)}${comment === '' ? '' : ` ${comment}`}`;
}
