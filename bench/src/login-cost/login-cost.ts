/**
 * The processor time of the server for one login, compared with the minimum of any login, on the oldest and
 * the newest release of Node; and with the design of the system that Countersign replaces.
 */
import { QUICK } from '../measure.ts';
import { executableOf, RELEASES, versionOf } from '../nodes.ts';
import { isReachable, newPlace } from '../postgres-place.ts';
import type { Report } from '../report.ts';
import { newFolder } from '../store-place.ts';
import { breakDown, callsOf } from './breakdown.ts';
import { bare, product } from './candidates.ts';
import type { MainTurns, Measured, UserFileTurns } from './measured.ts';
import { reportOf } from './tables.ts';
import { type Turns, takeTurns, WARM_UP } from './turns.ts';

/** Besides 16, with which everything is measured. */
const CLIENTS = [1, 64, 256];
const ACCOUNTS = QUICK ? 100 : 1000;
const MANY_ACCOUNTS = QUICK ? 1000 : 1_000_000;
/** Few enough for the first turn, which does not count, to make all devices known. */
const ACCOUNTS_WITH_DEVICE = QUICK ? 8 : 256;
const USERS = QUICK ? [20, 200] : [20, 200, 2000, 20_000];
/** Logins per turn with the user file, of which each takes up to half a second. */
const LOGINS_BY_FILE = QUICK ? 4 : 16;

export async function run(): Promise<Report> {
  const [oldest = '', newest = ''] = [RELEASES.at(0), RELEASES.at(-1)];
  const executables = QUICK ? [process.execPath] : [oldest, newest].map(executableOf);
  const manyAccounts = newFolder();
  const measured: Measured[] = [];
  for (const executable of executables) measured.push(await measureRelease(executable, manyAccounts));
  const userFile = await measureUserFile(executables[0] ?? '');
  return reportOf({ measured, userFile, accounts: ACCOUNTS, manyAccounts: MANY_ACCOUNTS });
}

async function measureRelease(executable: string, manyAccounts: string): Promise<Measured> {
  const schema = (await isReachable()) ? await newPlace() : undefined;
  const accounts = ACCOUNTS;
  const main = {
    floor: await bare(executable, 3),
    lmdb: await product(executable, { place: newFolder(), accounts }),
    ...(schema && { postgres: await product(executable, { place: schema.url, accounts }) }),
  };
  const others = {
    tls: await bare(executable, 0),
    twoFloors: await bare(executable, 3, { processes: 2 }),
    manyAccounts: await product(executable, { place: manyAccounts, accounts: MANY_ACCOUNTS }),
    twoWorkers: await product(executable, { place: newFolder(), accounts, workers: 2 }),
    manySources: await product(executable, { place: newFolder(), accounts, manySources: true }),
    twoWorkersManySources: await product(executable, {
      place: newFolder(),
      accounts,
      workers: 2,
      manySources: true,
    }),
    knownDevice: await product(executable, {
      place: newFolder(),
      accounts: ACCOUNTS_WITH_DEVICE,
      knownDevice: true,
    }),
  };
  for (const candidate of Object.values({ ...main, ...others }))
    await candidate.serve(WARM_UP * candidate.servers.length, 16);
  const turns = await takeTurns({ ...main, ...others }, { clients: 16 });
  const byClients = new Map<number, MainTurns>([[16, turns]]);
  for (const clients of CLIENTS) byClients.set(clients, await takeTurns(main, { clients }));

  const calls = {
    lmdb: await callsOf(main.lmdb),
    knownDevice: await callsOf(others.knownDevice),
  };
  const breakdowns = new Map([['LMDB', await breakDown(main.lmdb, turns.lmdb, turns.tls)]]);
  if (main.postgres && turns.postgres)
    breakdowns.set('PostgreSQL', await breakDown(main.postgres, turns.postgres, turns.tls));
  for (const server of Object.values({ ...main, ...others })) await server.close();
  await schema?.drop();
  return { node: versionOf(executable), turns, byClients, calls, breakdowns };
}

/** The model of the old system, by number of users. */
async function measureUserFile(executable: string): Promise<UserFileTurns> {
  const models = new Map<number, Turns>();
  for (const users of USERS) {
    const model = await bare(executable, 3, { users });
    const turns = await takeTurns({ model }, { clients: 4, each: LOGINS_BY_FILE });
    models.set(users, turns.model);
    await model.close();
  }
  return models;
}
