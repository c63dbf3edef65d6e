/** What the benchmark measures, before it becomes tables. */
import type { Breakdown } from './breakdown.ts';
import type { Calls } from './meter.ts';
import type { Turns } from './turns.ts';

/** What is measured with each number of clients. PostgreSQL only if it is reachable. */
export interface MainTurns {
  readonly floor: Turns;
  readonly lmdb: Turns;
  readonly postgres?: Turns;
}

/** What is measured with 16 clients. */
export interface AllTurns extends MainTurns {
  readonly tls: Turns;
  /** The floor with two processes, which have less of the processor's caches each. */
  readonly twoFloors: Turns;
  readonly manyAccounts: Turns;
  readonly twoWorkers: Turns;
  /** From 16 addresses, whose rows in the ledger are changed independently of each other. */
  readonly manySources: Turns;
  readonly twoWorkersManySources: Turns;
  readonly knownDevice: Turns;
}

/** All measurements with one release of Node. */
export interface Measured {
  /** The release, such as `v20.20.2`. */
  readonly node: string;
  readonly turns: AllTurns;
  readonly byClients: ReadonlyMap<number, MainTurns>;
  readonly calls: { readonly lmdb: Calls; readonly knownDevice: Calls };
  /** By back end. */
  readonly breakdowns: ReadonlyMap<string, Breakdown>;
}

/** The model of the old system, by number of users. */
export type UserFileTurns = ReadonlyMap<number, Turns>;

/** Everything, and the sizes it was measured with. */
export interface AllMeasured {
  readonly measured: readonly Measured[];
  readonly userFile: UserFileTurns;
  readonly accounts: number;
  readonly manyAccounts: number;
}
