/** `service …`: the services that accept tokens. All of it works while servers run. */
import { MOST_ROLES } from '@countersign/auth-server/accounts';
import { DEFAULT_MINUTES, MOST_MINUTES } from '@countersign/auth-server/credentials';
import { readAudience } from '@countersign/auth-server/service-urls';
import { InvalidArgumentError } from 'commander';
import { wholeNumber, YES } from '../arguments.ts';
import { inStore } from '../open-store.ts';
import type { Define } from '../program.ts';
import { role } from '../role-argument.ts';
import { addService, listServices, removeService, replaceKeys, resumeTokens } from './service/services.ts';

export const defineService: Define = (service, perform) => {
  service
    .command('add')
    .argument('<name>', 'a name for the service', serviceName)
    .description('issue tokens for the service, or change for whom')
    .requiredOption('--audience <url>', 'the address of the service, as it checks it in tokens', audience)
    .option(
      '--role <role>',
      'only for accounts with this role; can be repeated (default: for every account)',
      severalRoles,
    )
    .option(
      '--minutes <number>',
      `how many minutes tokens are valid, at most and by default (default: ${DEFAULT_MINUTES})`,
      wholeNumber(1, MOST_MINUTES),
    )
    .action(perform(inStore(addService)));
  service
    .command('list')
    .description('list the services')
    .action(perform(inStore(listServices)));
  service
    .command('remove')
    .argument('<name>', 'the name of the service', serviceName)
    .description('issue no more tokens for the service')
    .action(perform(inStore(removeService)));
  service
    .command('new-keys')
    .description('replace all keys at once, if someone else may know them')
    .option(...YES)
    .action(perform(inStore(replaceKeys, { asks: true })));
  service
    .command('resume')
    .description('issue tokens again after a restore')
    .action(perform(inStore(resumeTokens)));
};

function serviceName(text: string): string {
  if (!/^[a-z0-9][a-z0-9_.-]{0,63}$/.test(text))
    throw new InvalidArgumentError(
      'A name has 1 to 64 characters of a-z, 0-9, _ . and -, and begins with a letter or digit.',
    );
  return text;
}

function severalRoles(text: string, before: readonly string[] = []): readonly string[] {
  if (before.length >= MOST_ROLES) throw new InvalidArgumentError(`Give at most ${MOST_ROLES} roles.`);
  return [...before, role(text)];
}

function audience(text: string): string {
  const reading = readAudience(text);
  if (!reading.ok) throw new InvalidArgumentError(reading.problem);
  return reading.url;
}
