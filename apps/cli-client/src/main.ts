import { runMain } from '@countersign/terminal';
import { run } from './run.ts';

await runMain(run);
