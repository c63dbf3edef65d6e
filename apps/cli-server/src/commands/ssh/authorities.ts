/** `ssh ca`, `ssh rotate`: the authorities that sign certificates. */
import { CA_FILE, openSsh, type RotationStep, type SshAuthority } from '@countersign/auth-server/credentials';
import { type Answer, isoTime, usageError, writeOut } from '@countersign/terminal';
import type { YesOption } from '../../arguments.ts';
import { type On, type Opened, withStore } from '../../command.ts';
import { refusal } from '../../ui/messages.ts';

/**
 * Returns the authorities that hosts must trust.
 *
 * @throws {CliError} no_authority before the first role is listed
 */
export async function trustedAuthorities({ world }: Opened): Promise<readonly SshAuthority[]> {
  const trusted = (await openSsh(world).administration.authorities()).filter(
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
  const { io, settings, say } = opened;
  const trusted = await trustedAuthorities(opened);
  if (settings.json) return say({ json: trusted.map(forPrograms) });
  // One line even on a narrow terminal.
  for (const { publicKey } of trusted) await writeOut(io, `${publicKey}\n`);
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
  on: On,
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
  const turn = async ({ world, say, confirm }: Opened) => {
    const { administration } = openSsh(world);
    await administration.checkStep(step);
    const wasPrepared = (await administration.authorities()).some(({ state }) => state === 'prepared');
    if (message !== undefined) await confirm({ message, yes });
    const authorities = await administration.rotate(step);
    await say({
      json: { event: 'ssh_rotated', step, authorities: authorities.map(forPrograms) },
      ...rotationInWords(on, step, authorities, wasPrepared),
    });
  };
  return withStore(on, turn, { asks: message !== undefined });
}

function rotationInWords(
  { call }: On,
  step: RotationStep,
  authorities: readonly SshAuthority[],
  wasPrepared: boolean,
): Omit<Answer, 'json'> {
  const fingerprintOf = (state: SshAuthority['state']) =>
    authorities.find((each) => each.state === state)?.fingerprint ?? 'unknown';
  const replace = `replace ${CA_FILE} with the output of: ${call('ssh', 'ca')}`;
  switch (step) {
    case 'prepare':
      return {
        text: `A new authority is prepared: ${fingerprintOf('prepared')}. It does not sign yet.`,
        notes: [
          `Now, on every host, ${replace}`,
          `When all hosts have it: ${call('ssh', 'rotate', 'switch')}`,
        ],
      };
    case 'switch':
      return {
        text: `The new authority signs now: ${fingerprintOf('signing')}.`,
        notes: [
          'Certificates of the old one stay valid until they expire. Hosts must still trust both keys.',
          `When the last has expired: ${call('ssh', 'rotate', 'finish')}`,
        ],
      };
    case 'finish':
      return {
        text: `The old authority is removed. ${fingerprintOf('signing')} is the only one.`,
        notes: [`On every host, ${replace}`],
      };
    case 'compromised':
      return {
        text: `The old authority is revoked. The new one signs now: ${fingerprintOf('signing')}.`,
        notes: [
          'Hosts refuse its certificates once they have the next revocation list.',
          wasPrepared
            ? 'Hosts that trust the prepared key accept new certificates at once. If the whole store was stolen, that key was in it: run the same command again.'
            : 'Until then hosts refuse new certificates, so keep another way in.',
          `On every host, ${replace}`,
        ],
      };
  }
}

function forPrograms({ publicKey, fingerprint, created, state }: SshAuthority): Record<string, unknown> {
  return { publicKey, fingerprint, state, created: isoTime(created) };
}
