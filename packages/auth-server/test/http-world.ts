/** The HTTP ports of a server of tests, and requests to them. */
import { request } from 'node:http';
import { onTestFinished } from 'vitest';
import { openHttpPort } from '../src/http/port.ts';
import { storeRoutes } from '../src/http/store-routes.ts';
import { ISSUER } from './token-world.ts';
import type { World } from './world.ts';

export interface Answered {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What `fetch` does not allow: any method, any `Host`, any path. */
export function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Opens both ports of a world. */
export function openPorts(world: World) {
  return openPortsFor(world, ISSUER);
}

/** The same with another issuer, or without one. */
export async function openPortsFor(world: World, issuerUrl: string | undefined) {
  const failures: unknown[] = [];
  const open = async () => {
    const port = await openHttpPort({ port: 0, issuerUrl, onFailure: (error) => failures.push(error) });
    onTestFinished(() => port.close());
    return port;
  };
  const [publicPort, privatePort] = [await open(), await open()];
  const { publicRoutes, privateRoutes } = storeRoutes({
    store: world.store,
    clock: () => world.now * 1000,
    issuerUrl,
  });
  publicPort.add(publicRoutes);
  privatePort.add(privateRoutes);
  return { publicPort: publicPort.port, privatePort: privatePort.port, failures };
}
