import { formatServer, parseServer } from '@countersign/auth-client/server-address';
import type { Context } from '../context.ts';
import { notRemembered } from '../ui/endings.ts';

export async function listServers(context: Context): Promise<void> {
  const { openKnownServers } = await import('../known-servers.ts');
  const known = openKnownServers(context);
  await context.ui.servers(await known.list());
}

export async function forgetServer(context: Context, typed: string): Promise<void> {
  const server = formatServer(parseServer(typed));
  const { openKnownDevices, openKnownServers } = await import('../known-servers.ts');
  const known = openKnownServers(context);
  if (!(await known.forget(server))) throw notRemembered(server);
  const devices = openKnownDevices(context);
  await devices.forget(server).catch((error: unknown) => context.ui.stillADevice(devices.dir, error));
  await context.ui.forgotten(server);
}
