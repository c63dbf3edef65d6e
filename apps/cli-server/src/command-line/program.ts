/**
 * The command line: which commands there are, their options, and the words of `--help`. Each command is a plain
 * async function in a file of its own, loaded when it is asked for, so that none pays for what another needs.
 */
import { createProgram, type ExitCode, type Io } from '@countersign/terminal';
import type { Command } from 'commander';
import { rootsFiles } from '../owners.ts';
import { type CommonOptions, settingsFrom } from '../settings.ts';
import { warnOfRootsFiles } from '../ui/store.ts';
import { addAudit } from './audit.ts';
import { addCertificate } from './certificate.ts';
import { addDoctor } from './doctor.ts';
import { addImport } from './import.ts';
import { addInvite } from './invite.ts';
import { addKeys } from './keys.ts';
import { addLimits } from './limits.ts';
import type { Perform } from './perform.ts';
import { addStart } from './start.ts';
import { addStore } from './store.ts';
import { addUser } from './user.ts';

/** @param finish told the exit code of the command that was done */
export function buildProgram(io: Io, finish: (exit: ExitCode) => void): Command {
  const program = createProgram(io, 'countersign-server', new URL('../../package.json', import.meta.url))
    .description('Two-factor login that a team can run itself: the server. Without a command it starts.')
    .option('--data-dir <dir>', "the server's own directory (default: COUNTERSIGN_DATA_DIR, or the user's)")
    .option('--store <place>', 'lmdb:DIR or postgres://USER@HOST/DATABASE (default: in the data directory)')
    .option('--passphrase-file <file>', 'read the passphrase from a file, - for standard input')
    .option('--key-file <file>', 'unlock with a key file in place of the passphrase')
    .option('--json', 'print JSON, one object a line')
    .helpCommand('help [command]', 'what a command does');

  const perform: Perform = async (action) => {
    const settings = settingsFrom(program.opts<CommonOptions>(), io.env);
    const exit = await action(settings);
    for (const files of await rootsFiles(settings)) warnOfRootsFiles(io, files);
    finish(exit);
  };
  addStart(program, io, perform);
  addUser(program, io, perform);
  addInvite(program, io, perform);
  addKeys(program, io, perform);
  addStore(program, io, perform);
  addAudit(program, io, perform);
  addCertificate(program, io, perform);
  addImport(program, io, perform);
  addLimits(program, io, perform);
  addDoctor(program, io, perform);
  return program;
}
