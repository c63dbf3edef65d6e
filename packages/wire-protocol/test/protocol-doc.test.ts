/** Tests every table in docs/protocol.md against the program. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Connection } from '../src/connection.ts';
import { errorCode } from '../src/fields.ts';
import { MAX_FRAME_BYTES } from '../src/frame.ts';
import { encodeMessage, MESSAGES, type MessageType, openPayload, readMessage } from '../src/message.ts';
import { example, MESSAGE_TYPES } from './arbitraries.ts';
import { printDiagram } from './diagram.ts';
import { rows as transitions } from './pair.ts';

const doc = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

/** The rows of all tables with this header, cell by cell, without the code marks. */
function table(head: string): string[][] {
  const found = doc.split('\n\n').filter((block) => block.startsWith(head));
  return found.flatMap((block) =>
    block
      .trim()
      .split('\n')
      .slice(2)
      .map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim().replaceAll('`', '')),
      ),
  );
}

const list = (cell: string) => cell.split(', ').filter((entry) => entry !== '');
const json = (type: MessageType) => JSON.parse(new TextDecoder().decode(encodeMessage(example(type))));

/** Splits `login.start.username` into the type and the path of a field. */
function locate(address: string): { type: MessageType; path: string[] } {
  const type = MESSAGE_TYPES.find((name) => address.startsWith(`${name}.`));
  if (!type) throw new Error(`no message in ${address}`);
  return { type, path: address.slice(type.length + 1).split('.') };
}

/** Puts the value into the field of a valid frame, and returns whether it is accepted. */
function accepts(address: string, value: unknown): boolean {
  const { type, path } = locate(address);
  const message = json(type);
  const [first = '', ...deeper] = path;
  message[first] = placed(first, deeper, value);
  try {
    readMessage(openPayload(new TextEncoder().encode(JSON.stringify(message))));
    return true;
  } catch {
    return false;
  }
}

function placed(name: string, [next, ...deeper]: string[], value: unknown): unknown {
  return next === undefined ? value : { ...SURROUNDINGS[name], [next]: placed(next, deeper, value) };
}

/** The fields required next to a nested field. */
const SURROUNDINGS: Readonly<Record<string, object>> = {
  stretch: { name: 'argon2id', m: 65536, t: 3, p: 4 },
  failedSince: { passwords: 0, codes: 0 },
  unfinished: { count: 1, source: '192.0.2.1', at: 0 },
  hint: { cause: 'clock' },
  factor: { kind: 'totp', code: '123456' },
  totp: { algorithm: 'SHA1', digits: 6, period: 30, weak: false },
};

/** All values that a JSON Schema allows at a path, including lists and alternatives. */
function valuesAt(schema: object, path: string[]): unknown[] {
  const { properties, items, anyOf, oneOf, enum: values, const: value } = schema as Record<string, never>;
  const alternatives: object[] = anyOf ?? oneOf ?? (items ? [items] : []);
  if (alternatives.length > 0) return alternatives.flatMap((inner) => valuesAt(inner, path));
  const [first, ...rest] = path;
  if (first === undefined) return values ?? [value];
  return properties?.[first] ? valuesAt(properties[first], rest) : [];
}

const KINDS: Readonly<Record<string, (size: number) => unknown>> = {
  text: (size) => (size < 0 ? undefined : 'x'.repeat(size)),
  bytes: (size) => Buffer.alloc(size, 0).toString('base64url'),
  whole: (size) => size,
};

describe('docs/protocol.md', () => {
  it('lists every message, who sends it, and its fields', () => {
    const listed = table('| from | type | fields |').map(([from, type, fields = '']) => [
      from,
      type,
      list(fields),
    ]);
    const real = MESSAGE_TYPES.map((type) => {
      const sender = transitions().find((row) => row.type === type)?.sender ?? 'server';
      const fields = Object.entries(MESSAGES[type].shape)
        .filter(([name]) => name !== 'type')
        .map(([name, field]) => (field.safeParse(undefined).success ? `${name}?` : name));
      return [sender === 'client' ? 'C' : 'S', type, fields];
    });
    const byType = (a: unknown[], b: unknown[]) => String(a[1]).localeCompare(String(b[1]));
    expect(listed.sort(byType)).toEqual(real.sort(byType));
  });

  it('lists every error code', () => {
    expect(
      table('| code | meaning |')
        .map(([code]) => code)
        .sort(),
    ).toEqual([...errorCode.options].sort());
  });

  it('contains the diagram of the table of states', () => {
    expect(/```mermaid\n(.*?)```/s.exec(doc)?.[1]).toBe(printDiagram());
  });

  for (const [address = '', kind = '', from, to] of table('| field | kind |'))
    it(`is right about the limits of ${address}`, () => {
      const make = KINDS[kind];
      if (!make) throw new Error(`no kind ${kind}`);
      const [least, most] = [Number(from), Number(to)];
      for (const size of [least, most]) expect(accepts(address, make(size)), `${size}`).toBe(true);
      expect(accepts(address, make(most + 1)), `${most + 1}`).toBe(false);
      expect(accepts(address, make(least - 1)), `${least - 1}`).toBe(false);
    });

  for (const [address = '', values = ''] of table('| field | values |'))
    it(`is right about the values of ${address}`, () => {
      const { type, path } = locate(address);
      const schema = z.toJSONSchema(MESSAGES[type], { io: 'input', unrepresentable: 'any' });
      expect(valuesAt(schema, path).map(String)).toEqual(list(values));
    });

  it('shows a frame as it is sent', () => {
    const shown = /^([0-9a-f ]{11}) {3}([0-9a-f ]+)\n.*\{"type"/m.exec(doc);
    const frame = Buffer.from(`${shown?.[1]}${shown?.[2]}`.replaceAll(' ', ''), 'hex');
    const message = encodeMessage({ type: 'account.show' });
    expect(frame.subarray(4)).toEqual(Buffer.from(message));
    expect(frame.readUInt32BE(0)).toBe(message.length);
    expect(doc).toContain(`at most ${MAX_FRAME_BYTES}.`);
    expect(() => new Connection({ role: 'server' }).receive(frame)).toThrow('account.show in state start');
  });
});
