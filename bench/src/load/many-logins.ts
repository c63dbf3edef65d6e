/** Many logins on one server, whose memory and descriptors must not grow. */
import { load } from '../login-cost/client.ts';
import { summary } from '../measure.ts';
import { faultsOf, type Outcome } from './outcome.ts';
import { LoadServer } from './server.ts';

const CLIENTS = 16;
const ACCOUNTS = 1000;
/** The memory at the end may exceed that after the first tenth by this factor and this many MiB. */
const GROWTH = 1.25;
const SLACK = 32;

export async function manyLogins(count: number): Promise<Outcome> {
  const server = await LoadServer.start(ACCOUNTS);
  const memory: number[] = [];
  const descriptors: number[] = [];
  let done = 0;
  const started = performance.now();
  while (done < count) {
    const code = await server.nextCode();
    const some = Math.min(ACCOUNTS, count - done);
    await load(some, CLIENTS, (account) => server.logIn({ account, code }));
    done += some;
    const now = await server.resources();
    memory.push(now.memory / 2 ** 20);
    descriptors.push(now.descriptors);
  }
  const seconds = (performance.now() - started) / 1000;
  await server.close();
  const tenth = Math.max(1, Math.floor(memory.length / 10));
  const early = summary(memory.slice(0, tenth)).median;
  const late = summary(memory.slice(-tenth)).median;
  const [most, fewest] = [Math.max(...descriptors), Math.min(...descriptors)];
  return {
    counts: {
      logins: done,
      seconds: Math.round(seconds),
      memoryEarlyMiB: Math.round(early),
      memoryLateMiB: Math.round(late),
      fewestDescriptors: fewest,
      mostDescriptors: most,
    },
    faults: faultsOf([
      [late <= early * GROWTH + SLACK, `the memory grew from ${early} to ${late} MiB`],
      [most - fewest <= CLIENTS, `the descriptors grew from ${fewest} to ${most}`],
    ]),
  };
}
