/** Check, backup, restore and copy in words. */
import type { BackupReport, Bad, CheckReport, CopyReport, RestoreReport } from '@countersign/secure-store';
import type { Place } from '@countersign/secure-store/place';
import {
  type CliError,
  counted,
  EXIT,
  type Io,
  isoTime,
  moment,
  note,
  plain,
  printJson,
  printLine,
  quoted,
  sentence,
  styleFor,
  warn,
} from '@countersign/terminal';
import type { RootsFiles } from '../owners.ts';
import type { Settings } from '../settings.ts';
import { BRING_BACK } from './errors.ts';
import { problem } from './voice.ts';

export const storeQuestions = {
  replace: (place: Place) => sentence`The store in ${place.text} will be lost, if there is one. Go on?`,
  move: 'Servers will not be able to write to the old place any more. Go on?',
} as const;

export async function tellOfCheck(io: Io, { json }: Settings, report: CheckReport): Promise<void> {
  const { records, slots, bad, leftovers } = report;
  if (json) return printJson(io, { event: 'checked', records, slots, bad, leftovers });
  await showBad(io, bad);
  await printLine(
    io,
    `${counted(records, 'record')} and ${counted(slots, 'slot')} open; ${bad.length === 0 ? 'nothing is wrong' : counted(bad.length, 'problem')}.`,
  );
  if (bad.length > 0) {
    note(io, `Everything else goes on working. ${BRING_BACK}`);
    note(
      io,
      'Where there is none: a backup made now holds all that opens, and restoring it leaves the rest behind.',
    );
  }
  if (leftovers > 0)
    note(
      io,
      `${counted(leftovers, 'row')} of an interrupted restore are left. They do no harm; --remove-leftovers deletes them.`,
    );
}

export async function tellOfBackup(
  io: Io,
  { json }: Settings,
  { records, bytes, bad }: BackupReport,
  path: string,
): Promise<void> {
  if (json) return printJson(io, { event: 'backed_up', file: path, records, bytes, bad });
  await printLine(io, sentence`${counted(records, 'record')} in ${path}, ${bytes} bytes, sealed.`);
  note(io, 'It opens with the passphrases and key files of now, also when they are changed later.');
  await showBad(io, bad);
  if (bad.length > 0) note(io, 'These did not open and are not in the backup.');
}

/** A backup on standard output: everything said about it goes to stderr. */
export function noteBackup(io: Io, { records, bytes, bad }: BackupReport): void {
  note(io, `${counted(records, 'record')} written, ${bytes} bytes, sealed.`);
  for (const { what, place, problem } of bad) note(io, `${what} ${plain(place)}  ${problem}`);
  if (bad.length > 0) note(io, 'These did not open and are not in the backup.');
}

export function outputIsTerminal(): CliError {
  return problem(
    'output_is_terminal',
    EXIT.usage,
    'A backup is bytes, and standard output is a terminal.',
    'Send it to a file or another program.',
  );
}

export async function sayRestored(io: Io, { json }: Settings, report: RestoreReport): Promise<void> {
  const { created, records, changed, removed } = report;
  if (json) return printJson(io, { event: 'restored', created: isoTime(created), records, changed, removed });
  await printLine(io, `${counted(records, 'record')} restored as they were at ${moment(created)}.`);
  note(
    io,
    'Passwords, and which accounts there are, are those of the backup. Recovery codes and invitations from',
  );
  note(
    io,
    'before are worth nothing, and the next code each user gives must be a new one. Running servers have to be',
  );
  note(io, 'started again.');
  note(
    io,
    "The server's key and certificate are in no backup: bring the folder tls of the old data directory, or users will be",
  );
  note(io, 'told that the server has another key.');
}

export async function tellOfCopy(
  io: Io,
  { json }: Settings,
  { records, followed, bad }: CopyReport,
  { mode, place }: { mode: 'copy' | 'move'; place: Place },
): Promise<void> {
  if (json) return printJson(io, { event: mode === 'move' ? 'moved' : 'copied', records, followed, bad });
  await printLine(
    io,
    sentence`${counted(records, 'record')} ${mode === 'move' ? 'moved' : 'copied'} to ${place.text}.`,
  );
  await showBad(io, bad);
  if (bad.length > 0) note(io, 'These did not open and were left out.');
  if (mode === 'move') note(io, sentence`Start the servers again with: --store ${place.text}`);
  else
    note(io, 'It is as old as the beginning of the copy; running servers go on writing to the first place.');
}

export function samePlace(place: Place): CliError {
  return problem(
    'same_place',
    EXIT.usage,
    sentence`The store is in ${place.text} already. Nothing was copied.`,
    'Give another place.',
  );
}

export function warnOfRootsFiles(io: Io, { dir, uid, gid }: RootsFiles): void {
  warn(
    io,
    sentence`Files in ${dir} belong to root, and a server that runs as its owner cannot open them. Run: chown -R ${`${uid}:${gid}`} ${quoted(dir)}`,
  );
}

export function warnUnrecorded(io: Io, { message }: Error): void {
  warn(io, sentence`This could not be written into the audit log. ${message}`);
}

async function showBad(io: Io, bad: readonly Bad[]): Promise<void> {
  const style = styleFor(io.stdout, io.env);
  for (const { what, place, problem } of bad)
    await printLine(io, `${style.red(`${what} ${plain(place)}`)}  ${problem}`);
}
