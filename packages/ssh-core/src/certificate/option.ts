/**
 * Critical options and extensions (PROTOCOL.certkeys): names in byte order, each once. The data of a flag is
 * empty, that of an option with a value is a `string` inside.
 */
import { expectArray, expectObject, expectString, expectText } from '../argument.ts';
import { SshError } from '../errors.ts';
import type { Reader } from '../wire/reader.ts';
import { concat, string } from '../wire/writer.ts';

/** A flag such as `permit-pty`, or an option with a value such as `force-command`. */
export interface CertificateOption {
  readonly name: string;
  readonly value?: string;
}

/** RFC 4251 §6: visible ASCII without commas, so that the order of characters is that of bytes. */
const NAME = /^[\x21-\x2b\x2d-\x7e]{1,64}$/;
const MAX_OPTIONS = 64;
const MAX_VALUE_BYTES = 4096;

/** Reads the options inside a `string`. */
export function readOptions(reader: Reader): CertificateOption[] {
  const options: CertificateOption[] = [];
  while (!reader.done) {
    const name = reader.text();
    if (!NAME.test(name)) throw reader.malformed('has a name that is not visible ASCII');
    if (options.length > 0 && name <= (options.at(-1)?.name ?? ''))
      throw reader.malformed('is not sorted, or has a name twice');
    if (options.length === MAX_OPTIONS)
      throw new SshError('too_long', `a certificate has at most ${MAX_OPTIONS} options of each kind`);
    const data = reader.inside('an option of the certificate');
    if (data.done) options.push({ name });
    else {
      options.push({ name, value: data.text(MAX_VALUE_BYTES) });
      data.end();
    }
  }
  return options;
}

/** Writes options in their order, as the content of a `string`. */
export function writeOptions(argument: string, options: readonly CertificateOption[]): Uint8Array {
  const parts = new Map<string, Uint8Array>();
  for (const option of expectArray(argument, options, MAX_OPTIONS)) {
    expectObject(`${argument}[]`, option);
    const name = expectString(`${argument}[].name`, option.name);
    if (!NAME.test(name))
      throw new RangeError(`"${argument}[].name" expected 1 to 64 visible ASCII characters`);
    if (parts.has(name)) throw new RangeError(`"${argument}" expected each name once`);
    const { value } = option;
    const data =
      value === undefined ? [] : [string(expectText(`${argument}[].value`, value, 0, MAX_VALUE_BYTES))];
    parts.set(name, concat([string(name), string(data)]));
  }
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  return concat(sorted.map(([, part]) => part));
}
