/**
 * A process that inserts one record after the other, each of SIZE characters: `node harness-steps-child.mjs PLACE COUNT SIZE`. Each
 * line on standard output is one of JSON: `acknowledged`, or the code of the error; the last is what is there at the end.
 * Each is written at once and by itself, so that it can be found among the system calls of this process. With the
 * variable AS, it becomes the user of that number first.
 */
import { writeSync } from 'node:fs';
import { openStore } from '@countersign/secure-store';
import { z } from 'zod';
import { backendOf } from './places.mjs';

const [, , place = '', count = '', size = ''] = process.argv;
const say = (/** @type {unknown} */ what) => writeSync(1, `${JSON.stringify(what)}\n`);

const user = Number(process.env.AS);
if (user > 0) {
  process.setgid?.(user);
  process.setuid?.(user);
}

const kdf = { m: 8, t: 1, p: 1 };
try {
  const backend = backendOf(place);
  const store = await openStore({ backend, passphrase: 'passphrase', create: 'if-empty', kdf });
  const records = store.collection('records', z.string());
  let acknowledged = 0;
  for (let i = 0; i < Number(count); i += 1) {
    try {
      await records.insert(`${process.pid}.${i}`, 'x'.repeat(Number(size)));
      acknowledged += 1;
      say('acknowledged');
    } catch (error) {
      say(codeOf(error));
    }
  }
  let there = 0;
  for await (const { id } of records.entries()) if (id.startsWith(`${process.pid}.`)) there += 1;
  const { bad } = await store.check();
  say({ acknowledged, there, bad: bad.length });
  await store.close();
} catch (error) {
  say(codeOf(error));
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : String(error);
}
