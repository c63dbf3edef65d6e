/** `invite …`: who may register where not everybody may. */
import { existsSync } from 'node:fs';
import { type Invitation, keptAddress, openRegistry, type Registry } from '@countersign/auth-server/accounts';
import { servedKey } from '@countersign/auth-server/audit';
import type { Store } from '@countersign/secure-store';
import { prepareUsername } from '@countersign/srp-core';
import { confirm, EXIT, type ExitCode, type Io } from '@countersign/terminal';
import { type Address, formatAddress, parseAddress } from '@countersign/tls-channel/address';
import { formatInvitation } from '@countersign/wire-protocol';
import type { YesOption } from '../command-line/perform.ts';
import { Missing } from '../missing.ts';
import { withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { readTextFile } from '../text-file.ts';
import { ownTlsFiles } from '../tls-files.ts';
import { badUserName } from '../ui/errors.ts';
import {
  invitationQuestions,
  nameExists,
  noPinYet,
  noPublicAddress,
  showInvitation,
  showInvitations,
  tellOfRevocation,
} from '../ui/invitations.ts';

export interface InviteOptions {
  readonly name?: string;
  readonly server?: string;
  /** Seconds. */
  readonly validFor: number;
}

export async function createInvitation(
  io: Io,
  settings: Settings,
  { name, server, validFor }: InviteOptions,
): Promise<ExitCode> {
  const prepared = name === undefined ? undefined : prepareUsername(name);
  if (prepared && !prepared.ok) throw badUserName();
  const named = prepared ? { username: prepared.username } : {};
  return withStore(io, settings, async (store) => {
    const { host, port, pin } = await serverOf(store, settings, server);
    const { accounts, invitations } = registryOf(io, store);
    // The name is not reserved: the first to register it has it. But the administrator notices a mistake here, before the user does.
    if (prepared && (await accounts.find(prepared.username))) throw nameExists(prepared.username);
    const now = Math.floor(io.now() / 1000);
    const { invitation, code } = await invitations.create({ now, validFor, ...named });
    const text = formatInvitation({ host, port, pin, code, ...named });
    await showInvitation(io, settings, { invitation, text, server: formatAddress(host, port), pin });
    return EXIT.done;
  });
}

/** Where the user will find the server, and the pin to expect of it. */
async function serverOf(
  store: Store,
  settings: Settings,
  given: string | undefined,
): Promise<Address & { readonly pin: string }> {
  const address = parseAddress(given ?? (await keptAddress(store)) ?? '');
  if (address === undefined) throw noPublicAddress();
  return { ...address, pin: (await servedKey(store))?.pin ?? (await ownPin(settings)) };
}

/** Of a server that was never started since servers keep their pin. */
async function ownPin({ dataDir }: Settings): Promise<string> {
  const files = ownTlsFiles(dataDir);
  if (!existsSync(files.cert)) throw noPinYet();
  const { pinOf } = await import('@countersign/tls-channel');
  return pinOf(await readTextFile(files.cert));
}

export async function listInvitations(io: Io, settings: Settings): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    const missing = new Missing();
    const found: Invitation[] = [];
    for await (const invitation of registryOf(io, store).invitations.all(missing.note))
      found.push(invitation);
    found.sort((a, b) => a.created - b.created);
    await showInvitations(io, settings, found);
    return missing.exit(io, 'record');
  });
}

export async function revokeInvitation(
  io: Io,
  settings: Settings,
  id: string,
  { yes }: YesOption,
): Promise<ExitCode> {
  return withStore(
    io,
    settings,
    async (store, prompts) => {
      await confirm(io, prompts, { message: invitationQuestions.revoke(id), yes });
      await registryOf(io, store).invitations.revoke(id);
      await tellOfRevocation(io, settings, id);
      return EXIT.done;
    },
    { asks: true },
  );
}

function registryOf(io: Io, store: Store): Registry {
  return openRegistry({ store, clock: io.now, randomBytes: io.randomBytes });
}
