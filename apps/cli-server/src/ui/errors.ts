/** What went wrong, and what to do about it. */
import { PLACE_FORMS, type Place } from '@countersign/secure-store/place';
import { type CliError, EXIT, plain, sentence, systemReason } from '@countersign/terminal';
import { type CodedError, isCoded } from '../coded-error.ts';
import { ended, problem } from './voice.ts';

export function badStorePlace(text: string): CliError {
  return problem(
    'usage',
    EXIT.usage,
    sentence`"${text}" is not the address of a store.`,
    `Use --store ${PLACE_FORMS.join(' or --store ')}.`,
  );
}

export function badDatabaseUrl(cause: unknown): CliError {
  const why = cause instanceof Error ? cause.message : 'unknown';
  return problem(
    'usage',
    EXIT.usage,
    ended(sentence`The address in --store cannot be used: ${why}`),
    undefined,
    cause,
  );
}

export function noHome(): CliError {
  return problem(
    'no_home',
    EXIT.usage,
    'There is no home directory to keep the data in.',
    'Name a directory with --data-dir DIR.',
  );
}

export function passwordInUrl(): CliError {
  return problem(
    'usage',
    EXIT.usage,
    'A password in --store can be read by everybody on this machine.',
    'Leave it out of the address and put it into ~/.pgpass or the file that PGPASSFILE names.',
  );
}

export function keyAndCertificateTogether(): CliError {
  return problem('usage', EXIT.usage, '--tls-cert and --tls-key belong together.', 'Give both or neither.');
}

export function unreadableFile(path: string, cause: unknown): CliError {
  return problem(
    'unreadable_file',
    EXIT.usage,
    sentence`The file ${path} cannot be read: ${systemReason(cause)}.`,
  );
}

export function unwritableFile(path: string, cause: unknown): CliError {
  return problem(
    'unwritable_file',
    EXIT.usage,
    sentence`The file ${path} cannot be written: ${writeReason(cause)}.`,
  );
}

/** Of a file that is written, what is missing is the place. */
function writeReason(cause: unknown): string {
  return isMissing(cause) ? 'its directory is not there' : systemReason(cause);
}

/** Whether an error of Node.js means that something is not there. */
export function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

export function existingFile(path: string): CliError {
  return problem(
    'unwritable_file',
    EXIT.usage,
    sentence`${path} is there already.`,
    'Give another name; nothing is written over.',
  );
}

export function notJson(path: string): CliError {
  return problem('not_json', EXIT.usage, sentence`The file ${path} is not JSON.`);
}

export function unusableKeyFile(path: string, least: number, most: number): CliError {
  return problem(
    'key_file_invalid',
    EXIT.usage,
    sentence`${path} is no key file: it has to hold ${least} to ${most} bytes.`,
  );
}

export function keyNotTyped(): CliError {
  return problem(
    'usage',
    EXIT.usage,
    'A key file holds bytes, which cannot be typed.',
    'Give --key-file FILE, or lead the file into standard input.',
  );
}

export function existingKeyFile(path: string, cause: unknown): CliError {
  return problem(
    'unwritable_file',
    EXIT.usage,
    sentence`The key file ${path} cannot be made: ${writeReason(cause)}.`,
  );
}

/** @param field as in `code.perStep`; empty when the whole file is meant */
export function badLimits(path: string, field: string, why: string): CliError {
  const where = field === '' ? sentence`The limits in ${path}` : sentence`The limit ${field} in ${path}`;
  return problem(
    'bad_limits',
    EXIT.usage,
    ended(`${where} cannot be used: ${plain(why)}`),
    'countersign-server limits prints a file with all of them.',
  );
}

export function metricsPortTaken(port: number, cause: unknown): CliError {
  return problem(
    'address_in_use',
    EXIT.network,
    sentence`The counters cannot be shown at port ${port}: ${systemReason(cause)}.`,
    'Give another --metrics-port.',
  );
}

export function notOurDirectory(dir: string): CliError {
  return problem(
    'not_a_store',
    EXIT.store,
    sentence`${dir} holds other things and is no directory of this program.`,
    'Give an empty directory, or one that does not exist yet. Nothing was changed.',
  );
}

export function unusableDirectory(dir: string, cause: unknown): CliError {
  return problem(
    'read_only',
    EXIT.store,
    sentence`The directory ${dir} cannot be used: ${systemReason(cause)}.`,
  );
}

/** Nothing is there, and nothing can be made there. */
export function unmakeableDirectory(dir: string, cause: unknown): CliError {
  return problem(
    'read_only',
    EXIT.store,
    sentence`The directory ${dir} cannot be made: the place takes no directories.`,
    'Give another --data-dir.',
    cause,
  );
}

/** `start` with a secret from a file, which a mistyped directory must not turn into a new store. */
export function nothingToStart(place: Place): CliError {
  return problem(
    'not_a_store',
    EXIT.store,
    sentence`There is no store at ${place.text} yet.`,
    'To make one there, start with --create; or look at --data-dir and --store.',
  );
}

export function noStoreYet(place: Place): CliError {
  return problem(
    'not_a_store',
    EXIT.store,
    sentence`There is no store at ${place.text} yet.`,
    'countersign-server start makes one; or look at --data-dir and --store.',
  );
}

/** What helps against damage, in words for the end of a sentence or of an error. */
export const BRING_BACK = 'countersign-server store restore FILE --replace brings a backup back.';

const STORE_HINTS: Readonly<Record<string, string>> = {
  wrong_passphrase: 'Nothing was changed. Try again.',
  newer_format: 'Install that version to open it. Nothing was changed.',
  not_a_store: 'Look at --data-dir and --store.',
  exists: 'Give another place, or --replace to lose what is there.',
  moved: 'Give --store with the place it was moved to.',
  locked_out: 'Start again with a passphrase or key file of a slot that is there.',
  damaged: BRING_BACK,
  backend_gone: 'Look at --store, and whether what it names is there and runs.',
};

export function storeProblem(error: CodedError): CliError {
  return problem(error.code, EXIT.store, plain(error.message), STORE_HINTS[error.code], error);
}

export function channelProblem(error: CodedError): CliError {
  const message = ended(plain(error.message.charAt(0).toUpperCase() + error.message.slice(1)));
  if (error.code === 'bad_certificate')
    return problem(error.code, EXIT.usage, message, 'Look at the key and the certificate.', error);
  const hint =
    error.code === 'address_in_use' ? 'End it, or give another --port.' : 'Look at --host and --port.';
  return problem(error.code, EXIT.network, message, hint, error);
}

export function workerProblem({ message }: CodedError): CliError {
  return problem(
    'worker_failed',
    EXIT.unexpected,
    ended(sentence`A worker process failed: ${message}`),
    'Try --workers 1.',
  );
}

/** The server ended because its store is gone for good. */
export function storeLost(error: unknown): unknown {
  if (!isCoded(error)) return error;
  if (error.code === 'wrong_passphrase')
    return problem(
      error.code,
      EXIT.store,
      'All worker processes have ended, and the passphrase was changed since the start.',
      'Start the server again with the new one.',
    );
  return problem(
    error.code,
    EXIT.store,
    `The server has lost its store and ended. ${plain(error.message)}`,
    STORE_HINTS[error.code],
    error,
  );
}

export function badUserName(): CliError {
  return problem(
    'name_refused',
    EXIT.usage,
    'That cannot be a user name.',
    'User names have 1 to 64 letters, digits or other visible characters, and no colon.',
  );
}

const AUTH_HINTS: Readonly<Record<string, string>> = {
  no_such_account: 'countersign-server user list shows the names there are.',
  no_such_invitation: 'countersign-server invite list shows those that were not used yet.',
  session_stale:
    'Look at it with countersign-server user show, and run the command again if it is still the one.',
};

export function authProblem(error: CodedError): CliError {
  const message = plain(error.message.charAt(0).toUpperCase() + error.message.slice(1));
  return problem(error.code, EXIT.refused, ended(message), AUTH_HINTS[error.code], error);
}
