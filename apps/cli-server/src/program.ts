/**
 * The command line. Each command is one file with its options, its function and its words, which is loaded only when the
 * command is used: a command does not pay for what others import.
 */
import {
  addForm,
  addOwnCommands,
  addSettings,
  createProgram,
  EXIT,
  type Io,
  OWN_COMMANDS,
  type Program,
  printAnswer,
} from '@countersign/terminal';
import type { Form, Leaf, On } from './command.ts';
import { COMMON_SETTINGS } from './setting-table.ts';
import { readSettings, type Settings } from './settings.ts';
import { serverCall, warnOfRootsFiles } from './ui/messages.ts';

/** Every command: what it does, and the file with its form. */
const COMMANDS: Readonly<Record<string, readonly [about: string, load: () => Promise<Form>]>> = {
  start: [
    'start the server; the first start asks for a new passphrase and creates the store and a certificate',
    () => import('./commands/start.ts'),
  ],
  init: [
    'create the store, a certificate and a configuration file, without starting',
    () => import('./commands/init.ts'),
  ],
  status: ['show whether a server runs, and where', () => import('./commands/status.ts')],
  user: ['manage the accounts of your users', () => import('./commands/user.ts')],
  invite: ['manage invitations, each for one registration', () => import('./commands/invite.ts')],
  ssh: ['manage SSH certificates: roles, hosts, revoking', () => import('./commands/ssh.ts')],
  service: ['manage the services that accept tokens', () => import('./commands/service.ts')],
  jwks: ['write the public keys with which services check tokens', () => import('./commands/jwks.ts')],
  passphrase: ['manage the passphrase of the store', () => import('./commands/passphrase.ts')],
  slot: ['manage the passphrases and key files that unlock the store', () => import('./commands/slot.ts')],
  keys: ['manage the keys that encrypt the records', () => import('./commands/keys.ts')],
  store: ['check, back up, restore or copy the whole store', () => import('./commands/store.ts')],
  audit: ['show and verify the audit log', () => import('./commands/audit.ts')],
  cert: ["show or renew the server's certificate", () => import('./commands/cert.ts')],
  import: ['import users from another system', () => import('./commands/import.ts')],
  limits: [
    'print all limits on guessing as a file for start --limits, or check such a file',
    () => import('./commands/limits.ts'),
  ],
  config: ['show the settings in force, and where each comes from', () => import('./commands/config.ts')],
  doctor: [
    'check permissions, disk space, certificate, store, keys and clock',
    () => import('./commands/doctor.ts'),
  ],
};

/** Returns the names of all commands. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

/** Loads the commands that a command line names, and `start` unless its first word is another command. */
export async function loadCommands(argv: readonly string[]): Promise<ReadonlyMap<string, Form>> {
  const [first = ''] = argv;
  const isOther = ['help', '--help', '-h', ...OWN_COMMANDS, ...COMMAND_NAMES].includes(first);
  const loaded = Object.entries(COMMANDS)
    .filter(([name]) => argv.includes(name) || (name === 'start' && !isOther))
    .map(async ([name, [, load]]) => [name, await load()] as const);
  return new Map(await Promise.all(loaded));
}

/** @param finish receives the exit code of the command */
export function buildProgram(
  io: Io,
  forms: ReadonlyMap<string, Form>,
  finish: (exit: number) => void,
): Program {
  const manifest = new URL('../package.json', import.meta.url);
  const program = createProgram(io, 'countersign-server', manifest).description(
    'Self-hosted two-factor login for a team: the server. Without a command it starts.',
  );
  addSettings(program, COMMON_SETTINGS);

  let settings: Settings;
  program.hook('preAction', async (_program, command) => {
    if (!OWN_COMMANDS.includes(command.name())) settings = await readSettings(io, program, command);
  });
  const act =
    (run: Leaf['run']) =>
    async (...args: unknown[]) => {
      const on: On = {
        io,
        settings,
        say: (answer) => printAnswer(io, settings, answer),
        call: (...words) => serverCall(io, settings, ...words),
      };
      const exit = await run(on, ...args);
      const { dataDir, store } = settings;
      await warnOfRootsFiles(io, [dataDir, store.folder ?? dataDir]);
      finish(exit ?? EXIT.done);
    };
  program.examples[''] = {
    'create everything that a server needs': 'init --public login.example.org:8443',
    'start the server': 'start',
  };
  for (const [name, [about]] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(about);
    const form = forms.get(name);
    if (form) addForm(program, command, 'command' in form ? form.command : form, act);
  }
  return addOwnCommands(program, io, () => buildWhole(io));
}

/** Returns the program with all its commands, for completion and manual pages. */
export async function buildWhole(io: Io): Promise<Program> {
  return buildProgram(io, await loadCommands(COMMAND_NAMES), () => {});
}
