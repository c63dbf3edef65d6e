/**
 * A process that inserts one record after the other, each of SIZE characters: `node harness-steps-child.mjs PLACE COUNT SIZE`. Each
 * line on standard output is one of JSON: `acknowledged`, or the code of the error; the last is what is there at the end.
 * Each is written at once and separately, so that it can be found among the system calls of this process.
 */
import { writeSync } from 'node:fs';
import { takeSteps } from './steps.mjs';

const [, , place = '', count = '', size = ''] = process.argv;
const say = (/** @type {unknown} */ what) => writeSync(1, `${JSON.stringify(what)}\n`);
say(await takeSteps({ place, count: Number(count), size: Number(size) }, say));
