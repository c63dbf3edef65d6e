/** The log of a running server on stderr: pino lines for programs, one line in words for each entry on a terminal. */
import type { ServerEvent } from '@countersign/auth-server';
import { eventInWords } from '@countersign/auth-server/audit';
import { EventLog, type LogEntry } from '@countersign/auth-server/log';
import { duration, exactMoment, type Io, note, plain, sentence, styleFor } from '@countersign/terminal';
import { LOG_LEVELS, type LogLevel } from './options.ts';

export interface Log {
  event(event: ServerEvent): void;
  /** Logs something about the server itself that its administrator should know. */
  warn(message: string): void;
  /** Logs an action that the administrator requested. */
  info(message: string): void;
  /** Writes the repeats that were counted. */
  close(): void;
}

export interface LogOptions {
  readonly json: boolean;
  readonly level: LogLevel;
}

export async function openLog(io: Io, { json, level: most }: LogOptions): Promise<Log> {
  const program = io.isTerminal && !json ? undefined : await pinoTo(io);
  const { dim, yellow, red } = styleFor(io.stderr, io.env);
  const paints = { debug: dim, info: (line: string) => line, warn: yellow, error: red };
  const write = (level: LogLevel, name: string, fields: LogEntry['fields'], words: () => string) => {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(most)) return;
    if (program) program[level](fields, name);
    else note(io, `${dim(exactMoment(io.now() / 1000))}  ${paints[level](words())}`);
  };
  const log = new EventLog(
    (entry) => write(entry.level, entry.name, entry.fields, () => entryInWords(entry)),
    io.now,
  );
  return {
    event(event) {
      if (event.kind === 'connected' || event.kind === 'disconnected') {
        const { kind, source } = event;
        write('debug', kind, { source }, () => `${kind} ${source}`);
      }
      log.add(event);
    },
    warn: (message) => write('warn', message, {}, () => message),
    info: (message) => write('info', message, {}, () => message),
    close: () => log.close(),
  };
}

async function pinoTo(io: Io) {
  const { pino } = await import('pino');
  return pino(
    { level: 'debug', base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line) => void io.stderr.write(line) },
  );
}

function entryInWords({ name, event, repeats }: LogEntry): string {
  const words = event === undefined ? name : serverEventInWords(event);
  if (repeats === undefined) return words;
  const times = repeats.count === 1 ? 'once more' : `${repeats.count} more times`;
  const span = repeats.seconds < 1 ? '' : ` in ${duration(Math.floor(repeats.seconds))}`;
  return `${words}, ${times}${span}`;
}

const REFUSED: Readonly<Record<string, string>> = {
  busy: 'too many connections or logins',
  not_countersign: 'it uses another protocol',
  bad_proxy_header: 'a relay named in --proxy-protocol sent no valid PROXY protocol header',
};

function serverEventInWords(event: ServerEvent): string {
  switch (event.kind) {
    case 'audited':
      return plain(eventInWords(event.event), 500);
    case 'failure': {
      const { error } = event;
      return sentence`internal error: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
    }
    case 'refused':
    case 'disconnected':
      if (event.because === 'protocol')
        return sentence`connection from ${event.source} closed: protocol violation`;
      return sentence`connection from ${event.source} refused: ${REFUSED[event.because] ?? 'the TLS 1.3 handshake failed'}`;
    default:
      return event.kind;
  }
}
