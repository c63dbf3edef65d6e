/** The log of a running server on stderr: pino lines for programs, one short line for each entry on a terminal. */
import type { ServerEvent } from '@countersign/auth-server';
import { EventLog, type LogEntry } from '@countersign/auth-server/log';
import type { Io } from '@countersign/terminal';
import { entryInWords, logLine } from '../ui/running.ts';

export interface Log {
  event(event: ServerEvent): void;
  /** Logs something about the server itself that its administrator should know. */
  warn(message: string): void;
  /** Writes the repeats that were counted. */
  close(): void;
}

export async function openLog(io: Io, json: boolean): Promise<Log> {
  const write = io.isTerminal && !json ? undefined : await programWriter(io);
  const log = new EventLog(write ?? ((entry) => logLine(io, entryInWords(entry), entry.level)), () =>
    io.now(),
  );
  return {
    event: (event) => log.add(event),
    warn: (message) =>
      write ? write({ level: 'warn', name: message, fields: {} }) : logLine(io, message, 'warn'),
    close: () => log.close(),
  };
}

async function programWriter(io: Io): Promise<(entry: Pick<LogEntry, 'level' | 'name' | 'fields'>) => void> {
  const { pino } = await import('pino');
  const log = pino(
    { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line) => void io.stderr.write(line) },
  );
  return ({ level, name, fields }) => log[level](fields, name);
}
