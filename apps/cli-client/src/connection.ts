/** The connection to the server, and what is remembered of it on this device. */
import { join } from 'node:path';
import type { Client, KnownDevices, KnownServers } from '@countersign/auth-client';
import type { KeptTokens } from '@countersign/auth-client/kept-tokens';
import type { HeldCertificates } from '@countersign/auth-client/ssh';
import { runtimeFolder, sentence, systemReason, userFolder, warn, withSpinner } from '@countersign/terminal';
import { type Context, misuse, serverOf } from './context.ts';

/**
 * Returns the folder in which this program keeps its files.
 *
 * @throws {CliError} no_home
 */
export function configFolder({ io }: Pick<Context, 'io'>): string {
  const folder = io.env.COUNTERSIGN_CONFIG_DIR || userFolder('config', 'countersign', io.env);
  if (folder === undefined)
    throw misuse(
      'no_home',
      'There is no home directory to keep the pins of servers in. Name a folder in COUNTERSIGN_CONFIG_DIR.',
    );
  return folder;
}

/** Opens the folders of pins and device tokens. They are created when something is remembered. */
export async function openMemory(
  context: Pick<Context, 'io'>,
): Promise<{ servers: KnownServers; devices: KnownDevices }> {
  const folder = configFolder(context);
  const { KnownDevices, KnownServers } = await import('@countersign/auth-client');
  return {
    servers: new KnownServers(join(folder, 'servers')),
    devices: new KnownDevices(join(folder, 'devices')),
  };
}

/** Returns the SSH certificates of the server in the agent. */
export async function heldCertificates(context: Context): Promise<HeldCertificates> {
  const { HeldCertificates } = await import('@countersign/auth-client/ssh');
  const { io } = context;
  return new HeldCertificates({
    server: serverOf(context),
    dir: join(configFolder(context), 'ssh'),
    socket: io.env.SSH_AUTH_SOCK,
    signal: io.signal,
    clock: () => io.now(),
  });
}

/**
 * Returns the tokens that are kept until the user logs out of this computer. Where that is not safe, nothing is kept: a
 * warning says so, once, and each command logs in.
 */
export async function keptTokens({ io }: Pick<Context, 'io'>): Promise<KeptTokens> {
  const { KeptTokens } = await import('@countersign/auth-client/kept-tokens');
  const dir = runtimeFolder('countersign', io.env);
  const onProblem = (error: unknown) =>
    warn(
      io,
      sentence`Tokens cannot be kept in ${dir ?? ''}: ${systemReason(error)}. Each command has to log in.`,
    );
  return new KeptTokens(dir, { onProblem });
}

/** The library is loaded here, after the first question is answered. */
export async function openClient(context: Context): Promise<Client> {
  const { Client } = await import('@countersign/auth-client');
  const { io, ca, stretch } = context;
  const { servers, devices } = await openMemory(context);
  return new Client({
    server: context.server,
    ca,
    pin: context.options.pin,
    stretch,
    signal: io.signal,
    clock: () => io.now(),
    knownServers: servers,
    onPinProblem: (error) =>
      warn(
        io,
        sentence`The pin of ${serverOf(context)} could not be saved in ${servers.dir}: ${fileProblem(error)}.`,
      ),
    knownDevices: devices,
    onDeviceProblem: (error) =>
      warn(
        io,
        sentence`The server may not recognise this device: ${fileProblem(error)} (a file in ${devices.dir}). Wrong passwords of others can delay this login.`,
      ),
  });
}

/** Why a file of the library could not be used: the system's reason, or damage, which has none. */
export function fileProblem(error: unknown): string {
  const cause = error instanceof Error && error.name === 'ClientError' ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? systemReason(cause) : 'it is damaged';
}

/** Runs a task that talks to the server, with a spinner. */
export function connecting<T>(context: Context, task: () => Promise<T>): Promise<T> {
  return withSpinner(context.io, sentence`Connecting to ${serverOf(context)} …`, task);
}

/** The same for a task that stretches a password as well. */
export function stretching<T>(context: Context, task: () => Promise<T>): Promise<T> {
  return withSpinner(context.io, sentence`Stretching the password for ${serverOf(context)} …`, task);
}
