/** The actions of `service …`. */
import { DEFAULT_MINUTES, keptIssuerUrl } from '@countersign/auth-server/credentials';
import { confirm, counted, note, printJson, printTable } from '@countersign/terminal';
import type { YesOption } from '../../arguments.ts';
import type { Opened } from '../../open-store.ts';
import { printResult, refusal, serverCall } from '../../ui/messages.ts';
import { tokensOf } from './tokens-of.ts';

interface AddOptions {
  readonly audience: string;
  readonly role?: readonly string[] | undefined;
  readonly minutes?: number | undefined;
}

export async function addService(
  opened: Opened,
  name: string,
  { audience, role = [], minutes = DEFAULT_MINUTES }: AddOptions,
): Promise<void> {
  const { io, settings, store } = opened;
  const roles = [...new Set(role)].sort();
  await tokensOf(opened).administration.addService({ name, audience, roles, minutes });
  const who = roles.length === 0 ? 'every account' : `accounts with ${inWords(roles)}`;
  const words = `${sentenceCase(who)} can get tokens for ${audience}, valid for ${counted(minutes, 'minute')}.`;
  await printResult(io, settings, { event: 'service_added', name, audience, roles, minutes }, words);
  if (settings.json) return;
  if ((await keptIssuerUrl(store)) === undefined)
    note(
      io,
      `No token is issued before a server runs with its public address: ${serverCall(io, settings, 'start', '--issuer-url', 'https://HOST')}`,
    );
  note(io, 'Services must check that the audience of a token is their own.');
}

export async function listServices(opened: Opened): Promise<void> {
  const { io, settings } = opened;
  const services = await tokensOf(opened).administration.services();
  if (settings.json) {
    for (const each of services) await printJson(io, { ...each });
    return;
  }
  if (services.length === 0) return note(io, 'No tokens are issued: no service was added yet.');
  await printTable(io, {
    head: ['Service', 'Audience', 'For', 'Valid for'],
    keep: 'Service',
    rows: services.map(({ name, audience, roles, minutes }) => [
      name,
      audience,
      roles.length === 0 ? 'every account' : inWords(roles),
      counted(minutes, 'minute'),
    ]),
  });
}

export async function removeService(opened: Opened, name: string): Promise<void> {
  const { io, settings } = opened;
  const removed = await tokensOf(opened).administration.removeService(name);
  if (!removed)
    throw refusal(
      'unknown_service',
      `There is no service ${name}.`,
      'To list the services: countersign-server service list',
    );
  const words = `No more tokens are issued for ${removed.audience}. Those issued before expire within ${counted(removed.minutes, 'minute')}.`;
  await printResult(io, settings, { event: 'service_removed', name }, words);
}

export async function replaceKeys(opened: Opened, { yes }: YesOption): Promise<void> {
  const { io, settings, prompts } = opened;
  const message = 'Every token of every user will stop working. Continue?';
  await confirm(io, prompts, { message, yes });
  await tokensOf(opened).administration.replaceKeys();
  const words = 'All token keys were replaced. Services refuse the old ones once they fetch the keys again.';
  await printResult(io, settings, { event: 'token_keys_replaced' }, words);
  if (!settings.json)
    note(io, `Copies must be replaced: ${serverCall(io, settings, 'jwks', '--out', 'FILE')}`);
}

export async function resumeTokens(opened: Opened): Promise<void> {
  const { io, settings } = opened;
  const isResumed = await tokensOf(opened).administration.resume();
  const event = isResumed ? 'tokens_resumed' : 'tokens_already_resumed';
  const words = isResumed
    ? 'Tokens are issued again, with new keys. Copies of the public keys must be replaced.'
    : 'Issuing tokens was not paused.';
  await printResult(io, settings, { event }, words);
}

function inWords(roles: readonly string[]): string {
  return roles.length === 1 ? `the role ${roles[0]}` : `one of the roles ${roles.join(', ')}`;
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
