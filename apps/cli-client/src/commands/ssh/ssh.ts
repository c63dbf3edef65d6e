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
import { type Certificate, formatLine } from '@countersign/ssh-core';
import { duration, note, printJson, printLine, sentence, styleFor } from '@countersign/terminal';
import { type Context, call, callThere, misuse } from '../../context.ts';
import { accountOf, mustBeAbleToAsk } from '../../sign-in/needed.ts';
import { Agent } from './agent.ts';
import {
  certificatePath,
  checkWritable,
  prepareFile,
  readLastCertificate,
  writeCertificate,
} from './certificate-file.ts';
import type { Following, SshOptions } from './command-line.ts';
import { certificateEvent, heldBy, isSame, isValidFor, ownerOf, rolesOf } from './held.ts';
import { logInForCertificate } from './issue.ts';
import { keepInAgent, tryAgent } from './keep.ts';
import { generateKey, readPublicKey } from './key.ts';
import { runCommand, withIdentity, withoutTokens } from './run-command.ts';

/** Minutes of `--if-needed`. */
const DEFAULT_MINUTES = 15;

export async function ssh(
  context: Context,
  options: SshOptions,
  { command, finish }: Following,
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  const { key } = options;
  const hasCommand = command.length > 0;
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
  if (!hasCommand) return;
  // Standard input is the command's from here on.
  context.prompts.close();
  finish(await runCommand(context.io, withIdentity(command, identity)));
}

/** @returns the file that names the key to `ssh` */
async function certificateForFile(
  context: Context,
  options: SshOptions,
  path: string,
  hasCommand: boolean,
): Promise<string> {
  const publicKey = await readPublicKey(path, context.io.signal);
  const base = path.replace(/\.pub$/, '');
  const target = `${base}-cert.pub`;
  await checkWritable(target);
  await logInForCertificate(context, options, publicKey, async (certificate) => {
    await writeCertificate(target, formatLine(certificate));
    await report(context, certificate, { file: target, hasCommand });
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
  const file = certificatePath(context);
  const agent = await Agent.open(io);
  try {
    const last = await readLastCertificate(file, io.signal);
    const held = await heldBy(agent, last?.authority);
    const enough = enoughOf(held, options, Math.floor(io.now() / 1000));
    if (enough) {
      // Another account may have been the last one.
      if (!last || !isSame(last, enough)) await writeCertificate(file, formatLine(enough));
      await report(context, enough, { file, hasCommand, isKept: true });
      return file;
    }
    if (options.ifNeeded !== undefined && hasCommand)
      mustBeAbleToAsk(context, {
        user: options.user,
        why: `The agent holds no certificate that is valid long enough, and there is no terminal to ask on before a command. Run first: ${callThere(context, 'ssh')}`,
      });
    const key = generateKey();
    try {
      await tryAgent(context, agent, key);
      await prepareFile(file);
      if (io.env.SSH_CONNECTION)
        note(
          io,
          'This is an SSH session: the key goes into the agent that is reached here through SSH_AUTH_SOCK. With agent forwarding that is the one on the computer you come from, and administrators of this host can use it while you are connected. ssh -J needs no agent here.',
        );
      await logInForCertificate(context, options, key.publicKey, async (certificate) => {
        await keepInAgent(context, agent, { key, certificate, last });
        await writeCertificate(file, formatLine(certificate));
        await report(context, certificate, { file, hasCommand });
        if (!last) showSettings(context, file);
      });
    } finally {
      key.seed.fill(0);
    }
    return file;
  } finally {
    agent.close();
  }
}

/** Returns a certificate that makes a login needless. */
function enoughOf(held: readonly Certificate[], options: SshOptions, now: number): Certificate | undefined {
  const { ifNeeded, role: roles = [] } = options;
  if (ifNeeded === undefined) return undefined;
  const user = accountOf(options.user);
  const seconds = 60 * (ifNeeded === true ? DEFAULT_MINUTES : ifNeeded);
  return held.find(
    (each) =>
      isValidFor(each, now, seconds) &&
      (user === undefined || ownerOf(each)?.username === user) &&
      roles.every((role) => each.principals.includes(role)),
  );
}

/** Before a command, standard output is the command's. */
async function report(
  { io, options }: Context,
  certificate: Certificate,
  { file, hasCommand, isKept = false }: { file: string; hasCommand: boolean; isKept?: boolean },
): Promise<void> {
  if (options.json) return printJson(io, { ...certificateEvent(certificate), file, new: !isKept });
  if (isKept && hasCommand) return;
  const username = ownerOf(certificate)?.username ?? '';
  const left = duration(certificate.validBefore - io.now() / 1000);
  const kind = isKept ? 'No login needed: the SSH certificate' : 'SSH certificate';
  const line = sentence`${kind} for ${username} is valid for ${left}, roles: ${rolesOf(certificate)}`;
  if (hasCommand) note(io, line);
  else await printLine(io, styleFor(io.stdout, io.env).green(line));
}

/** Shown once for each server. */
function showSettings({ io }: Context, file: string): void {
  const path = withoutTokens(file);
  note(
    io,
    'ssh finds the key in the agent. If you use IdentitiesOnly, or the agent holds more than five keys, add this to ~/.ssh/config:',
  );
  note(io, '  Host HOST');
  note(io, `    IdentityFile ${/\s/.test(path) ? `"${path}"` : path}`);
  note(io, '    IdentitiesOnly yes');
}
