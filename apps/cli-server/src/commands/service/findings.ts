/** What `doctor` finds about tokens: whether any can be issued for the services that are listed. */
import { keptIssuerUrl, openTokens } from '@countersign/auth-server/credentials';
import type { Store } from '@countersign/secure-store';
import { counted, moment } from '@countersign/terminal';
import type { World } from '../../open-store.ts';

/** Returns a finding if there are services. */
export async function checkTokens(store: Store, world: World) {
  const { administration, tokens } = openTokens(world);
  const poor = (says: string, todo: string) => [{ code: 'tokens', verdict: 'poor', says, todo }] as const;
  if (await administration.isPaused())
    return poor(
      'No tokens are issued since the store was restored',
      'If this store is the one to use, run: countersign-server service resume',
    );
  const services = await administration.services();
  if (services.length === 0) return [];
  if ((await keptIssuerUrl(store)) === undefined)
    return poor(
      'Services are listed, but the server that was started last issues no tokens',
      'Start it with --issuer-url, or remove the services: countersign-server service remove NAME',
    );
  const { goodUntil } = await tokens.publishedKeys();
  const copies = goodUntil === undefined ? '' : `; a copy of the keys is good until ${moment(goodUntil)}`;
  const says = `Tokens are issued for ${counted(services.length, 'service')}${copies}`;
  return [{ code: 'tokens', verdict: 'good', says }] as const;
}
