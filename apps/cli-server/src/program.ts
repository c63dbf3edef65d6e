/**
 * The command line. Each command is one file with its options, its action and its words, which is loaded only when the
 * command is used: a command does not pay for what others import.
 */
import {
  addOwnCommands,
  addSettings,
  createProgram,
  EXIT,
  type ExitCode,
  foldersWithRootsFiles,
  type Io,
  OWN_COMMANDS,
} from '@countersign/terminal';
import type { Command } from 'commander';
import { EXAMPLES } from './examples.ts';
import { COMMON_SETTINGS } from './setting-table.ts';
import { readSettings, type Settings } from './settings.ts';
import { warnOfRootsFiles } from './ui/messages.ts';

/** An action without an exit code of its own ends with `EXIT.done`. */
type Action<Arguments extends unknown[]> = (
  io: Io,
  settings: Settings,
  ...args: Arguments
) => Promise<ExitCode> | Promise<void>;

/** Turns an action into commander's: it receives the arguments of the command and then its options. */
export type Perform = <Arguments extends unknown[]>(
  action: Action<Arguments>,
) => (...args: Arguments) => Promise<void>;

/** Adds the arguments, options and action of a command, or the commands of a group. */
export type Define = (command: Command, perform: Perform) => void;

/** Every command: what it does, and the file that defines it. */
const COMMANDS: Readonly<Record<string, readonly [description: string, load: () => Promise<Define>]>> = {
  start: [
    'start the server; the first start asks for a new passphrase and creates the store and a certificate',
    async () => (await import('./commands/start.ts')).defineStart,
  ],
  init: [
    'create the store, a certificate and a configuration file, without starting',
    async () => (await import('./commands/init.ts')).defineInit,
  ],
  status: [
    'show whether a server runs, and where',
    async () => (await import('./commands/status.ts')).defineStatus,
  ],
  user: ['manage the accounts of your users', async () => (await import('./commands/user.ts')).defineUser],
  invite: [
    'manage invitations, each for one registration',
    async () => (await import('./commands/invite.ts')).defineInvite,
  ],
  ssh: [
    'manage SSH certificates: roles, hosts, revoking',
    async () => (await import('./commands/ssh.ts')).defineSsh,
  ],
  service: [
    'manage the services that accept tokens',
    async () => (await import('./commands/service.ts')).defineService,
  ],
  jwks: [
    'write the public keys with which services check tokens',
    async () => (await import('./commands/jwks.ts')).defineJwks,
  ],
  passphrase: [
    'manage the passphrase of the store',
    async () => (await import('./commands/slot.ts')).definePassphrase,
  ],
  slot: [
    'manage the passphrases and key files that unlock the store',
    async () => (await import('./commands/slot.ts')).defineSlot,
  ],
  keys: [
    'manage the keys that encrypt the records',
    async () => (await import('./commands/keys.ts')).defineKeys,
  ],
  store: [
    'check, back up, restore or copy the whole store',
    async () => (await import('./commands/store.ts')).defineStore,
  ],
  audit: ['show and verify the audit log', async () => (await import('./commands/audit.ts')).defineAudit],
  cert: [
    "show or renew the server's certificate",
    async () => (await import('./commands/cert.ts')).defineCert,
  ],
  import: [
    'import users from another system',
    async () => (await import('./commands/import.ts')).defineImport,
  ],
  limits: [
    'print all limits on guessing as a file for start --limits, or check such a file',
    async () => (await import('./commands/limits.ts')).defineLimits,
  ],
  config: [
    'show the settings in force, and where each comes from',
    async () => (await import('./commands/config.ts')).defineConfig,
  ],
  doctor: [
    'check permissions, disk space, certificate, store, keys and clock',
    async () => (await import('./commands/doctor.ts')).defineDoctor,
  ],
};

/** Returns the names of all commands. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

/** Loads the commands that a command line names, and `start` unless its first word is another command. */
export async function loadCommands(argv: readonly string[]): Promise<ReadonlyMap<string, Define>> {
  const [first = ''] = argv;
  const isOther = ['help', '--help', '-h', ...OWN_COMMANDS, ...COMMAND_NAMES].includes(first);
  const names = COMMAND_NAMES.filter((name) => argv.includes(name) || (name === 'start' && !isOther));
  const load = async (name: string) => [name, await COMMANDS[name]?.[1]()] as const;
  const loaded = await Promise.all(names.map(load));
  return new Map(loaded.flatMap(([name, define]) => (define === undefined ? [] : [[name, define]])));
}

/** @param finish receives the exit code of the command */
export function buildProgram(
  io: Io,
  definitions: ReadonlyMap<string, Define>,
  finish: (exit: ExitCode) => void,
): Command {
  const program = createProgram(
    io,
    'countersign-server',
    new URL('../package.json', import.meta.url),
  ).description('Self-hosted two-factor login for a team: the server. Without a command it starts.');
  addSettings(program, COMMON_SETTINGS);

  let settings: Settings;
  program.hook('preAction', async (_program, command) => {
    if (!OWN_COMMANDS.includes(command.name())) settings = await readSettings(io, program, command);
  });
  const perform: Perform =
    (action) =>
    async (...args) => {
      const exit = await action(io, settings, ...args);
      const { dataDir, store } = settings;
      for (const folder of await foldersWithRootsFiles([dataDir, store.folder ?? dataDir]))
        warnOfRootsFiles(io, folder);
      finish(exit ?? EXIT.done);
    };
  for (const [name, [description]] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(description);
    definitions.get(name)?.(command, perform);
  }
  return addOwnCommands(program, io, { loadAll: () => buildWhole(io), examples: EXAMPLES });
}

/** Returns the program with all its commands, for completion and manual pages. */
export async function buildWhole(io: Io): Promise<Command> {
  return buildProgram(io, await loadCommands(COMMAND_NAMES), () => {});
}
