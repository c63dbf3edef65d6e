/** The command after `--`: it gets the terminal, standard input and all signals, and its exit code is that of the run. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { EXIT, type Io, problem, sentence, systemReason } from '@countersign/terminal';

/** Programs of OpenSSH that take the key to use as `-i FILE`. */
const TAKE_IDENTITY = ['ssh', 'scp', 'sftp'];

/** Returns the command with the key to use, if its program takes one. */
export function withIdentity(command: readonly string[], identity: string): readonly string[] {
  const [program = '', ...words] = command;
  if (!TAKE_IDENTITY.includes(basename(program).replace(/\.exe$/i, ''))) return command;
  return [program, '-i', withoutTokens(identity), ...words];
}

/** A path for `-i` and `IdentityFile`, where `%` begins a token of ssh_config. */
export function withoutTokens(path: string): string {
  return path.replaceAll('%', '%%');
}

/**
 * Runs a command to its end.
 *
 * @returns its exit code, or 128 and the number of the signal that ended it
 */
export async function runCommand(io: Io, [program = '', ...words]: readonly string[]): Promise<number> {
  io.signal.throwIfAborted();
  const child = spawn(program, words, { stdio: 'inherit', env: { ...io.env } });
  const takeBack = io.handOver(({ exit }) => {
    // A terminal sends Ctrl-C to the command as well.
    const isSentByTerminal = exit === EXIT.interrupted && (io.stdin.isTTY || io.stderr.isTTY);
    if (exit > 128 && !isSentByTerminal) child.kill(exit - 128);
  });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
  } catch (cause) {
    const message = sentence`The command ${program} cannot be run: ${systemReason(cause)}.`;
    throw problem('command_failed', EXIT.usage, message, undefined, cause);
  } finally {
    takeBack();
  }
}
