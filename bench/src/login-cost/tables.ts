/** The tables, ratios and plot of the benchmark. */
import { summary } from '../measure.ts';
import { plot } from '../plot.ts';
import { number, type Ratio, type Report, type Table } from '../report.ts';
import { ROWS } from './breakdown.ts';
import type { AllMeasured, Measured } from './measured.ts';
import { EACH, percentile, ROUNDS, ratioOf, type Turns, WARM_UP } from './turns.ts';

const median = (turns: Turns) => summary(turns.costs).median;

export function reportOf(all: AllMeasured): Report {
  const { measured, accounts } = all;
  return {
    title: 'What a login costs the server',
    method: `Processor time of the server’s process for one login, medians of ${ROUNDS} rounds of ${EACH} logins in which all candidates take turns; ratios are medians of the ratios of each round. The floor is a bare TLS 1.3 server that echoes three messages and computes three bare powers of 3072 bits. Each process has served ${number(WARM_UP)} logins before. ${number(accounts)} accounts unless stated otherwise; the client’s time is not counted, and no password is stretched.`,
    columns: [
      'Node',
      'store',
      'clients',
      'floor ms',
      'login ms',
      'login / floor',
      'elapsed, median ms',
      '99 %, ms',
    ],
    rows: measured.flatMap(rowsByClients),
    ratios: measured.flatMap((one) => ratiosOf(one, all)),
    tables: [variants(all), breakdowns(measured), userFile(all)],
    plot: plotOf(all),
    remarks: [
      'A login counts its own connection: the handshake is part of it. Elapsed times include the clients, which share the machine with the server.',
    ],
  };
}

function rowsByClients({ node, byClients }: Measured): (string | number)[][] {
  const sorted = [...byClients].sort(([a], [b]) => a - b);
  return (['lmdb', 'postgres'] as const).flatMap((store) =>
    sorted.flatMap(([clients, { floor, [store]: login }]) => {
      if (login === undefined) return [];
      const name = store === 'lmdb' ? 'LMDB' : 'PostgreSQL';
      const times = [summary(login.times).median, percentile(login.times, 0.99)];
      return [[node, name, clients, median(floor), median(login), ratioOf(login, floor), ...times]];
    }),
  );
}

function ratiosOf({ node, turns }: Measured, { accounts, manyAccounts }: AllMeasured): Ratio[] {
  const { floor, lmdb, postgres } = turns;
  const major = Number(/\d+/.exec(node)?.[0]);
  const release = `Node ${major}`;
  const toLmdb = (what: string, candidate: Turns, atMost: number): Ratio => ({
    what: `${release}: ${what}`,
    ratio: ratioOf(candidate, lmdb),
    atMost,
  });
  return [
    {
      what: `${release}: login on LMDB with 16 clients to floor`,
      ratio: ratioOf(lmdb, floor),
      atMost: major < 24 ? 2 : 1.7,
    },
    toLmdb(`${number(manyAccounts)} accounts to ${number(accounts)}`, turns.manyAccounts, 1.1),
    toLmdb('two workers to one', turns.twoWorkers, 1.1),
    {
      what: `${release}: two workers to one, from 16 addresses`,
      ratio: ratioOf(turns.twoWorkersManySources, turns.manySources),
      atMost: 1.1,
    },
    ...(postgres ? [toLmdb('PostgreSQL to LMDB', postgres, 2)] : []),
  ];
}

function variants({ measured, manyAccounts }: AllMeasured): Table {
  const kinds = [
    ['LMDB', 'lmdb'],
    [`LMDB, ${number(manyAccounts)} accounts`, 'manyAccounts'],
    ['LMDB, two workers', 'twoWorkers'],
    ['LMDB, from 16 addresses', 'manySources'],
    ['LMDB, from 16 addresses, two workers', 'twoWorkersManySources'],
    ['LMDB, from a known device', 'knownDevice'],
    ['PostgreSQL', 'postgres'],
    ['the floor, two processes', 'twoFloors'],
  ] as const;
  const [{ calls } = { calls: undefined }] = measured;
  const inWords = ([who, { reads, durable, lazy }]: [string, Measured['calls']['lmdb']]) =>
    `${who} ${number(reads)} reads, ${number(durable)} durable and ${number(lazy)} lazy commits`;
  const counts = calls && [
    inWords(['A login from an unknown device calls the back end for', calls.lmdb]),
    inWords(['one from a known device for', calls.knownDevice]),
  ];
  return {
    title: `With 16 clients, all of one address unless stated otherwise. ${counts?.join('; ')}. On PostgreSQL, a read is one round trip and a commit two.`,
    columns: ['', ...measured.flatMap(({ node }) => [`${node}, ms`, 'to LMDB', 'to floor'])],
    rows: kinds.flatMap(([what, kind]) => {
      const cells = measured.map(({ turns }) => {
        const { [kind]: login, lmdb, floor } = turns;
        return login && [median(login), ratioOf(login, lmdb), ratioOf(login, floor)];
      });
      return cells.includes(undefined) ? [] : [[what, ...cells.flatMap((cell) => cell ?? [])]];
    }),
  };
}

function breakdowns(measured: readonly Measured[]): Table {
  const columns = measured.flatMap(({ node, breakdowns: places }) =>
    [...places].map(([place, breakdown]) => ({ name: `${place}, ${node}`, breakdown })),
  );
  return {
    title:
      'Where the time of a login goes, in ms: the processor time with 16 clients, divided by the shares of a profile. What TLS costs cannot be seen in a profile; it is the processor time of a bare server without powers.',
    columns: ['', ...columns.map(({ name }) => name)],
    rows: ROWS.map((row) => [row, ...columns.map(({ breakdown }) => breakdown[row])]),
  };
}

function userFile({ measured, userFile: models }: AllMeasured): Table {
  const [first] = measured;
  const floor = first ? median(first.turns.floor) : Number.NaN;
  const login = first ? median(first.turns.lmdb) : Number.NaN;
  return {
    title: `The design of the system that Countersign replaces, as a model: the floor, but each login decrypts and parses the whole user file (${first?.node}).`,
    columns: ['users', 'ms', 'to floor', 'to a login on LMDB'],
    rows: [...models].map(([users, turns]) => {
      const cost = median(turns);
      return [users, cost, cost / floor, cost / login];
    }),
  };
}

function plotOf({ measured, userFile: models, accounts, manyAccounts }: AllMeasured): Report['plot'] {
  const [first] = measured;
  if (first === undefined) return undefined;
  const { floor, lmdb, manyAccounts: many } = first.turns;
  const smallest = Math.min(...models.keys());
  const svg = plot({
    title: `Processor time of the server for one login (Node ${first.node})`,
    x: 'users',
    y: 'milliseconds',
    lines: [
      {
        name: 'whole file decrypted per login',
        points: [...models].map(([users, turns]) => [users, median(turns)]),
      },
      {
        name: 'Countersign, LMDB',
        points: [
          [accounts, median(lmdb)],
          [manyAccounts, median(many)],
        ],
      },
      {
        name: 'TLS and three powers alone',
        points: [
          [smallest, median(floor)],
          [manyAccounts, median(floor)],
        ],
      },
    ],
  });
  return { file: 'login-cost.svg', alt: 'Processor time of a login by number of users', svg };
}
