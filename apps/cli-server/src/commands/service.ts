/** `service …`: the services that accept tokens. All of it works while servers run. */
import {
  DEFAULT_MINUTES,
  keptIssuerUrl,
  MOST_MINUTES,
  openTokens,
} from '@countersign/auth-server/credentials';
import { readAudience } from '@countersign/auth-server/service-urls';
import { counted, textThat, wholeNumber, withJson } from '@countersign/terminal';
import { InvalidArgumentError } from 'commander';
import { YES, type YesOption } from '../arguments.ts';
import { type Group, inStore, type Opened, withYes } from '../command.ts';
import { severalRoles } from '../role-arguments.ts';
import { refusal } from '../ui/messages.ts';

interface AddOptions {
  readonly audience: string;
  readonly role?: readonly string[] | undefined;
  readonly minutes?: number | undefined;
}

const serviceName = textThat(
  (text) => /^[a-z0-9][a-z0-9_.-]{0,63}$/.test(text),
  'A name has 1 to 64 characters of a-z, 0-9, _ . and -, and begins with a letter or digit.',
);

export const commands: Group = {
  add: {
    about: 'issue tokens for the service, or change for whom',
    takes: (command) =>
      command
        .argument('<name>', 'a name for the service', serviceName)
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
        ),
    run: inStore(addService),
    examples: {
      'for every account': 'wiki --audience https://wiki.example.org',
      'for accounts with a role': 'graphs --audience https://graphs.example.org --role staff',
    },
  },
  list: {
    about: 'list the services',
    run: inStore(listServices),
    examples: withJson('a table'),
  },
  remove: {
    about: 'issue no more tokens for the service',
    takes: (command) => command.argument('<name>', 'the name of the service', serviceName),
    run: inStore(removeService),
    examples: withJson('stop issuing tokens for a service', 'wiki'),
  },
  'new-keys': {
    about: 'replace all keys at once, if someone else may know them',
    takes: (command) => command.option(...YES),
    run: inStore(replaceKeys, { asks: true }),
    examples: withYes('after a break-in'),
  },
  resume: {
    about: 'issue tokens again after a restore',
    run: inStore(resumeTokens),
    examples: withJson('after a restore'),
  },
};

function audience(text: string): string {
  const reading = readAudience(text);
  if (!reading.ok) throw new InvalidArgumentError(reading.problem);
  return reading.url;
}

async function addService(
  { store, world, say, call }: Opened,
  name: string,
  { audience: url, role = [], minutes = DEFAULT_MINUTES }: AddOptions,
): Promise<void> {
  const service = { name, audience: url, roles: [...new Set(role)].sort(), minutes };
  await openTokens(world).administration.addService(service);
  const hasIssuer = (await keptIssuerUrl(store)) !== undefined;
  const who = service.roles.length === 0 ? 'Every account' : `Accounts with ${inWords(service.roles)}`;
  await say({
    json: { event: 'service_added', ...service },
    text: `${who} can get tokens for ${url}, valid for ${counted(minutes, 'minute')}.`,
    notes: [
      hasIssuer
        ? undefined
        : `No token is issued before a server runs with its public address: ${call('start', '--issuer-url', 'https://HOST')}`,
      'Services must check that the audience of a token is their own.',
    ],
  });
}

async function listServices({ world, say }: Opened): Promise<void> {
  const services = await openTokens(world).administration.services();
  await say({
    json: services.map((each) => ({ ...each })),
    table: {
      none: 'No tokens are issued: no service was added yet.',
      head: ['Service', 'Audience', 'For', 'Valid for'],
      keep: 'Service',
      rows: services.map(({ name, audience: url, roles, minutes }) => [
        name,
        url,
        roles.length === 0 ? 'every account' : inWords(roles),
        counted(minutes, 'minute'),
      ]),
    },
  });
}

async function removeService({ world, say }: Opened, name: string): Promise<void> {
  const removed = await openTokens(world).administration.removeService(name);
  if (!removed)
    throw refusal(
      'unknown_service',
      `There is no service ${name}.`,
      'To list the services: countersign-server service list',
    );
  await say({
    json: { event: 'service_removed', name },
    text: `No more tokens are issued for ${removed.audience}. Those issued before expire within ${counted(removed.minutes, 'minute')}.`,
  });
}

async function replaceKeys({ world, say, call, confirm }: Opened, { yes }: YesOption): Promise<void> {
  await confirm({ message: 'Every token of every user will stop working. Continue?', yes });
  await openTokens(world).administration.replaceKeys();
  await say({
    json: { event: 'token_keys_replaced' },
    text: 'All token keys were replaced. Services refuse the old ones once they fetch the keys again.',
    notes: [`Copies must be replaced: ${call('jwks', '--out', 'FILE')}`],
  });
}

async function resumeTokens({ world, say }: Opened): Promise<void> {
  const isResumed = await openTokens(world).administration.resume();
  await say({
    json: { event: isResumed ? 'tokens_resumed' : 'tokens_already_resumed' },
    text: isResumed
      ? 'Tokens are issued again, with new keys. Copies of the public keys must be replaced.'
      : 'Issuing tokens was not paused.',
  });
}

function inWords(roles: readonly string[]): string {
  return roles.length === 1 ? `the role ${roles[0]}` : `one of the roles ${roles.join(', ')}`;
}
