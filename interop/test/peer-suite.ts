/** The tests of every peer, in each of its roles. */
import type { WireForm } from '@countersign/srp-core';
import { describe, expect, it } from 'vitest';
import type { Credentials } from '../peers/peer.ts';
import { type Pair, peerLogsIn, peerServes, Refusal } from './exchange.ts';
import { ROUNDS, ROUNDS_TIMEOUT, randomPerson } from './rounds.ts';

const ROLES = [
  ['logs in to our server half', peerLogsIn],
  ['lets our client half in', peerServes],
] as const;

/**
 * Declares the tests of one peer. Its settings (groups, hashes) take turns, so that each gets its share of
 * the rounds. The first one is also used for tests that run once.
 */
export function testPeer<F extends WireForm>(
  name: string,
  pairs: () => readonly Pair<F>[],
  person: () => Credentials = randomPerson,
): void {
  const options = { timeout: ROUNDS_TIMEOUT };
  const first = () => pairs().slice(0, 1);
  describe.each(ROLES)(`${name} %s`, (_, exchange) => {
    it(`${ROUNDS} times with random values`, options, async () => {
      const all = pairs();
      for (let round = 0; round < ROUNDS; round++)
        for (const pair of all.slice(round % all.length).slice(0, 1)) await exchange(pair, person());
    });

    it('if our public value begins with a zero byte', options, async () => {
      for (const pair of first()) await exchange(pair, person(), { leadingZero: true });
    });

    it('but not with a wrong password', options, async () => {
      for (const pair of first())
        await expect(exchange(pair, person(), { wrongPassword: true })).rejects.toThrow(Refusal);
    });
  });
}
