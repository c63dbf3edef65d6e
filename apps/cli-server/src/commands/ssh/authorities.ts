/** `ssh ca`, `ssh rotate`: the authorities that sign certificates. */
import { CA_FILE, type RotationStep, type SshAuthority } from '@countersign/auth-server/credentials';
import { confirm, type Io, isoTime, note, printJson, printLine, usageError } from '@countersign/terminal';
import type { YesOption } from '../../arguments.ts';
import { writeOut } from '../../binary-output.ts';
import { type Opened, withStore } from '../../open-store.ts';
import type { Settings } from '../../settings.ts';
import { refusal, serverCall } from '../../ui/messages.ts';
import { sshOf } from './ssh-of.ts';

/** Returns the authorities that hosts must trust. @throws {CliError} no_authority before the first role is listed */
export async function trustedAuthorities(opened: Opened): Promise<readonly SshAuthority[]> {
  const trusted = (await sshOf(opened).administration.authorities()).filter(
    ({ state }) => state !== 'compromised',
  );
  if (trusted.length === 0)
    throw refusal(
      'no_authority',
      'There is no SSH authority yet.',
      'List the first role, which creates it: countersign-server ssh role add ROLE',
    );
  return trusted;
}

export async function printAuthorities(opened: Opened): Promise<void> {
  const { io, settings } = opened;
  for (const authority of await trustedAuthorities(opened))
    if (settings.json) await printJson(io, forPrograms(authority));
    // One line even on a narrow terminal.
    else await writeOut(io, `${authority.publicKey}\n`);
}

interface RotateOptions extends YesOption {
  readonly compromised?: boolean;
}

const QUESTIONS: Readonly<Partial<Record<RotationStep, string>>> = {
  switch: `Hosts refuse new certificates until ${CA_FILE} contains the prepared key. Does every host have it?`,
  compromised:
    'Every certificate stops working with the next revocation list, and hosts refuse new ones until they trust the new key. Continue?',
};

export function rotate(
  io: Io,
  settings: Settings,
  word: RotationStep | undefined,
  { compromised, yes }: RotateOptions,
): Promise<void> {
  const step = word ?? (compromised ? 'compromised' : undefined);
  if (step === undefined || (compromised && step !== 'compromised'))
    throw usageError(
      'usage',
      'Give one step.',
      'A rotation is prepare, then switch, then finish. After a break-in: compromised.',
    );
  const message = QUESTIONS[step];
  return withStore(
    io,
    settings,
    async (opened) => {
      const { administration } = sshOf(opened);
      await administration.checkStep(step);
      const prepared = (await administration.authorities()).find(({ state }) => state === 'prepared');
      if (message !== undefined) await confirm(io, opened.prompts, { message, yes });
      const authorities = await administration.rotate(step);
      if (settings.json)
        return printJson(io, { event: 'ssh_rotated', step, authorities: authorities.map(forPrograms) });
      await printRotation(opened, step, authorities, prepared !== undefined);
    },
    { asks: message !== undefined },
  );
}

async function printRotation(
  { io, settings }: Opened,
  step: RotationStep,
  authorities: readonly SshAuthority[],
  wasPrepared: boolean,
): Promise<void> {
  const call = (...words: string[]) => serverCall(io, settings, 'ssh', ...words);
  const fingerprintOf = (state: SshAuthority['state']) =>
    authorities.find((each) => each.state === state)?.fingerprint ?? 'unknown';
  const replace = `replace ${CA_FILE} with the output of: ${call('ca')}`;
  switch (step) {
    case 'prepare':
      await printLine(io, `A new authority is prepared: ${fingerprintOf('prepared')}. It does not sign yet.`);
      note(io, `Now, on every host, ${replace}`);
      return note(io, `When all hosts have it: ${call('rotate', 'switch')}`);
    case 'switch':
      await printLine(io, `The new authority signs now: ${fingerprintOf('signing')}.`);
      note(io, 'Certificates of the old one stay valid until they expire. Hosts must still trust both keys.');
      return note(io, `When the last has expired: ${call('rotate', 'finish')}`);
    case 'finish':
      await printLine(io, `The old authority is removed. ${fingerprintOf('signing')} is the only one.`);
      return note(io, `On every host, ${replace}`);
    case 'compromised':
      await printLine(
        io,
        `The old authority is revoked. The new one signs now: ${fingerprintOf('signing')}.`,
      );
      note(io, 'Hosts refuse its certificates once they have the next revocation list.');
      note(
        io,
        wasPrepared
          ? 'Hosts that trust the prepared key accept new certificates at once. If the whole store was stolen, that key was in it: run the same command again.'
          : 'Until then hosts refuse new certificates, so keep another way in.',
      );
      return note(io, `On every host, ${replace}`);
  }
}

function forPrograms({ publicKey, fingerprint, created, state }: SshAuthority): Record<string, unknown> {
  return { publicKey, fingerprint, state, created: isoTime(created) };
}
