/**
 * The server: TLS channels in, sessions out. A session sees only messages; this file moves them, watches the
 * clock for it, and keeps the process alive whatever a client does.
 */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Store } from '@countersign/secure-store';
import { type Channel, ChannelError, type Listener, listenTls } from '@countersign/tls-channel';
import type { AuditEvent } from '../audit/event.ts';
import type { Limits } from '../limits/limits.ts';
import { sourceOf } from '../limits/source.ts';
import { createServices, type Profile, type RegistrationPolicy } from '../session/services.ts';
import { Session } from '../session/session.ts';

export interface ServerOptions {
  readonly store: Store;
  /** The TLS identity, PEM. */
  readonly key: string;
  readonly cert: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly registration: RegistrationPolicy;
  readonly issuer?: string;
  readonly limits?: Limits;
  readonly profile?: Profile;
  /** Unix milliseconds. */
  readonly clock?: () => number;
  readonly randomBytes?: (length: number) => Uint8Array;
  /** What happened, for a log; never a secret, never text of the other side. */
  readonly onEvent?: (event: ServerEvent) => void;
}

export type ServerEvent =
  | { readonly kind: 'connected'; readonly source: string }
  | { readonly kind: 'disconnected'; readonly source: string; readonly because: string }
  /** Something the audit log tells of. */
  | { readonly kind: 'audited'; readonly event: AuditEvent }
  | { readonly kind: 'failure'; readonly error: unknown };

export interface AuthServer {
  readonly host: string;
  readonly port: number;
  readonly pin: string;
  /** Connections that are open now. */
  readonly connections: number;
  /** Takes up a renewed certificate for new connections. */
  setIdentity(identity: { key: string; cert: string }): void;
  /** Lets commits in flight finish, closes everything, flushes the audit log. */
  close(): Promise<void>;
}

const FLUSH_MILLISECONDS = 60_000;
const SWEEP_MILLISECONDS = 15 * 60_000;
const CLOSING_GRACE_MILLISECONDS = 2_000;

/** Starts listening. @throws ChannelError when the address cannot be had. */
export async function startAuthServer(options: ServerOptions): Promise<AuthServer> {
  const { store, host = '127.0.0.1', port, key, cert, onEvent = () => {} } = options;
  const services = createServices({
    store,
    registration: options.registration,
    clock: options.clock ?? Date.now,
    randomBytes: options.randomBytes ?? ((length) => new Uint8Array(randomBytes(length))),
    onAudit: (event) => onEvent({ kind: 'audited', event }),
    ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  const { journal, ledger, limits } = services;
  const perSource = new Map<string, number>();
  const running = new Set<Promise<void>>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // every open connection listens for the end

  const onFailure = (error: unknown) => onEvent({ kind: 'failure', error });

  async function serve(channel: Channel): Promise<void> {
    const source = sourceOf(channel.remoteAddress);
    const held = perSource.get(source) ?? 0;
    if (running.size >= limits.connections || held >= limits.connectionsPerSource) {
      channel.destroy();
      onEvent({ kind: 'disconnected', source, because: 'too_many_connections' });
      return;
    }
    perSource.set(source, held + 1);
    onEvent({ kind: 'connected', source });
    let because = 'done';
    try {
      await converse(channel, new Session(services, { binding: channel.binding, source }, onFailure));
    } catch (error) {
      because = error instanceof ChannelError ? error.code : 'failure';
      if (because === 'failure' && !closing.signal.aborted) onFailure(error);
    } finally {
      const left = (perSource.get(source) ?? 1) - 1;
      if (left > 0) perSource.set(source, left);
      else perSource.delete(source);
      onEvent({ kind: 'disconnected', source, because });
    }
  }

  async function converse(channel: Channel, session: Session): Promise<void> {
    while (!session.isOver) {
      const message = await channel.receive({ timeout: session.patience * 1000, signal: closing.signal });
      if (message === undefined) return;
      for (const reply of await session.handle(message)) await channel.send(reply);
    }
  }

  const listener: Listener = await listenTls({
    host,
    port,
    key,
    cert,
    onChannel(channel) {
      const work = serve(channel).finally(() => running.delete(work));
      running.add(work);
      return work;
    },
    maxConnections: limits.connections,
  });

  await journal.commit([], [{ kind: 'server.started', detail: `${listener.host}:${listener.port}` }]);
  const flushing = setInterval(() => void journal.flush().catch(onFailure), FLUSH_MILLISECONDS);
  const sweeping = setInterval(() => void ledger.sweep().catch(onFailure), SWEEP_MILLISECONDS);
  for (const timer of [flushing, sweeping]) timer.unref();

  return {
    host: listener.host,
    port: listener.port,
    pin: listener.pin,
    get connections() {
      return running.size;
    },
    setIdentity: (identity) => listener.setSecureContext(identity),
    async close() {
      clearInterval(flushing);
      clearInterval(sweeping);
      closing.abort(new Error('the server is shutting down'));
      await listener.close({ grace: CLOSING_GRACE_MILLISECONDS });
      await Promise.all(running);
      await journal.commit([], [{ kind: 'server.stopped' }]);
      await journal.flush();
    },
  };
}
