/** `countersign`: everything is in `run`; this gives it the process. */
import { runMain } from '@countersign/terminal';
import { run } from './run.ts';

await runMain(run);
