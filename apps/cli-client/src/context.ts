/** What a command works with: the world, whoever answers, how things are said, and which server is meant. */
import type { Client, ClientOptions, Invitation } from '@countersign/auth-client';
import { parseServer } from '@countersign/auth-client/server-address';
import { type Io, type Prompts, readText, withSpinner } from '@countersign/terminal';
import type { GivenOptions } from './options.ts';
import type { Target } from './target.ts';
import { badCa, badPin, caAndPin, codeNotDigits, unreadableCa } from './ui/endings.ts';
import { Ui } from './ui/ui.ts';

const DEFAULT_SERVER = '127.0.0.1:8443';

export interface Context {
  readonly io: Io;
  readonly prompts: Prompts;
  readonly ui: Ui;
  readonly options: GivenOptions;
  readonly target: Target;
  /** Certificate authorities, PEM. */
  readonly ca: string | undefined;
  /** Talks to the server of an invitation from here on, unless `--server` names another way to it. */
  follow(invitation: Invitation): void;
  /** How new passwords are stretched; the default is the library's. */
  readonly stretch: ClientOptions['stretch'];
  /** The next `--code`: each is for one code that is asked for, in their order. */
  takeCode(): string | undefined;
}

/** Everything that can be said against the options is said here, before anything is asked. */
export async function createContext(
  io: Io,
  prompts: Prompts,
  options: GivenOptions,
  stretch?: ClientOptions['stretch'],
): Promise<Context> {
  let target: Target = {
    server: parseServer(options.server ?? (io.env.COUNTERSIGN_SERVER || DEFAULT_SERVER)),
    needsOption: options.server !== undefined,
    ...(options.pin === undefined ? {} : { pinFrom: 'option' }),
  };
  if (options.ca !== undefined && options.pin !== undefined) throw caAndPin();
  if (options.pin !== undefined) await checkPin(options.pin);
  // Every local user can read the command line, and a recovery code opens the account for as long as it is unused.
  if (options.code?.some((code) => !/^[\d\s]+$/.test(code))) throw codeNotDigits();
  const ca = options.ca === undefined ? undefined : await readAuthorities(options.ca, io.signal);
  const codes = [...(options.code ?? [])];
  return {
    io,
    prompts,
    ui: new Ui(io, { json: options.json === true, target: () => target }),
    options,
    get target() {
      return target;
    },
    follow({ server }) {
      const there = options.server === undefined ? server : target.server;
      target = { server: there, needsOption: true, pinFrom: 'invitation' };
    },
    ca,
    stretch,
    takeCode: () => codes.shift(),
  };
}

/** The client's library, which is not loaded before the first question is answered. */
export async function openClient(
  context: Context,
  onProgress: (what: 'connecting' | 'stretching' | 'proving') => void = () => undefined,
): Promise<Client> {
  const { Client } = await import('@countersign/auth-client');
  const { openKnownDevices, openKnownServers } = await import('./known-servers.ts');
  const { io, ui, target, ca, stretch, options } = context;
  const knownDevices = openKnownDevices(context);
  return new Client({
    server: target.server,
    knownServers: openKnownServers(context),
    knownDevices,
    onDeviceProblem: (error) => ui.unknownDevice(knownDevices.dir, error),
    signal: io.signal,
    clock: () => io.now(),
    onProgress,
    stretch,
    ...(ca === undefined ? {} : { ca }),
    ...(options.pin === undefined ? {} : { pin: options.pin }),
  });
}

/** Stretches a password and talks to the server, which takes a while, and shows that something is going on. */
export function stretching<T>({ io, ui }: Context, task: () => Promise<T>): Promise<T> {
  return withSpinner(io, ui.stretching, task);
}

/** The same for what only talks to the server. */
export function connecting<T>({ io, ui }: Context, task: () => Promise<T>): Promise<T> {
  return withSpinner(io, ui.connecting, task);
}

async function checkPin(pin: string): Promise<void> {
  const { isPin } = await import('@countersign/tls-channel');
  if (!isPin(pin)) throw badPin();
}

async function readAuthorities(file: string, signal: AbortSignal): Promise<string> {
  const text = await readText(file, signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw unreadableCa(file, cause);
  });
  try {
    const { X509Certificate } = await import('node:crypto');
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw badCa(file, cause);
  }
}
