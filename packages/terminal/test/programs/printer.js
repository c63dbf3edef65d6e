/** Prints and ends as its first argument says. */
import { open } from 'node:fs/promises';
import { note, printJson, printLine, runMain } from '@countersign/terminal';

const untilAborted = (signal) => new Promise((resolve) => signal.addEventListener('abort', resolve));

await runMain(async ([how, pipe], io) => {
  if (how === 'much') {
    for (let number = 0; number < 20_000; number += 1) await printJson(io, { number });
    return 0;
  }
  if (how === 'endless') for (;;) await printLine(io, 'y');
  if (how === 'serve') {
    await printJson(io, { event: 'listening' });
    await untilAborted(io.signal);
    note(io, `finishing: ${io.signal.reason.code}`);
    await printJson(io, { event: 'finished' });
    return 0;
  }
  if (how === 'stubborn') {
    process.on('exit', (code) => note(io, `leaving: ${code}`));
    await printJson(io, { event: 'listening' });
    setInterval(() => undefined, 1000);
    await untilAborted(io.signal);
    note(io, 'finishing');
    await new Promise(() => undefined);
  }
  if (how?.startsWith('stuck')) {
    void open(pipe);
    await printJson(io, { event: 'listening' });
    if (how === 'stuck and over') {
      await printJson(io, { event: 'over' });
      return 6;
    }
    await untilAborted(io.signal);
    note(io, 'finishing');
    if (how === 'stuck and stubborn') await new Promise(() => undefined);
    await printJson(io, { event: 'finished' });
    throw io.signal.reason;
  }
  if (how === 'wait') {
    await printJson(io, { event: 'listening' });
    setInterval(() => undefined, 1000);
    await untilAborted(io.signal);
    throw io.signal.reason;
  }
  if (how === 'rejection') {
    void Promise.reject(new TypeError('nobody waits for this'));
    await untilAborted(io.signal);
  }
  if (how === 'left open') {
    setInterval(() => undefined, 1000);
    return 4;
  }
  return 0;
});
