/** The routes of the public port, behind the operator's TLS proxy, and of the private one, for this machine. */
import { randomBytes } from 'node:crypto';
import type { Store } from '@countersign/secure-store';
import { openRegistry } from '../accounts/registry.ts';
import { SshCertificates } from '../credentials/ssh-certificates.ts';
import { Tokens } from '../credentials/tokens/tokens.ts';
import { TokenVerifier } from '../credentials/tokens/verifier.ts';
import { issuerRoutes } from './discovery.ts';
import { krlRoute } from './krl.ts';
import type { Routes } from './route.ts';
import { verifyRoute } from './verify.ts';

/** Options of `storeRoutes`. */
export interface StoreRoutesOptions {
  /** An opened store. The routes only read it. */
  readonly store: Store;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** The `iss` of tokens. Without it, there are no tokens and no routes for them. */
  readonly issuerUrl?: string | undefined;
}

/** Returns the routes that read a store. */
export function storeRoutes({ store, clock, issuerUrl }: StoreRoutesOptions): {
  readonly publicRoutes: Routes;
  readonly privateRoutes: Routes;
} {
  const options = { store, clock, randomBytes: (length: number) => new Uint8Array(randomBytes(length)) };
  const registry = openRegistry(options);
  const krl = { '/ssh/krl': krlRoute(new SshCertificates(registry, options), { clock }) };
  if (issuerUrl === undefined) return { publicRoutes: krl, privateRoutes: {} };
  return {
    publicRoutes: { ...krl, ...issuerRoutes(issuerUrl, new Tokens(registry, options)) },
    privateRoutes: { '/verify': verifyRoute(new TokenVerifier(registry, { store, clock, issuerUrl })) },
  };
}
