/**
 * A process that inserts records of SIZE characters one after another: `node harness-steps-child.mjs PLACE
 * COUNT SIZE`. Each line of standard output is JSON: `acknowledged`, or the code of the error; the last line
 * is what exists at the end. Each line is one write, so that it can be found among the system calls of this
 * process.
 */
import { writeSync } from 'node:fs';
import { takeSteps } from './steps.mjs';

const [, , place = '', count = '', size = ''] = process.argv;
const say = (/** @type {unknown} */ what) => writeSync(1, `${JSON.stringify(what)}\n`);
say(await takeSteps({ place, count: Number(count), size: Number(size) }, say));
