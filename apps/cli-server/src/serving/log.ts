/**
 * What the server tells while it runs, on stderr: pino lines for programs, or a short line each for a person at a
 * terminal. No secret gets here, and of unknown users no name: events hold neither. Repeats are counted (`repeats.ts`).
 */
import type { ServerEvent } from '@countersign/auth-server';
import type { Io } from '@countersign/terminal';
import { eventInWords } from '../ui/events.ts';
import { connectionRefused, failureInside, logLine, protocolBroken } from '../ui/running.ts';
import { type Entry, Repeats } from './repeats.ts';

export interface Log {
  event(event: ServerEvent): void;
  /** Something about the server itself that its administrator should know. */
  warn(message: string): void;
  /** Writes the repeats that were counted; to be called when the server has ended. */
  close(): void;
}

const MINUTE = 60_000;

export async function openLog(io: Io, json: boolean): Promise<Log> {
  const write = io.isTerminal && !json ? personWriter(io) : await programWriter(io);
  const repeats = new Repeats(write, () => io.now());
  const timer = setInterval(() => repeats.flush(), MINUTE).unref();
  return {
    event(event) {
      const entry = entryFor(event);
      if (entry) repeats.add(entry);
    },
    warn: (message) => write({ level: 'warn', name: message, fields: {}, words: message }),
    close() {
      clearInterval(timer);
      repeats.flush();
    },
  };
}

/** Nothing for what every honest client does. */
function entryFor(event: ServerEvent): Entry | undefined {
  switch (event.kind) {
    case 'audited': {
      const { kind, ...fields } = event.event;
      return { level: levelOf(kind), name: kind, fields, words: eventInWords(event.event) };
    }
    case 'failure': {
      const { error } = event;
      return { level: 'error', name: 'failure', fields: failureFields(error), words: failureInside(error) };
    }
    case 'refused': {
      const { source, because } = event;
      const words = connectionRefused(source, because);
      return { level: 'info', name: 'refused', fields: { source, because }, words };
    }
    case 'disconnected': {
      const { source, because } = event;
      if (because !== 'protocol' && because !== 'busy') return undefined;
      const words = because === 'busy' ? connectionRefused(source, because) : protocolBroken(source);
      return { level: 'info', name: 'disconnected', fields: { source, because }, words };
    }
    case 'connected':
    case 'login.succeeded': // the audited event says it
      return undefined;
  }
}

const TONES = { info: 'plain', warn: 'warning', error: 'alarm' } as const;

function personWriter(io: Io): (entry: Entry) => void {
  return ({ level, words }) => logLine(io, words, TONES[level]);
}

async function programWriter(io: Io): Promise<(entry: Entry) => void> {
  const { pino } = await import('pino');
  const { isoTime } = pino.stdTimeFunctions;
  const log = pino(
    { base: { pid: process.pid }, timestamp: isoTime },
    { write: (line) => void io.stderr.write(line) },
  );
  return ({ level, name, fields }) => log[level](fields, name);
}

const WARNINGS: ReadonlySet<string> = new Set(['login.unfinished', 'server.key_changed']);

function levelOf(kind: string): Entry['level'] {
  if (kind === 'channel.mismatch') return 'error';
  return kind.endsWith('.failed') || WARNINGS.has(kind) ? 'warn' : 'info';
}

function failureFields(error: unknown): Entry['fields'] {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = 'code' in error ? { code: error.code } : {};
  return { error: error.name, ...code, detail: error.message, stack: error.stack };
}
