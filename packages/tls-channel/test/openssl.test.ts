/** TLS as seen by OpenSSL's own programs. */
import { access } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { connectTls, renewCertificate } from '../src/index.ts';
import { codeOf, ERROR, folderWith, freePort, identity, openssl, startServer } from './harness.ts';

const sClient = (port: number, ...args: string[]) =>
  openssl('s_client', '-connect', `127.0.0.1:${port}`, '-alpn', 'countersign/1', ...args);

/** `openssl s_server` on a free port, when it is ready. */
async function sServer(...args: string[]) {
  const { key, cert } = await identity();
  const path = folderWith({ key, cert });
  const port = await freePort();
  const run = openssl(
    's_server',
    '-accept',
    `127.0.0.1:${port}`,
    '-key',
    path('key'),
    '-cert',
    path('cert'),
    ...args,
  );
  await run.printed(/ACCEPT/);
  return { ...run, port };
}

const LABEL = ['-keymatexport', 'EXPORTER-Channel-Binding', '-keymatexportlen', '32'];
const exported = (output: string) => /Keying material: ([0-9A-F]{64})/.exec(output)?.[1]?.toLowerCase();

withCounterpart('openssl', 'our server and openssl s_client', () => {
  it('have the same tls-exporter value (RFC 9266)', async () => {
    const server = await startServer();
    const run = sClient(server.port, ...LABEL);
    const channel = await server.next();
    expect(exported(await run.printed(/Keying material: /))).toBe(
      Buffer.from(channel.binding).toString('hex'),
    );
    expect(channel.binding).toHaveLength(32);
  });

  it('agree on TLS 1.3 and countersign/1', async () => {
    const server = await startServer();
    const run = sClient(server.port);
    await server.next();
    const output = await run.printed(/Verify return code/);
    expect(output).toMatch(/^New, TLSv1\.3/m);
    expect(output).toContain('ALPN protocol: countersign/1');
  });

  for (const [what, args, alert] of [
    ['TLS 1.2', ['-tls1_2', '-alpn', 'countersign/1'], /alert protocol version/],
    ['another protocol by ALPN', ['-alpn', 'h2,http/1.1'], /alert no application protocol/],
    ['no ALPN', [], /No ALPN negotiated/],
  ] as const)
    it(`fail when the client offers ${what}`, async () => {
      const server = await startServer();
      const run = openssl('s_client', '-connect', `127.0.0.1:${server.port}`, ...args);
      await server.failed(1);
      expect(await run.output).toMatch(alert);
      expect(server.errors).toHaveLength(1);
    });

  it('never resume a session, before and after a renewal of the certificate', async () => {
    const server = await startServer();
    const path = folderWith({});
    /** Sends something before the end, so that the client reads its tickets. */
    const visit = async (...args: string[]) => {
      const { output } = sClient(server.port, ...args);
      const channel = await server.next();
      await channel.send(ERROR);
      await channel.close();
      return output;
    };
    for (const renewal of [false, true]) {
      if (renewal) server.setSecureContext(await renewCertificate(await identity()));
      const first = await visit('-sess_out', path('session'));
      await access(path('session'));
      const second = await visit('-sess_in', path('session'));
      for (const output of [first, second]) {
        expect(output).toMatch(/^New, TLSv1\.3/m);
        expect(output).not.toMatch(/^Reused/m);
      }
    }
    expect(server.errors).toEqual([]);
  });
});

withCounterpart('openssl', 'our client and openssl s_server', () => {
  it('have the same tls-exporter value (RFC 9266)', async () => {
    const server = await sServer('-alpn', 'countersign/1', ...LABEL);
    const channel = await connectTls({ host: '127.0.0.1', port: server.port, trust: { kind: 'any' } });
    expect(exported(await server.printed(/Keying material: /))).toBe(
      Buffer.from(channel.binding).toString('hex'),
    );
    channel.destroy();
  });

  for (const [what, args] of [
    ['TLS 1.2 only', ['-tls1_2', '-alpn', 'countersign/1']],
    ['another protocol by ALPN', ['-alpn', 'h2']],
    ['no ALPN', []],
  ] as const)
    it(`fail when the server speaks ${what}`, async () => {
      const { port } = await sServer(...args);
      expect(await codeOf(connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' } }))).toBe(
        'not_countersign',
      );
    });
});
