/**
 * Writes the manual page of the program in the current directory from its help, into the file that its package.json names.
 * The build of each program runs it after the compiler.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { manPage } from '@countersign/terminal';
import { memoryIo } from '@countersign/terminal/testing';

const { man } = JSON.parse(readFileSync('package.json', 'utf8'));
const { buildWhole } = await import(pathToFileURL(resolve('dist/program.js')).href);
const page = manPage(await buildWhole(memoryIo().io), man.endsWith('.8') ? 8 : 1);
mkdirSync(dirname(man), { recursive: true });
writeFileSync(man, page);
