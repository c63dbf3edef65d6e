/** /healthz and /readyz on the private port. */
import { expect, it } from 'vitest';
import { dataDir } from './program.ts';
import { ONCE, start } from './starting.ts';
import { start as startWorkers } from './workers.ts';

async function statusOf(port: string | undefined, path: string): Promise<number> {
  const { status } = await fetch(`http://127.0.0.1:${port}${path}`);
  return status;
}

it.each([['1'], ['2']])('a server of %s process(es) is ready when it listens', async (workers) => {
  const program =
    workers === '1'
      ? start(await dataDir(), ONCE, '--metrics-port', '0')
      : await startWorkers('--workers', workers, '--metrics-port', '0');
  const [, port] = await program.prints(/"metricsPort":(\d+)/);
  expect(await statusOf(port, '/healthz')).toBe(200);
  await expect.poll(() => statusOf(port, '/readyz')).toBe(200);
  expect(await statusOf(port, '/')).toBe(404);
});
