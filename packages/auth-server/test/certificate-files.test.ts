/** The certificate of a server whose files change while it runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTls, generateIdentity, pinOf } from '@countersign/tls-channel';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { Meter, type ServeOptions, serve } from '../src/fleet/index.ts';
import { openTestStore } from './world.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('a key that was given up does not come back when its file is touched after a reload with other paths', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-serve-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const made = async (name: string) => {
    const paths = { key: join(dir, `${name}.key`), cert: join(dir, `${name}.pem`) };
    const renew = async () => {
      const identity = await generateIdentity({ hosts: ['login.example'] });
      writeFileSync(paths.key, identity.key);
      writeFileSync(paths.cert, identity.cert);
      return pinOf(identity.cert);
    };
    return { paths, renew };
  };
  const [old, next] = [await made('old'), await made('next')];
  const pins = { old: await old.renew(), next: await next.renew() };

  const failures: unknown[] = [];
  const reads: string[] = [];
  const options = { host: '127.0.0.1', port: 0, registration: 'closed' } satisfies Partial<ServeOptions>;
  const serving = await serve(
    await openTestStore(),
    { ...options, tls: old.paths },
    {
      readIdentity: async ({ key, cert }) => {
        reads.push(key);
        return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
      },
      meter: new Meter(),
      onEvent: (event) => event.kind === 'failure' && failures.push(event.error),
    },
  );
  onTestFinished(() => serving.close());
  const serves = async (pin: string) => {
    const { host, port } = serving.at;
    const channel = await connectTls({ host, port, trust: { kind: 'pin', pin } });
    await channel.close();
  };
  await serves(pins.old);
  await serving.reload({ ...options, tls: next.paths });
  await serves(pins.next);

  writeFileSync(old.paths.cert, `${readFileSync(old.paths.cert, 'utf8')}\n`);
  const renewed = await next.renew();
  reads.length = 0;
  vi.advanceTimersByTime(2000);
  await vi.waitFor(() => serves(renewed));
  expect(reads).toEqual([next.paths.key]);
  expect(failures).toEqual([]);
});
