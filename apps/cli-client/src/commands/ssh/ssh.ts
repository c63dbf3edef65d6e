/**
 * `countersign ssh`: a certificate for a new key, both in the agent, and then a command.
 *
 * 1. the agent is asked for its list and tries a certificate, so that one that is locked or takes no certificates is
 *    noticed before a password is typed; with `--if-needed` a certificate in the list can be enough
 * 2. a login, and the certificate for the new key
 * 3. both into the agent, for as long as the certificate is valid; then older ones of the same account are removed
 * 4. the certificate alone into a file, which `ssh` is told to use
 *
 * With `--key` the key is the user's own, and the certificate goes into a file beside it.
 */
import { resolve } from 'node:path';
import type { Certificate, PublicKey } from '@countersign/ssh-core';
import { EXIT, note, warn, withSpinner } from '@countersign/terminal';
import { heldCertificates } from '../../connection.ts';
import { type Context, call, callThere, misuse } from '../../context.ts';
import { mustBeAbleToAsk } from '../../sign-in/needed.ts';
import { signedIn } from '../../sign-in/sign-in.ts';
import type { SshOptions } from './command-line.ts';
import { readPublicKey } from './key-file.ts';
import { commentOf, report, showSettings } from './report.ts';
import { runCommand, withIdentity } from './run-command.ts';

/** Minutes of `--if-needed`. */
const DEFAULT_MINUTES = 15;

/** @returns the exit code of the run, which is that of the command after `--` */
export async function ssh(
  context: Context,
  options: SshOptions,
  platform: NodeJS.Platform = process.platform,
): Promise<number> {
  const { key } = options;
  const { following } = context;
  const hasCommand = following.length > 0;
  if (key !== undefined && options.ifNeeded !== undefined)
    throw misuse('usage', '--if-needed looks into the agent, which --key does not use. Leave one out.');
  if (key === undefined && platform === 'win32')
    throw misuse(
      'no_agent',
      `The agent of Windows keeps keys for good, so it is not used. Certify a key file: ${call(context.io, 'ssh', '--key')} FILE.pub`,
    );
  const identity =
    key === undefined
      ? await certificateInAgent(context, options, hasCommand)
      : await certificateForFile(context, options, key, hasCommand);
  if (!hasCommand) return EXIT.done;
  // Standard input is the command's from here on.
  context.prompts.close();
  return runCommand(context.io, withIdentity(following, identity));
}

/** @returns the file that names the key to `ssh` */
async function certificateForFile(
  context: Context,
  options: SshOptions,
  path: string,
  hasCommand: boolean,
): Promise<string> {
  const publicKey = await readPublicKey(path, context.io.signal);
  const { checkWritable, writeCertificate } = await import('@countersign/auth-client/ssh');
  const base = path.replace(/\.pub$/, '');
  const file = `${base}-cert.pub`;
  await checkWritable(file);
  await logInForCertificate(context, options, publicKey, async (certificate) => {
    await writeCertificate(file, certificate);
    await report(context, certificate, { file, hasCommand });
  });
  return resolve(base);
}

/** @returns the file that names the key to `ssh` */
async function certificateInAgent(
  context: Context,
  options: SshOptions,
  hasCommand: boolean,
): Promise<string> {
  const { io } = context;
  const waiting = <T>(task: () => Promise<T>) => withSpinner(io, 'Waiting for the SSH agent …', task);
  const held = await heldCertificates(context);
  const { file } = held;
  try {
    const { user: username, role: roles = [], ifNeeded } = options;
    if (ifNeeded !== undefined) {
      const seconds = 60 * (ifNeeded === true ? DEFAULT_MINUTES : ifNeeded);
      const found = await held.find({ username, roles, seconds });
      if (found) {
        await report(context, found, { file, hasCommand, isKept: true });
        return file;
      }
      if (hasCommand)
        mustBeAbleToAsk(context, {
          user: username,
          why: `The agent holds no certificate that is valid long enough, and there is no terminal to ask on before a command. Run first: ${callThere(context, 'ssh')}`,
        });
    }
    const publicKey = await waiting(() => held.prepare());
    const isFirst = (await held.last()) === undefined;
    if (io.env.SSH_CONNECTION)
      note(
        io,
        'This is an SSH session: the key goes into the agent that is reached here through SSH_AUTH_SOCK. With agent forwarding that is the one on the computer you come from, and administrators of this host can use it while you are connected. ssh -J needs no agent here.',
      );
    await logInForCertificate(context, options, publicKey, async (certificate) => {
      const stuck = await waiting(() => held.keep(certificate, commentOf(context, certificate)));
      for (const { serial } of stuck)
        warn(io, `The agent did not remove an older certificate (serial ${serial}).`);
      await report(context, certificate, { file, hasCommand });
      if (isFirst) showSettings(context, file);
    });
    return file;
  } finally {
    held.close();
  }
}

/** Logs in, and passes a certificate for the key to `keep`. */
function logInForCertificate(
  context: Context,
  { user, role: roles, hours }: SshOptions,
  publicKey: PublicKey,
  keep: (certificate: Certificate) => Promise<void>,
): Promise<void> {
  return signedIn(context, { name: user }, async (session) => {
    const seconds = hours === undefined ? undefined : hours * 3600;
    await keep(await session.certify({ publicKey, roles, seconds }));
  });
}
