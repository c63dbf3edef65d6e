/** The log of a running server on stderr: pino lines for programs, one line in words for each entry on a terminal. */
import type { ServerEvent } from '@countersign/auth-server';
import { eventInWords } from '@countersign/auth-server/audit';
import { EventLog, type LogEntry } from '@countersign/auth-server/log';
import { duration, exactMoment, type Io, note, plain, sentence, styleFor } from '@countersign/terminal';

export interface Log {
  event(event: ServerEvent): void;
  /** Logs something about the server itself that its administrator should know. */
  warn(message: string): void;
  /** Logs something that its administrator asked for. */
  info(message: string): void;
  /** Writes the repeats that were counted. */
  close(): void;
}

export async function openLog(io: Io, json: boolean): Promise<Log> {
  const forPrograms = io.isTerminal && !json ? undefined : await programWriter(io);
  const log = new EventLog(
    forPrograms ?? ((entry) => writeLine(io, entry.level, entryInWords(entry))),
    io.now,
  );
  const say = (level: LogEntry['level'], name: string) =>
    forPrograms ? forPrograms({ level, name, fields: {} }) : writeLine(io, level, name);
  return {
    event: (event) => log.add(event),
    warn: (message) => say('warn', message),
    info: (message) => say('info', message),
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

function writeLine(io: Io, level: LogEntry['level'], text: string): void {
  const { dim, yellow, red } = styleFor(io.stderr, io.env);
  const paint = { info: (line: string) => line, warn: yellow, error: red }[level];
  note(io, `${dim(exactMoment(io.now() / 1000))}  ${paint(text)}`);
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
