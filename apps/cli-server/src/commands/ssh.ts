/** `ssh …`: SSH certificates for users. All of it works while servers run. */
import { ROTATION_STEPS } from '@countersign/auth-server/credentials';
import { Argument, InvalidArgumentError } from 'commander';
import { MOST_SSH_HOURS, wholeNumber, YES } from '../arguments.ts';
import { inStore } from '../open-store.ts';
import type { Define } from '../program.ts';
import { role } from '../role-argument.ts';
import { printAuthorities, rotate } from './ssh/authorities.ts';
import { listCertificates, resumeIssuing, revokeCertificates } from './ssh/certificates.ts';
import { printSetup } from './ssh/hosts.ts';
import { writeKrl } from './ssh/krl.ts';
import { addRole, listRoles, removeRole } from './ssh/roles.ts';

export const defineSsh: Define = (ssh, perform) => {
  ssh
    .command('ca')
    .description('print the public keys of the authorities that hosts must trust')
    .action(perform(inStore(printAuthorities)));

  const roles = ssh.command('role').description('the roles that can log in over SSH');
  roles
    .command('add')
    .argument('<role>', 'the role, which is also the Unix account on the hosts', role)
    .description('let accounts with the role log in over SSH, or change how they can')
    .option(
      '--hours <number>',
      'how long a certificate with this role is valid at most',
      wholeNumber(1, MOST_SSH_HOURS),
    )
    .option('--agent-forwarding', 'allow forwarding of the agent to the host')
    .action(perform(inStore(addRole)));
  roles
    .command('list')
    .description('list the roles that can log in over SSH')
    .action(perform(inStore(listRoles)));
  roles
    .command('remove')
    .argument('<role>', 'the role', role)
    .description('issue no more certificates for the role')
    .action(perform(inStore(removeRole)));

  ssh
    .command('setup')
    .description('print a script that makes sshd on a host accept the certificates')
    .option('--krl-url <url>', 'where hosts fetch the revocation list, http or https', krlUrl)
    .action(perform(inStore(printSetup)));
  ssh
    .command('krl')
    .description('write the revocation list as it is now; hosts need a new one every few minutes')
    .requiredOption('--out <file>', 'the file, which is replaced in one step; - is standard output')
    .action(perform(writeKrl));
  ssh
    .command('list')
    .description('list the certificates that have not expired')
    .action(perform(inStore(listCertificates)));
  ssh
    .command('revoke')
    .argument('[serial]', 'the serial number of one certificate, as in ssh list', serialNumber)
    .description('revoke a certificate, those of an account, or all')
    .option('--user <name>', 'the certificates of this account')
    .option('--all', 'every certificate')
    .option(...YES)
    .action(perform(revokeCertificates));
  ssh
    .command('rotate')
    .addArgument(new Argument('[step]', 'the next step').choices(ROTATION_STEPS))
    .description('replace the authority: prepare, switch, finish, or at once if it is compromised')
    .option('--compromised', 'the same as the step compromised')
    .option(...YES)
    .action(perform(rotate));
  ssh
    .command('resume')
    .description('issue certificates again after a restore')
    .action(perform(inStore(resumeIssuing)));
};

function serialNumber(text: string): string {
  if (!/^[1-9]\d{0,19}$/.test(text))
    throw new InvalidArgumentError('Give a serial number as countersign-server ssh list prints it.');
  return text;
}

/** Parses the address of the revocation list, and returns its canonical form, which has no spaces. */
function krlUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || /[\s\p{C}]/u.test(url.href))
    throw new InvalidArgumentError('Give an address such as https://login.example.org/ssh/krl.');
  if (url.username !== '' || url.password !== '')
    throw new InvalidArgumentError('The address must not contain a user or a password.');
  return url.href;
}
