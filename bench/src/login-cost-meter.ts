/**
 * Queries to a server in another process, over the channel of `fork`: the processor time of all its threads,
 * and a profile of its JavaScript. A query is a word, the answer a value.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Profiler, Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

/** Limit for a server that does not end with its benchmark, in milliseconds. */
const LIMIT = 3_600_000;
/** Microseconds between two samples of a profile. */
const INTERVAL = 200;

export interface Meter<Facts> {
  readonly facts: Facts;
  /** Processor time so far, in milliseconds. */
  processorTime(): Promise<number>;
  startProfile(): Promise<void>;
  stopProfile(): Promise<Profiler.Profile>;
  /** Runs one of the actions that the child offers. */
  tell(action: string): Promise<void>;
  close(): Promise<void>;
}

/** In the child: sends what the parent needs to know, and answers queries from then on. */
export function answerMeter(facts: unknown, actions: Record<string, () => unknown>): void {
  const session = new Session();
  const answers: Record<string, () => unknown> = {
    processorTime: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
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
  process.send?.({ answer: facts });
}

/** Starts a program of this folder and reads its first message. */
export async function startMeter<Facts>(
  program: string,
  args: readonly string[] = [],
): Promise<Meter<Facts>> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = fork(path, args, { timeout: LIMIT, serialization: 'advanced' });
  const facts = (await answerOf(child)) as Facts;
  const ask = async (question: string) => {
    const answer = answerOf(child);
    child.send(question);
    return await answer;
  };
  return {
    facts,
    processorTime: async () => (await ask('processorTime')) as number,
    startProfile: async () => void (await ask('startProfile')),
    stopProfile: async () => (await ask('stopProfile')) as Profiler.Profile,
    tell: async (action) => void (await ask(action)),
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
