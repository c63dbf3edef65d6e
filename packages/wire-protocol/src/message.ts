/**
 * Converts frame payloads to messages and back. Reading has these steps, each with its own errors:
 *
 * 1. bytes → text, UTF-8 only
 * 2. text → JSON
 * 3. JSON → `type`, which must be one of the protocol's
 * 4. whether this type is allowed now; the caller checks that before the rest is read
 * 5. JSON → message, by the strict schema of the type, with unique keys
 */
import type { z } from 'zod';
import { CLIENT_MESSAGES, type ClientMessage, type ClientMessageType } from './client-messages.ts';
import { LocalProtocolError, RemoteProtocolError } from './errors.ts';
import { utf8Decode, utf8Encode } from './platform.ts';
import { SERVER_MESSAGES, type ServerMessage, type ServerMessageType } from './server-messages.ts';

/** The schema of every message, by type. */
export const MESSAGES = { ...CLIENT_MESSAGES, ...SERVER_MESSAGES };

export type MessageType = ClientMessageType | ServerMessageType;
/** A message of either side. */
export type Message = ClientMessage | ServerMessage;

/** A payload of which only the type has been read. */
export interface Unread {
  readonly type: MessageType;
  readonly json: string;
  readonly value: unknown;
}

/**
 * Runs steps 1 to 3.
 *
 * @throws {RemoteProtocolError} not_utf8
 * @throws {RemoteProtocolError} not_json
 * @throws {RemoteProtocolError} unknown_type
 */
export function openPayload(payload: Uint8Array): Unread {
  const json = utf8Decode(payload);
  if (json === undefined)
    throw new RemoteProtocolError('not_utf8', 'the other side sent bytes that are not UTF-8');
  const value = parseJson(json);
  return { type: typeOf(value), json, value };
}

/**
 * Runs step 5.
 *
 * @throws {RemoteProtocolError} bad_message
 */
export function readMessage({ type, json, value }: Unread): Message {
  const schema: z.ZodType<Message> = MESSAGES[type];
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw badMessage(type, describe(parsed.error));
  // JSON.parse keeps the last of two equal keys, other parsers the first. No program may depend on it.
  if (keysWritten(json) !== keysHeld(value)) throw badMessage(type, 'duplicate key');
  return parsed.data;
}

/**
 * Encodes a message as a payload.
 *
 * @throws {LocalProtocolError} bad_message
 * @throws {LocalProtocolError} unknown_type
 */
export function encodeMessage(message: Message): Uint8Array {
  if (!isMessageType(message.type)) throw new LocalProtocolError('unknown_type', 'unknown type of message');
  const schema: z.ZodType<Message> = MESSAGES[message.type];
  const encoded = schema.safeEncode(message);
  if (!encoded.success)
    throw new LocalProtocolError('bad_message', `${message.type}: ${describe(encoded.error)}`);
  return utf8Encode(JSON.stringify(encoded.data));
}

/** Parses JSON. The SyntaxError is not kept as the cause, since it quotes the text. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new RemoteProtocolError('not_json', 'the other side sent a frame that is not JSON');
  }
}

function typeOf(value: unknown): MessageType {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (isMessageType(type)) return type;
  throw new RemoteProtocolError('unknown_type', 'the other side sent a message of an unknown type');
}

function isMessageType(type: unknown): type is MessageType {
  return typeof type === 'string' && Object.hasOwn(MESSAGES, type);
}

function badMessage(type: MessageType, problem: string): RemoteProtocolError {
  return new RemoteProtocolError('bad_message', `the other side sent a bad ${type}: ${problem}`);
}

/** Returns the path and kind of the first problem, in names of the schema, never in unknown keys. */
function describe(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  const path = issue?.path.join('.') || 'message';
  return `${path}: ${issue?.code ?? 'custom'}`;
}

/** Finds keys: in valid JSON, quotes occur only around strings, and a string before a colon is a key. */
function keysWritten(json: string): number {
  let keys = 0;
  for (const [, colon] of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon) keys += 1;
  return keys;
}

/** Only for values that a schema has accepted, which are a few levels deep. */
function keysHeld(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const held = Object.values(value).reduce((sum: number, inner) => sum + keysHeld(inner), 0);
  return held + (Array.isArray(value) ? 0 : Object.keys(value).length);
}
