/** How much a server logs. */
import { connectTls } from '@countersign/tls-channel';
import { expect, it } from 'vitest';
import { administrate } from './administrator.ts';
import { dataDir } from './program.ts';
import { ONCE, start, starting, tryTo } from './starting.ts';

/** Starts a server, connects once, ends it. @returns what it has printed */
async function printed(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const dir = await dataDir();
  const server = start(dir, ONCE, ...args);
  // A quiet server does not say where it listens.
  const status = async () => (await administrate(dir, ['status'])).json[0];
  await expect.poll(status, { timeout: 20_000 }).toMatchObject({ state: 'running' });
  const port = Number((await status())?.port);
  const channel = await connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' } });
  await channel.send({ type: 'register.ask' });
  await channel.receive();
  await channel.close();
  if (!args.includes('-q')) await server.listening();
  expect(await server.end()).toBe(0);
  return server;
}

it.each([
  ['the start without an option', [], { start: true, connection: false }],
  ['every connection with -v', ['-v'], { start: true, connection: true }],
  ['every connection with --log-level debug', ['--log-level', 'debug'], { start: true, connection: true }],
  ['no start with --log-level warn', ['--log-level', 'warn'], { start: false, connection: false }],
  ['no start with --log-level error', ['--log-level', 'error'], { start: false, connection: false }],
])('logs %s', async (_what, args, expected) => {
  const { stderr } = await printed(...args);
  expect({
    start: stderr.includes('server.started'),
    connection: stderr.includes('"connected"'),
  }).toEqual(expected);
});

it('prints nothing with -q', async () => {
  expect(await printed('-q')).toMatchObject({ stdout: '', stderr: '' });
});

it.each([
  ['-q with -v', ['-q', '-v']],
  ['an unknown level', ['--log-level', 'loud']],
])('refuses %s', async (_what, args) => {
  expect(await tryTo(starting(await dataDir(), ...args))).toMatchObject({ exit: 2 });
});
