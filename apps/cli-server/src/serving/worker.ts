/** A worker process of `start --workers N`. */
import { runWorker } from '@countersign/auth-server/fleet';
import { EXIT, runMain } from '@countersign/terminal';
import { readTlsFiles } from '../tls-files.ts';
import { openLog } from './log.ts';
import { LOG_LEVELS } from './options.ts';

await runMain(async (argv, io) => {
  io.outliveTerminal();
  const log = await openLog(io, {
    json: argv.includes('--json'),
    level: LOG_LEVELS.find((level) => argv.includes(level)) ?? 'info',
  });
  await runWorker({
    signal: io.signal,
    // A signal may have reached this process as well; a second interruption would end it at once.
    stop: () => io.signal.aborted || io.interrupt(),
    readIdentity: (files) => readTlsFiles(files),
    onEvent: (event) => log.event(event),
  });
  log.close();
  return EXIT.done;
});
