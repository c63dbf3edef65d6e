/** A server in a process of its own, and honest logins on it. */
import { DEFAULT_LIMITS, type Limits } from '@countersign/auth-server';
import { computeCode } from '@countersign/totp-core';
import { type Login, logIn, SECRET, type ServerFacts } from '../login-cost/client.ts';
import { type Meter, type Resources, startMeter } from '../login-cost/meter.ts';
import { Refused } from '../login-cost/talk.ts';
import { START, STEP } from '../login-server.ts';
import { newFolder } from '../store-place.ts';

const MANY = 1_000_000_000;

/** The server's own limits on connections; those on guessing would also stop honest logins in such numbers. */
export const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  password: { ...DEFAULT_LIMITS.password, freeFailures: MANY },
  source: { ...DEFAULT_LIMITS.source, failures: MANY, startsPerMinute: MANY },
  name: { ...DEFAULT_LIMITS.name, failures: MANY },
};

/** A server and its clock. */
export class LoadServer {
  readonly facts: ServerFacts;
  readonly #meter: Meter<ServerFacts>;
  #ticks = 0;

  private constructor(meter: Meter<ServerFacts>) {
    this.#meter = meter;
    this.facts = meter.facts;
  }

  static async start(accounts: number, limits: Limits = LIMITS): Promise<LoadServer> {
    const args = [newFolder(), accounts, 0, JSON.stringify(limits)];
    return new LoadServer(await startMeter<ServerFacts>(process.execPath, 'server-child.js', args));
  }

  /** Moves the server's clock to the next time step. Returns the code of this step, for every account. */
  async nextCode(): Promise<string> {
    this.#ticks += 1;
    await this.#meter.ask('tick');
    return computeCode({ secret: SECRET, time: START + this.#ticks * STEP });
  }

  async resources(): Promise<Resources> {
    return (await this.#meter.ask('resources')) as Resources;
  }

  /** Milliseconds of processor time so far. */
  async processorTime(): Promise<number> {
    return (await this.#meter.processorTime()).all;
  }

  async close(): Promise<void> {
    await this.#meter.close();
  }

  /** A login that is tried again while the server is busy, as on a machine that does other work. */
  async logIn(login: Login): Promise<void> {
    for (;;)
      try {
        return await logIn(this.facts, login);
      } catch (error) {
        if (!(error instanceof Refused && error.code === 'busy')) throw error;
      }
  }

  /** One login. Returns the milliseconds that it took. */
  async timedLogin(account: number, knownDevice: boolean): Promise<number> {
    const code = await this.nextCode();
    const started = performance.now();
    await logIn(this.facts, { account, code, knownDevice });
    return performance.now() - started;
  }
}
