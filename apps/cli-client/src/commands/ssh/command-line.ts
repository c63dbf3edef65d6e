/** The command line of `ssh` and `ssh status`. What they need is loaded when one of them runs. */
import { withJson } from '@countersign/terminal';
import { type Command, InvalidArgumentError } from 'commander';
import { type Entry, USER, wholeNumber } from '../../command.ts';
import { call, misuse } from '../../context.ts';

/** The options of `ssh`, as commander passes them. */
export interface SshOptions {
  readonly user?: string;
  readonly role?: readonly string[];
  readonly hours?: number;
  /** A public key of the user's own, to be certified instead of a new one. */
  readonly key?: string;
  /** Minutes that a certificate must still be valid so that no login is needed. */
  readonly ifNeeded?: number | true;
}

const ROLE = /^[a-z_][a-z0-9_.-]{0,31}$/;
const MOST_HOURS = 8760;
const MOST_MINUTES = 525_600;

/**
 * Returns what stands before and after the first `--` of a command line of `ssh`. The words after it are a command with
 * options of its own.
 * @param program without its state: reading the words sets options
 */
export function splitAtCommand(
  argv: readonly string[],
  program: Command,
): { readonly own: readonly string[]; readonly following: readonly string[] } {
  const at = argv.indexOf('--');
  const own = at === -1 ? argv : argv.slice(0, at);
  if (at === -1 || !isSsh(own, program)) return { own: argv, following: [] };
  return { own, following: argv.slice(at + 1) };
}

function isSsh(words: readonly string[], program: Command): boolean {
  try {
    return program.parseOptions([...words]).operands[0] === 'ssh';
  } catch {
    return false; // a bad value of an option, which is reported when the words are read
  }
}

export const ssh: Entry = {
  about: 'get an SSH certificate into the agent, and run a command',
  takes: (command) =>
    command
      .usage('[options] [-- COMMAND…]')
      .option(...USER)
      .option('--role <role>', 'request only this role; can be repeated', parseRole)
      .option(
        '--hours <n>',
        'how long the certificate is valid, at most (default: as the server allows)',
        wholeNumber(1, MOST_HOURS),
      )
      .option('--key <file>', 'certify this public key (FILE.pub) and write FILE-cert.pub; no agent is used')
      .option(
        '--if-needed [minutes]',
        'do not log in while the agent holds a certificate that is valid that long (default: 15)',
        wholeNumber(0, MOST_MINUTES),
      )
      .allowExcessArguments(),
  async run(context, options: SshOptions, { args }: Command) {
    if (args.length > 0)
      throw misuse(
        'usage',
        `To connect, give the command after --, as in: ${call(context.io, 'ssh', '--', 'ssh', 'web1')}`,
      );
    const { ssh } = await import('./ssh.ts');
    return ssh(context, options);
  },
  examples: {
    'a certificate in the agent': '',
    'connect, and log in only if no certificate is valid': '--if-needed -- ssh web1',
  },
  commands: {
    status: {
      about: 'list the certificates of the server in the agent; exit code 3 if none is valid',
      async run(context) {
        if (context.following.length > 0) throw misuse('usage', '"ssh status" takes no command after --.');
        const { showStatus } = await import('./report.ts');
        await showStatus(context);
      },
      examples: withJson('certificates in the agent'),
    },
  },
};

function parseRole(role: string, before: readonly string[] = []): readonly string[] {
  if (!ROLE.test(role))
    throw new InvalidArgumentError(
      'A role has 1 to 32 characters of a-z 0-9 _ . - and begins with a letter or _.',
    );
  return [...new Set([...before, role])];
}
