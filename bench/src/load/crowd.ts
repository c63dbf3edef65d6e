/** Honest logins beside a crowd of connections that never say anything complete. */
import { startMeter } from '../login-cost/meter.ts';
import { summary } from '../measure.ts';
import type { CrowdCounts, CrowdKind } from './crowd-child.ts';
import { faultsOf, type Outcome } from './outcome.ts';
import { LoadServer } from './server.ts';
import { SOURCES } from './sources.ts';

const LOGINS = 10;
/** The longest that an honest login may take, in milliseconds. */
const LONGEST = 1000;
/** The crowds of whole runs. Smaller ones only check that logins succeed: on a shared machine they say nothing about time. */
const WHOLE: Readonly<Record<CrowdKind, number>> = { silent: 5000, dripping: 1000 };

/** Runs a crowd of this size from 16 addresses, and logins from another one. */
export async function besideCrowd(kind: CrowdKind, size = WHOLE[kind]): Promise<Outcome> {
  const server = await LoadServer.start(2);
  // From the second login on, account 1 is on a known device. Both also warm up the server.
  const alone: number[] = [];
  for (let n = 0; n < LOGINS; n++) {
    await server.timedLogin(1, true);
    alone.push(await server.timedLogin(0, false));
  }
  const args = [kind, size, server.facts.port];
  const crowd = await startMeter(process.execPath, '../load/crowd-child.js', args);
  const strangers: number[] = [];
  const known: number[] = [];
  for (let n = 0; n < LOGINS; n++) {
    strangers.push(await server.timedLogin(0, false));
    known.push(await server.timedLogin(1, true));
  }
  const counts = (await crowd.ask('counts')) as CrowdCounts;
  const { descriptors } = await server.resources();
  await crowd.close();
  await server.close();
  const longest = size < WHOLE[kind] ? Number.POSITIVE_INFINITY : LONGEST;
  const slowestStranger = Math.max(...strangers);
  const slowestKnown = Math.max(...known);
  return {
    counts: {
      connections: size,
      sources: SOURCES,
      opened: counts.opened,
      endedByServer: counts.ended,
      openAtTheEnd: counts.open,
      serverDescriptors: descriptors,
      logins: strangers.length + known.length,
      medianWithoutCrowdMs: Math.round(summary(alone).median),
      medianMs: Math.round(summary([...strangers, ...known]).median),
      slowestStrangerMs: Math.round(slowestStranger),
      slowestKnownDeviceMs: Math.round(slowestKnown),
    },
    faults: faultsOf([
      [counts.opened >= size, 'not all connections of the crowd were opened'],
      [slowestStranger <= longest, `a login from an unknown device took ${slowestStranger} ms`],
      [slowestKnown <= longest, `a login from a known device took ${slowestKnown} ms`],
    ]),
  };
}
