/** What a command works with: the world, its prompts, the options given, and the server that they mean. */
import type { ClientOptions, ServerAddress } from '@countersign/auth-client';
import type { LastLogin } from '@countersign/auth-client/last-login';
import { formatServer, parseServer } from '@countersign/auth-client/server-address';
import {
  type CliError,
  callOf,
  EXIT,
  type Io,
  type Prompts,
  problem,
  readText,
  sentence,
  systemReason,
} from '@countersign/terminal';
import { lastLogin } from './last-login.ts';
import type { QrTarget } from './qr.ts';

/** The default address of a server on the same machine. */
const USUAL_SERVER = '127.0.0.1:8443';

/** As commander passes them. */
export interface GivenOptions {
  readonly server?: string | undefined;
  readonly ca?: string | undefined;
  readonly pin?: string | undefined;
  readonly json?: boolean | undefined;
  readonly passwordFile?: string | undefined;
  readonly code?: readonly string[] | undefined;
  /** `-` is a prompt or standard input. */
  readonly inviteFile?: string | undefined;
  readonly qr?: QrTarget | undefined;
}

export interface Context {
  readonly io: Io;
  readonly prompts: Prompts;
  readonly options: GivenOptions;
  /** The words after `--` of `ssh`: a command. */
  readonly following: readonly string[];
  server: ServerAddress;
  /** The last complete login, on a terminal. */
  readonly last: LastLogin | undefined;
  /** The server is that of the last login, since no other was named. */
  readonly isLastServer: boolean;
  /** Whether an invitation named the server. */
  invited: boolean;
  /** Certificate authorities, PEM. */
  readonly ca: string | undefined;
  /** How new passwords are stretched; the default is the library's. */
  readonly stretch: ClientOptions['stretch'];
  /** The values of `--code` that are left: each answers one question for a code, in their order. */
  readonly codes: string[];
}

/** Checks the options before anything is asked. Errors have exit code 2. */
export async function createContext(
  parts: Pick<Context, 'io' | 'prompts' | 'options' | 'following' | 'stretch'>,
): Promise<Context> {
  const { io, options } = parts;
  const { server, ca, pin, code = [] } = options;
  const named = server ?? (io.env.COUNTERSIGN_SERVER || undefined);
  const last = await lastLogin(io).read();
  const address = named === undefined ? (last?.server ?? parseServer(USUAL_SERVER)) : parseServer(named);
  if (ca !== undefined && pin !== undefined)
    throw misuse('usage', 'Either --ca or --pin says which server is trusted, not both. Leave one out.');
  if (pin !== undefined) (await import('@countersign/auth-client')).checkPin(pin);
  // Every local user can read the command line, and a recovery code opens the account as long as it is unused.
  if (code.some((each) => !/^[\d\s]+$/.test(each)))
    throw misuse(
      'bad_code_option',
      '--code takes the digits that an authenticator app shows, not a recovery code. Other users can see the command line: type a recovery code when it is asked for, or give it on standard input.',
    );
  const authorities = ca === undefined ? undefined : await readAuthorities(ca, io.signal);
  return {
    ...parts,
    server: address,
    last,
    isLastServer: named === undefined && last !== undefined,
    invited: false,
    ca: authorities,
    codes: [...code],
  };
}

/** A mistake on the command line or in an answer: exit code 2. */
export function misuse(code: string, message: string, cause?: unknown): CliError {
  return problem(code, EXIT.usage, message, undefined, cause);
}

/** The server as users type it. */
export function serverOf({ server }: Context): string {
  return formatServer(server);
}

/** A command of this program as it can be pasted here. */
export function call(io: Io, ...words: readonly string[]): string {
  return callOf(io, 'countersign', ...words);
}

/** The same, for the server of this run: with its address unless a command without options reaches it. */
export function callThere(context: Context, ...words: readonly string[]): string {
  const { io, invited, options } = context;
  const isNamed = invited || options.server !== undefined;
  return call(io, ...words, ...(isNamed ? ['--server', serverOf(context)] : []));
}

async function readAuthorities(file: string, signal: AbortSignal): Promise<string> {
  const text = await readText(file, signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    const why = systemReason(cause);
    throw misuse('bad_ca', sentence`${file} cannot be read: ${why}. Name another file with --ca.`, cause);
  });
  (await import('@countersign/auth-client')).checkAuthorities(text);
  return text;
}
