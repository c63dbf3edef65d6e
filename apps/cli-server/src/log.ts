/**
 * What the server tells while it runs, on stderr: pino lines for programs, or a short line each for a person at a
 * terminal. No secret gets here, and of unknown users no name: events hold neither.
 */
import type { ServerEvent } from '@countersign/auth-server';
import type { Io } from '@countersign/terminal';
import { connectionEnded, eventInWords, failureInside, logLine } from './ui.ts';

export interface Log {
  event(event: ServerEvent): void;
  /** Something about the server itself that its administrator should know. */
  warn(message: string): void;
}

export async function openLog(io: Io, json: boolean): Promise<Log> {
  return io.isTerminal && !json ? personLog(io) : programLog(io);
}

function personLog(io: Io): Log {
  return {
    event(event) {
      switch (event.kind) {
        case 'audited':
          logLine(io, eventInWords(event.event), TONES[levelOf(event.event.kind)]);
          break;
        case 'failure':
          logLine(io, failureInside(event.error), 'alarm');
          break;
        case 'disconnected':
          if (isOdd(event.because)) logLine(io, connectionEnded(event.source, event.because));
          break;
        case 'connected':
          break;
      }
    },
    warn: (message) => logLine(io, message, 'warning'),
  };
}

async function programLog(io: Io): Promise<Log> {
  const { pino } = await import('pino');
  const log = pino({ base: { pid: process.pid } }, { write: (line) => void io.stderr.write(line) });
  return {
    event(event) {
      switch (event.kind) {
        case 'audited': {
          const { kind, ...fields } = event.event;
          log[levelOf(kind)](fields, kind);
          break;
        }
        case 'failure':
          log.error(failureFields(event.error), 'failure');
          break;
        case 'disconnected':
          if (isOdd(event.because))
            log.info({ source: event.source, because: event.because }, 'disconnected');
          break;
        case 'connected':
          break;
      }
    },
    warn: (message) => log.warn(message),
  };
}

const TONES = { info: 'plain', warn: 'warning', error: 'alarm' } as const;

/** Endings that are no part of an honest client's life. */
function isOdd(because: string): boolean {
  return because === 'protocol' || because === 'too_many_connections';
}

function levelOf(kind: string): 'info' | 'warn' | 'error' {
  if (kind === 'channel.mismatch') return 'error';
  return kind.endsWith('.failed') ? 'warn' : 'info';
}

function failureFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = 'code' in error ? { code: error.code } : {};
  return { error: error.name, ...code, detail: error.message, stack: error.stack };
}
