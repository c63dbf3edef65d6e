/**
 * What a process does to a store while a test plants faults: inserts, one after another, each with its
 * outcome.
 */
import { openStore } from '@countersign/secure-store';
import { z } from 'zod';
import { backendOf } from './places.mjs';

const kdf = { m: 8, t: 1, p: 1 };

/**
 * Inserts `count` records of `size` characters each.
 *
 * @param {{ place: string, count: number, size: number }} options
 * @param {(step: string) => void} say receives `acknowledged` or the code of the error for each insert
 * @returns {Promise<{ acknowledged: number, there: number, bad: number } | string>} what exists at the end,
 *   or the code of the error that ended everything
 */
export async function takeSteps({ place, count, size }, say) {
  try {
    const backend = backendOf(place);
    const store = await openStore({ backend, passphrase: 'passphrase', create: 'if-empty', kdf });
    const records = store.collection('records', z.string());
    const prefix = crypto.randomUUID();
    let acknowledged = 0;
    for (let i = 0; i < count; i += 1) {
      try {
        await records.insert(`${prefix}.${i}`, 'x'.repeat(size));
        acknowledged += 1;
        say('acknowledged');
      } catch (error) {
        say(codeOf(error));
      }
    }
    let there = 0;
    for await (const { id } of records.entries()) if (id.startsWith(`${prefix}.`)) there += 1;
    const { bad } = await store.check();
    await store.close();
    return { acknowledged, there, bad: bad.length };
  } catch (error) {
    return codeOf(error);
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
