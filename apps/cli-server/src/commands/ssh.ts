/** `ssh …`: SSH certificates for users. All of it works while servers run. */
import { ROTATION_STEPS } from '@countersign/auth-server/credentials';
import { textThat, wholeNumber, withJson } from '@countersign/terminal';
import { Argument, InvalidArgumentError } from 'commander';
import { MOST_SSH_HOURS, OUT, YES } from '../arguments.ts';
import { type Group, inStore } from '../command.ts';
import { role } from '../role-arguments.ts';
import { printAuthorities, rotate } from './ssh/authorities.ts';
import { listCertificates, resumeIssuing, revokeCertificates } from './ssh/certificates.ts';
import { printSetup, writeKrl } from './ssh/hosts.ts';
import { addRole, listRoles, removeRole } from './ssh/roles.ts';

const serialNumber = textThat(
  (text) => /^[1-9]\d{0,19}$/.test(text),
  'Give a serial number as countersign-server ssh list prints it.',
);

export const commands: Group = {
  ca: {
    about: 'print the public keys of the authorities that hosts must trust',
    run: inStore(printAuthorities),
    examples: { 'the keys that hosts trust': '', 'with the state of each': '--json' },
  },
  role: {
    about: 'the roles that can log in over SSH',
    commands: {
      add: {
        about: 'let accounts with the role log in over SSH, or change how they can',
        takes: (command) =>
          command
            .argument('<role>', 'the role, which is also the Unix account on the hosts', role)
            .option(
              '--hours <number>',
              'how long a certificate with this role is valid at most',
              wholeNumber(1, MOST_SSH_HOURS),
            )
            .option('--agent-forwarding', 'allow forwarding of the agent to the host'),
        run: inStore(addRole),
        examples: {
          'a role that can log in': 'deploy',
          'with certificates for one hour': 'deploy --hours 1',
        },
      },
      list: {
        about: 'list the roles that can log in over SSH',
        run: inStore(listRoles),
        examples: withJson('a table'),
      },
      remove: {
        about: 'issue no more certificates for the role',
        takes: (command) => command.argument('<role>', 'the role', role),
        run: inStore(removeRole),
        examples: withJson('stop issuing certificates for a role', 'deploy'),
      },
    },
  },
  setup: {
    about: 'print a script that makes sshd on a host accept the certificates',
    takes: (command) =>
      command.option('--krl-url <url>', 'where hosts fetch the revocation list, http or https', krlUrl),
    run: inStore(printSetup),
    examples: {
      'a script for hosts': '',
      'with a timer that fetches the list': '--krl-url https://login.example.org/krl',
    },
  },
  krl: {
    about: 'write the revocation list as it is now; hosts need a new one every few minutes',
    takes: (command) => command.requiredOption(...OUT),
    run: writeKrl,
    examples: { 'write the list to a file': '--out /srv/www/krl', 'to standard output': '--out -' },
  },
  list: {
    about: 'list the certificates that have not expired',
    run: inStore(listCertificates),
    examples: withJson('a table'),
  },
  revoke: {
    about: 'revoke a certificate, those of an account, or all',
    takes: (command) =>
      command
        .argument('[serial]', 'the serial number of one certificate, as in ssh list', serialNumber)
        .option('--user <name>', 'the certificates of this account')
        .option('--all', 'every certificate')
        .option(...YES),
    run: revokeCertificates,
    examples: { 'one certificate': '4611686018427387904', 'all of an account': '--user alice' },
  },
  rotate: {
    about: 'replace the authority: prepare, switch, finish, or at once if it is compromised',
    takes: (command) =>
      command
        .addArgument(new Argument('[step]', 'the next step').choices(ROTATION_STEPS))
        .option('--compromised', 'the same as the step compromised')
        .option(...YES),
    run: rotate,
    examples: { 'publish the next authority': 'prepare', 'sign with it, when all hosts trust it': 'switch' },
  },
  resume: {
    about: 'issue certificates again after a restore',
    run: inStore(resumeIssuing),
    examples: withJson('after a restore'),
  },
};

/** Parses the address of the revocation list, and returns its canonical form, which has no spaces. */
function krlUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || /[\s\p{C}]/u.test(url.href))
    throw new InvalidArgumentError('Give an address such as https://login.example.org/ssh/krl.');
  if (url.username !== '' || url.password !== '')
    throw new InvalidArgumentError('The address must not contain a user or a password.');
  return url.href;
}
