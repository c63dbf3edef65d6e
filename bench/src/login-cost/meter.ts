/**
 * Queries to a server in another process, over the channel of `fork`: its processor time, and a profile of
 * its JavaScript. A query is a word, the answer a value.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

/** Limit for a server that does not end with its benchmark, in milliseconds. */
const LIMIT = 4 * 3_600_000;
/** Microseconds between two samples of a profile. */
const INTERVAL = 200;

/** Processor time so far, in milliseconds. */
export interface ProcessorTime {
  readonly all: number;
  /** Of the main thread alone; `NaN` on systems other than Linux. */
  readonly main: number;
}

/** What a server holds. */
export interface Resources {
  /**
   * Memory of the process itself in bytes: resident, without the pages of mapped files (on systems other than Linux with
   * them). LMDB maps its whole data file, whose pages the system takes back when it needs memory.
   */
  readonly memory: number;
  /** Open file descriptors; 0 on systems other than Linux. */
  readonly descriptors: number;
  /** Failures that it has reported so far. */
  readonly failures: number;
}

/** Calls of the store's back end so far. */
export interface Calls {
  readonly reads: number;
  readonly durable: number;
  readonly lazy: number;
}

export interface Meter<Facts> {
  readonly facts: Facts;
  processorTime(): Promise<ProcessorTime>;
  startProfile(): Promise<void>;
  stopProfile(): Promise<Profiler.Profile>;
  /** Runs one of the actions that the child offers, and returns its result. */
  ask(action: string): Promise<unknown>;
  close(): Promise<void>;
}

/** In the child: sends what the parent needs to know, and answers queries from then on. */
export function answerMeter(facts: unknown, actions: Record<string, () => unknown>): void {
  const session = new Session();
  const answers: Record<string, () => unknown> = {
    processorTime: (): ProcessorTime => {
      const { user, system } = process.cpuUsage();
      return { all: (user + system) / 1000, main: mainThreadTime() };
    },
    startProfile: async () => {
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
      await session.post('Profiler.start');
    },
    stopProfile: async () => {
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      return profile;
    },
    ...actions,
  };
  const answer = async (question: string) => {
    process.send?.({ answer: (await answers[question]?.()) ?? null });
    if (question === 'close') process.disconnect();
  };
  process.on('message', (question: string) => void answer(question));
  // Also when the parent is gone.
  process.on('disconnect', () => process.exit());
  process.send?.({ answer: facts });
}

/** In the child: what this process holds. */
export function resources(): Omit<Resources, 'failures'> {
  return { memory: ownMemory(), descriptors: openDescriptors() };
}

function ownMemory(): number {
  try {
    const [, kibibytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // Not on Linux.
  }
  return process.memoryUsage.rss();
}

function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

/** Processor time of the main thread in milliseconds, which Linux keeps in nanoseconds. */
function mainThreadTime(): number {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** Starts a program of this folder with a release of Node, and reads its first message. */
export async function startMeter<Facts>(
  executable: string,
  program: string,
  args: readonly (string | number)[] = [],
): Promise<Meter<Facts>> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const options = { execPath: executable, timeout: LIMIT, serialization: 'advanced' } as const;
  const child = fork(path, args.map(String), options);
  const facts = (await answerOf(child)) as Facts;
  const ask = async (question: string) => {
    const answer = answerOf(child);
    child.send(question);
    return await answer;
  };
  return {
    facts,
    ask,
    processorTime: async () => (await ask('processorTime')) as ProcessorTime,
    startProfile: async () => void (await ask('startProfile')),
    stopProfile: async () => (await ask('stopProfile')) as Profiler.Profile,
    async close() {
      const closed = once(child, 'close');
      await ask('close');
      await closed;
    },
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => {
        throw new Error('the server ended');
      }),
    ]);
    return (message as { answer: unknown }).answer;
  } finally {
    ended.abort();
  }
}
